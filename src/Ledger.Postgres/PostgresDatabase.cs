using Ledger.Postgres.Schema;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>A database with a ledger in it: the connections that log, to-do lists, leases, read models and secrets of one process share. Any thread.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private PostgresDatabase(NpgsqlDataSource source, PostgresOptions options) => (Source, Options) = (source, options);

    internal NpgsqlDataSource Source { get; }

    internal PostgresOptions Options { get; }

    /// <summary>Opens a database that <see cref="PostgresSchema.MigrateAsync"/> has made ready, and changes nothing in it.</summary>
    /// <exception cref="EventLog.EventLogRefusedException">No ledger there, one of another version, or a server that cannot keep what it acknowledges.</exception>
    /// <exception cref="EventLog.EventLogUnavailableException">It cannot be reached.</exception>
    public static Task<PostgresDatabase> OpenAsync(PostgresOptions options, CancellationToken cancellation) => PostgresFaults.GuardAsync(async () =>
    {
        var source = PostgresConnections.Open(options);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await ServerCheck.RunAsync(connection, cancellation).ConfigureAwait(false);
            await PostgresSchema.CheckAsync(connection, cancellation).ConfigureAwait(false);
            return new PostgresDatabase(source, options);
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    });

    /// <summary>After everything that uses it.</summary>
    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
