using System.Collections.Immutable;
using Ledger.EventLog;

namespace Ledger.LoadTests.Engines;

/// <summary>A log in memory that keeps what the engine handed to it, to hand it to other logs.</summary>
internal sealed class RecordingLog : IEventLog
{
    private readonly InMemoryEventLog _inner = new();

    /// <summary>In the order of their commits; whole once the engine was disposed.</summary>
    public List<AppendUnit> Units { get; } = [];

    public long LastPosition => _inner.LastPosition;

    public bool HasOtherWriters => false;

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        Units.AddRange(units);
        return _inner.AppendAsync(units, cancellation);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
        _inner.ReadStreamAsync(stream, afterVersion, countMax, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) => _inner.ReadAllAsync(afterPosition, countMax, cancellation);

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => _inner.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => _inner.FindCommandAsync(commandId, cancellation);

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => _inner.ReadCommandsAsync(afterId, countMax, cancellation);

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) => _inner.ReadHeadsAsync(afterName, countMax, cancellation);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
