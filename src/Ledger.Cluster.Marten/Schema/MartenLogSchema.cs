using JasperFx;
using Ledger.Domain;
using Ledger.EventLog;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Marten;
using Npgsql;
using Weasel.Postgresql.Tables;

namespace Ledger.Cluster.Marten.Schema;

/// <summary>The log's place in a database: made and brought up to date by an operator's program, only checked by a server.</summary>
public static class MartenLogSchema
{
    /// <summary>The PostgreSQL schema that holds the log, Marten's tables of it too: what a team's own store gives as its events' schema.</summary>
    public const string Name = SideTables.SchemaName;

    /// <summary>The version that this program reads and writes.</summary>
    public static int Version => SideTables.Steps.Count;

    /// <summary>
    /// Makes Marten's tables and the log's, or brings them up to <see cref="Version"/> and to this Marten. Any number of callers; one that was broken off is made good
    /// by the next. An existing log's events are never moved.
    /// </summary>
    /// <returns>The version before; 0 for a database without a log.</returns>
    /// <exception cref="EventLogRefusedException">The server or the database cannot hold a log, or is of a newer version. Nothing was changed.</exception>
    /// <exception cref="EventLogUnavailableException">It cannot be reached, or went away meanwhile: try again.</exception>
    public static Task<int> MigrateAsync(PostgresOptions options, CancellationToken cancellation) => MartenFaults.GuardAsync(async () =>
    {
        await using var source = PostgresConnections.OpenToMigrate(options);
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await ServerCheck.RunAsync(connection, cancellation).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({SideTables.AppendLock})", cancellation).ConfigureAwait(false);
        // Only now for the first time: a session that found no log before it waited would go by what it remembers.
        var before = await PostgresSchema.FindVersionAsync(connection, Name, cancellation).ConfigureAwait(false);
        if (before > Version) throw Newer(before);

        await using (var store = MartenStores.Open(source))
        {
            await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate).ConfigureAwait(false);
        }

        if (before == 0) await RunAsync(connection, $"CREATE TABLE {Name}.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())", cancellation).ConfigureAwait(false);
        for (var version = before + 1; version <= Version; version++)
        {
            await RunAsync(connection, SideTables.Steps[version - 1], cancellation).ConfigureAwait(false);
            await RunAsync(connection, $"INSERT INTO {Name}.migrations (version) VALUES ({version})", cancellation).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return before;
    });

    /// <exception cref="EventLogRefusedException">There is no log, it is of another version, or Marten's tables are older than this Marten; the message says what to do.</exception>
    internal static async Task CheckAsync(NpgsqlConnection connection, DocumentStore store, CancellationToken cancellation)
    {
        switch (await PostgresSchema.FindVersionAsync(connection, Name, cancellation).ConfigureAwait(false))
        {
            case 0: throw new EventLogRefusedException($"Database « {connection.Database} » has no ledger of Marten's. Make it with {nameof(MartenLogSchema)}.{nameof(MigrateAsync)}, or name the right database.");
            case var found when found < Version: throw Older(connection.Database, $"version {found}, this program needs {Version}");
            case var found when found > Version: throw Newer(found);
        }

        if (await MissesColumnAsync(connection, store, cancellation).ConfigureAwait(false)) throw Older(connection.Database, "tables of another Marten");
    }

    /// <summary>
    /// Whether the tables that the log writes lack a column that this Marten has. What they have more, an index or a function of a team's store, is none of the log's
    /// business: a full comparison would refuse to start for it.
    /// </summary>
    private static async Task<bool> MissesColumnAsync(NpgsqlConnection connection, DocumentStore store, CancellationToken cancellation)
    {
        var expected = store.Storage.AllObjects().OfType<Table>()
            .Where(static table => table.Identifier.Name is "mt_streams" or "mt_events")
            .SelectMany(static table => table.Columns.Select(column => (table.Identifier.Name, column.Name)))
            .ToHashSet();
        Invariant.Holds(expected.Count > 0);
        await using var columns = new NpgsqlCommand($"SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = '{Name}'", connection);
        await using var rows = await columns.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) expected.Remove((rows.GetString(0), rows.GetString(1)));
        return expected.Count > 0;
    }

    private static EventLogRefusedException Older(string database, string what) =>
        new($"The ledger in database « {database} » has {what}. Stop the servers, back up, and run {nameof(MartenLogSchema)}.{nameof(MigrateAsync)}.");

    private static EventLogRefusedException Newer(int found) =>
        new($"The ledger in this database has version {found}, this program knows {Version}. Run the program that made it, or a newer one; nothing was changed.");

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
