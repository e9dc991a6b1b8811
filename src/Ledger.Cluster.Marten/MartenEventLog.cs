using System.Collections.Immutable;
using Ledger.Cluster.Marten.Appending;
using Ledger.Cluster.Marten.Reading;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.EventLog.Appending;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Marten;
using Npgsql;

namespace Ledger.Cluster.Marten;

/// <summary>
/// The log as Marten's events, in a PostgreSQL database that any number of processes write: for a team that lives on Marten and projects them its own way. Each appends a
/// batch by one Marten session under a lock that the database holds until the commit can be seen. See specs/decisions/0024.
/// </summary>
public sealed class MartenEventLog : IEventLog
{
    private readonly NpgsqlDataSource _source;
    private readonly DocumentStore _store;
    private readonly EventReader _reader;
    private readonly CommitSignal _signal;
    private readonly CommitWatch _watch;

    private MartenEventLog(NpgsqlDataSource source, DocumentStore store, EventReader reader, long position, PostgresOptions options)
    {
        (_source, _store, _reader, _signal) = (source, store, reader, new CommitSignal(position));
        _watch = new CommitWatch(source, SideTables.Channel, reader.ReadLastPositionAsync, _signal, options);
        _watch.Start();
    }

    /// <summary>The last that this process appended or was told of; the database may have later ones.</summary>
    public long LastPosition => _signal.Position;

    /// <summary>Always: whoever has the connection string may open it too.</summary>
    public bool HasOtherWriters => true;

    /// <exception cref="EventLogRefusedException">
    /// No ledger there, one of another version or of another Marten, or a server that cannot keep what it acknowledges. Nothing was changed: tables are made by
    /// <see cref="MartenLogSchema.MigrateAsync"/> only.
    /// </exception>
    /// <exception cref="EventLogUnavailableException">It cannot be reached.</exception>
    public static Task<MartenEventLog> OpenAsync(PostgresOptions options, CancellationToken cancellation) => MartenFaults.GuardAsync(async () =>
    {
        var source = MartenStores.Connect(options);
        var store = MartenStores.Open(source);
        try
        {
            await using (var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false))
            {
                await ServerCheck.RunAsync(connection, cancellation).ConfigureAwait(false);
                await MartenLogSchema.CheckAsync(connection, store, cancellation).ConfigureAwait(false);
            }

            var reader = new EventReader(source);
            return new MartenEventLog(source, store, reader, await reader.ReadLastPositionAsync(cancellation).ConfigureAwait(false), options);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    });

    public async ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        AppendCheck.Units(units);
        return units.Count == 0 ? [] : await MartenFaults.GuardAsync(() => AppendBatchAsync(units)).ConfigureAwait(false);
    }

    public async ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return await ReadAsync(token => _reader.ReadStreamAsync(stream, afterVersion, countMax, token), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterPosition);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return await ReadAsync(token => _reader.ReadAllAsync(afterPosition, countMax, token), cancellation).ConfigureAwait(false);
    }

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => _signal.WaitForAsync(position, cancellation);

    public async ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) =>
        await ReadAsync(token => _reader.FindCommandAsync(commandId, token), cancellation).ConfigureAwait(false);

    public async ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return await ReadAsync(token => _reader.ReadCommandsAsync(afterId, countMax, token), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return await ReadAsync(token => _reader.ReadHeadsAsync(afterName, countMax, token), cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private static Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return MartenFaults.GuardAsync(() => read(cancellation));
    }

    /// <summary>Not given up half-way: whether it took effect would then not be known. The server ends what stays silent for longer than a statement may take.</summary>
    private async Task<ImmutableArray<AppendResult>> AppendBatchAsync(IReadOnlyList<AppendUnit> units)
    {
        await using var connection = await _source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None).ConfigureAwait(false);
        var facts = await LockedFacts.ReadAsync(connection, transaction, units).ConfigureAwait(false);
        if (facts.LastPosition < _signal.Position) throw Lost(facts.LastPosition, _signal.Position);

        var decision = new BatchDecision(facts);
        foreach (var unit in units) decision.Add(unit);
        if (decision.Commands.Count == 0) return decision.Results;

        await new BatchWriter(decision).WriteAsync(_store, transaction).ConfigureAwait(false);
        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        _signal.Advance(decision.LastPosition);
        return decision.Results;
    }

    private static EventLogFencedException Lost(long found, long known) => new(
        $"This database server lacks acknowledged events: the log ends at {found}, and {known} is known to be committed. It is a stale copy or a replica that was promoted before it had all. Stop, and bring back the server that has them.");
}
