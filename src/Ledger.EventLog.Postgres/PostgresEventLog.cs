using System.Collections.Immutable;
using Ledger.EventLog.Postgres.Appending;
using Ledger.EventLog.Postgres.Leases;
using Ledger.EventLog.Postgres.Reading;
using Ledger.EventLog.Postgres.ToDo;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Npgsql;

namespace Ledger.EventLog.Postgres;

/// <summary>
/// The log in a PostgreSQL database that any number of processes write. Each appends a whole batch by one statement, under a lock that the database holds until
/// the commit can be seen: no client's stall is ever inside it. See specs/decisions/0022.
/// </summary>
public sealed class PostgresEventLog : IEventLog
{
    /// <summary>How often a batch is tried anew because other processes were first, each time with what the database then said.</summary>
    private const int RoundsMax = 16;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresDatabase? _owned;
    private readonly EventReader _reader;
    private readonly CommitSignal _signal;
    private readonly CommitWatch _watch;

    /// <summary>
    /// Kept open between appends; null while one uses it. Through the pool each append would first have the server reset the session, which costs as much as dozens of rows.
    /// </summary>
    private NpgsqlConnection? _kept;

    private PostgresEventLog(PostgresDatabase database, bool isOwned, EventReader reader, long position)
    {
        (_source, _owned, _reader, _signal) = (database.Source, isOwned ? database : null, reader, new CommitSignal(position));
        _watch = new CommitWatch(database.Source, Migrations.Channel, reader.ReadLastPositionAsync, _signal, database.Options);
        _watch.Start();
    }

    /// <summary>The last that this process appended or was told of; the database may have later ones.</summary>
    public long LastPosition => _signal.Position;

    public bool HasOtherWriters => true;

    /// <exception cref="EventLogRefusedException">No ledger there, one of another version, or a server that cannot keep what it acknowledges. Nothing was changed.</exception>
    /// <exception cref="EventLogUnavailableException">It cannot be reached.</exception>
    public static async Task<PostgresEventLog> OpenAsync(PostgresOptions options, CancellationToken cancellation)
    {
        var database = await PostgresDatabase.OpenAsync(options, cancellation).ConfigureAwait(false);
        try
        {
            return await OpenAsync(database, isOwned: true, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <param name="database">Stays the caller's: disposed after the log.</param>
    /// <exception cref="EventLogUnavailableException">It cannot be reached.</exception>
    public static Task<PostgresEventLog> OpenAsync(PostgresDatabase database, CancellationToken cancellation) => OpenAsync(database, isOwned: false, cancellation);

    /// <summary>A lease in the same database, over the same connections; to be stopped before the log is disposed.</summary>
    /// <param name="name">Stored, so never renamed.</param>
    /// <param name="holder">This process's id, its own among all.</param>
    public PostgresLease NewLease(string name, Guid holder) => new(_source, name, holder);

    /// <summary>The to-do lists in the same database, over the same connections.</summary>
    /// <param name="lease">Whoever writes must hold it; null where one process alone has the lists.</param>
    public PostgresToDoStore NewToDoStore(PostgresLease? lease) => new(_source, lease);

    public async ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        AppendCheck.Units(units);
        return units.Count == 0 ? [] : await PostgresFaults.GuardAsync(() => AppendRoundsAsync(units)).ConfigureAwait(false);
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
        if (_kept is not null) await _kept.DisposeAsync().ConfigureAwait(false);
        if (_owned is not null) await _owned.DisposeAsync().ConfigureAwait(false);
    }

    private static Task<PostgresEventLog> OpenAsync(PostgresDatabase database, bool isOwned, CancellationToken cancellation) => PostgresFaults.GuardAsync(async () =>
    {
        var reader = new EventReader(database.Source);
        return new PostgresEventLog(database, isOwned, reader, await reader.ReadLastPositionAsync(cancellation).ConfigureAwait(false));
    });

    private static Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return PostgresFaults.GuardAsync(() => read(cancellation));
    }

    private async Task<ImmutableArray<AppendResult>> AppendRoundsAsync(IReadOnlyList<AppendUnit> units)
    {
        var facts = AppendFacts.None;
        for (var number = 1; number <= RoundsMax; number++)
        {
            var round = new AppendRound(facts);
            foreach (var unit in units) round.Add(unit);
            if (round.Accepted.Count == 0) return round.Results(0);
            if (await TryAppendAsync(round).ConfigureAwait(false) is { } before)
            {
                _signal.Advance(before + round.EventCount);
                return round.Results(before);
            }

            facts = await FactReader.ReadAsync(_source, units, CancellationToken.None).ConfigureAwait(false);
        }

        throw new EventLogUnavailableException($"Other processes were first {RoundsMax} times; nothing of the batch was appended.");
    }

    /// <summary>Not given up half-way: whether it took effect would then not be known.</summary>
    /// <returns>The position before its first event; null when another process was first, and nothing was appended.</returns>
    private async Task<long?> TryAppendAsync(AppendRound round)
    {
        var connection = Interlocked.Exchange(ref _kept, null) ?? await _source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await using var command = AppendStatement.Make(round, _signal.Position);
            command.Connection = connection;
            var before = await command.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false) as long?;
            if (Interlocked.CompareExchange(ref _kept, connection, null) is null) connection = null;
            return before;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }
        finally
        {
            // After an error the pool looks at it, and where the server is no more the one that can be written, the next is opened at another.
            if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
