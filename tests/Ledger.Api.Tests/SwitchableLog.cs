using System.Collections.Immutable;
using Ledger.EventLog;

namespace Ledger.Api.Tests;

/// <summary>A log that cannot be written, or has a damaged stream, while a test says so.</summary>
public sealed class SwitchableLog(IEventLog inner) : IEventLog
{
    private volatile bool _isDown;

    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    /// <summary>When not null, what reading of that stream says.</summary>
    public StreamName? Damaged { get; set; }

    /// <summary>When not null, appends wait for it.</summary>
    public Task? Held { get; set; }

    public long LastPosition => inner.LastPosition;

    public bool HasOtherWriters => inner.HasOtherWriters;

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation) =>
        _isDown ? throw new EventLogUnavailableException("The disk is full.") : Held is { } held ? AppendAfterAsync(held, units, cancellation) : inner.AppendAsync(units, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
        stream == Damaged ? throw new EventLogCorruptException($"{stream} is damaged.") : inner.ReadStreamAsync(stream, afterVersion, countMax, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) =>
        inner.ReadAllAsync(afterPosition, countMax, cancellation);

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => inner.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => inner.FindCommandAsync(commandId, cancellation);

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => inner.ReadCommandsAsync(afterId, countMax, cancellation);

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) =>
        inner.ReadHeadsAsync(afterName, countMax, cancellation);

    private async ValueTask<ImmutableArray<AppendResult>> AppendAfterAsync(Task held, IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        await held;
        return await inner.AppendAsync(units, cancellation);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
