using System.Collections.Immutable;
using Ledger.Cluster.Testing.EventStoreDb;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb.LoadTests;

/// <summary>A log whose closing ends its server too.</summary>
internal sealed class LogWithServer(IEventLog log, EventStoreDbServer server) : IEventLog
{
    public long LastPosition => log.LastPosition;

    public bool HasOtherWriters => log.HasOtherWriters;

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation) => log.AppendAsync(units, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
        log.ReadStreamAsync(stream, afterVersion, countMax, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) => log.ReadAllAsync(afterPosition, countMax, cancellation);

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => log.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => log.FindCommandAsync(commandId, cancellation);

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => log.ReadCommandsAsync(afterId, countMax, cancellation);

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) => log.ReadHeadsAsync(afterName, countMax, cancellation);

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        await server.DisposeAsync();
    }
}
