using System.Collections.Immutable;
using Ledger.EventLog;

namespace Ledger.Projections.Postgres.Tests;

/// <summary>A log that has heard of nothing until somebody waits for news. The log within stays whose it is.</summary>
internal sealed class LateLog(IEventLog log) : IEventLog
{
    private volatile bool _hasHeard;

    public bool HasHeard => _hasHeard;

    public long LastPosition => _hasHeard ? log.LastPosition : 0;

    public bool HasOtherWriters => true;

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation) => log.AppendAsync(units, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
        log.ReadStreamAsync(stream, afterVersion, countMax, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) => log.ReadAllAsync(afterPosition, countMax, cancellation);

    public ValueTask WaitForAsync(long position, CancellationToken cancellation)
    {
        _hasHeard = true;
        return log.WaitForAsync(position, cancellation);
    }

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => log.FindCommandAsync(commandId, cancellation);

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => log.ReadCommandsAsync(afterId, countMax, cancellation);

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) => log.ReadHeadsAsync(afterName, countMax, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
