using Ledger.EventLog;
using Npgsql;

namespace Ledger.Postgres.Schema;

/// <summary>The log's place in a database: made and brought up to date by an operator's command, only checked by a server.</summary>
public static class PostgresSchema
{
    /// <summary>The version that this program reads and writes.</summary>
    public static int Version => Migrations.Steps.Count;

    /// <summary>Makes the tables, or brings them up to <see cref="Version"/>, in one transaction. Any number of callers, one after another.</summary>
    /// <returns>The version before; 0 for a database without a log.</returns>
    /// <exception cref="EventLogRefusedException">The server or the database cannot hold a log, or is of a newer version. Nothing was changed.</exception>
    /// <exception cref="EventLogUnavailableException">It cannot be reached. Nothing was changed.</exception>
    public static Task<int> MigrateAsync(PostgresOptions options, CancellationToken cancellation) => PostgresFaults.GuardAsync(async () =>
    {
        await using var source = PostgresConnections.Open(options);
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await ServerCheck.RunAsync(connection, cancellation).ConfigureAwait(false);

        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        // A step over large tables takes its time, and an operator waits for it.
        await RunAsync(connection, "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0", cancellation).ConfigureAwait(false);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({Migrations.AppendLock})", cancellation).ConfigureAwait(false);
        var before = await FindVersionAsync(connection, Migrations.SchemaName, cancellation).ConfigureAwait(false);
        if (before > Version) throw Newer(before);

        if (before == 0)
        {
            await RunAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {Migrations.SchemaName}", cancellation).ConfigureAwait(false);
            await RunAsync(connection, "CREATE TABLE ledger.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())", cancellation).ConfigureAwait(false);
        }

        for (var version = before + 1; version <= Version; version++)
        {
            await RunAsync(connection, Migrations.Steps[version - 1], cancellation).ConfigureAwait(false);
            await RunAsync(connection, $"INSERT INTO ledger.migrations (version) VALUES ({version})", cancellation).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return before;
    });

    /// <exception cref="EventLogRefusedException">There is no log, or it is of another version; the message says what to do.</exception>
    internal static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        switch (await FindVersionAsync(connection, Migrations.SchemaName, cancellation).ConfigureAwait(false))
        {
            case 0: throw new EventLogRefusedException($"Database « {connection.Database} » has no ledger. Make it with « ledger migrate », or name the right database.");
            case var found when found < Version:
                throw new EventLogRefusedException($"The ledger in database « {connection.Database} » has version {found}, this program needs {Version}. Stop the servers, back up, and run « ledger migrate ».");
            case var found when found > Version: throw Newer(found);
        }
    }

    private static EventLogRefusedException Newer(int found) =>
        new($"The ledger in this database has version {found}, this program knows {Version}. Run the program that made it, or a newer one; nothing was changed.");

    /// <summary>The version of a schema that keeps its steps in a table « migrations »; 0 when it has none.</summary>
    internal static async Task<int> FindVersionAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand($"SELECT to_regclass('{schema}.migrations') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not true) return 0;

        await using var version = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {schema}.migrations", connection);
        return (int)(await version.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
