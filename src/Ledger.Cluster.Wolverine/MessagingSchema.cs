using JasperFx;
using Ledger.Cluster.Wolverine.Outbound;
using Ledger.EventLog;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Wolverine.Persistence.Durability;
using Wolverine.Postgresql.Transport;
using Wolverine.Runtime;

namespace Ledger.Cluster.Wolverine;

/// <summary>The messages' place in the ledger's database: made and brought up to date by an operator's command, only checked by what runs.</summary>
public static class MessagingSchema
{
    /// <summary>The version that this program reads and writes: of its own tables, and with each newer Wolverine that has other ones.</summary>
    public const int Version = 1;

    private const string FirstStep =
        $"""
        CREATE TABLE IF NOT EXISTS {MessagingPlaces.Schema}.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
        -- How far the log is told. The one without an end is the live one; the others are stretches that are sent again.
        CREATE TABLE IF NOT EXISTS {MessagingPlaces.Schema}.tracks (
            name text COLLATE "C" PRIMARY KEY,
            position bigint NOT NULL,
            last bigint,
            added_at timestamptz NOT NULL DEFAULT now()
        );
        INSERT INTO {MessagingPlaces.Schema}.tracks (name, position) VALUES ('{RelayTrack.Live}', 0) ON CONFLICT DO NOTHING;
        """;

    /// <summary>Makes outbox, inbox, dead letters, queues and the relay's tables, or brings them up to date. One that was broken off is made good by the next. What waits is kept.</summary>
    /// <returns>The version before; 0 for a database without them.</returns>
    /// <exception cref="EventLogRefusedException">There is no ledger, or one of another version, or messages of a newer one. Nothing was changed.</exception>
    /// <exception cref="EventLogUnavailableException">It cannot be reached, or went away meanwhile: try again.</exception>
    public static Task<int> MigrateAsync(MessagingOptions options, CancellationToken cancellation) => PostgresFaults.GuardAsync(async () =>
    {
        await using var source = PostgresConnections.OpenToMigrate(options.Database);
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await ServerCheck.RunAsync(connection, cancellation).ConfigureAwait(false);
        await PostgresSchema.CheckAsync(connection, cancellation).ConfigureAwait(false);
        var before = await PostgresSchema.FindVersionAsync(connection, MessagingPlaces.Schema, cancellation).ConfigureAwait(false);
        if (before > Version) throw Newer(before);

        // Queues in the database are made whether they are used or not, so that the choice of a broker is not one of the schema.
        using var host = MessagingHost.Build(options with { RabbitMq = null }, source, null, null);
        var store = await OpenStoreAsync(host).ConfigureAwait(false);
        await store.Admin.MigrateAsync(AutoCreate.CreateOrUpdate).ConfigureAwait(false);

        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await RunAsync(connection, FirstStep, cancellation).ConfigureAwait(false);
        await RunAsync(connection, $"INSERT INTO {MessagingPlaces.Schema}.migrations (version) VALUES ({Version}) ON CONFLICT DO NOTHING", cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return before;
    });

    /// <exception cref="EventLogRefusedException">Nothing there, or another version; the message says what to do.</exception>
    internal static async Task CheckAsync(MessagingOptions options, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        switch (await PostgresSchema.FindVersionAsync(connection, MessagingPlaces.Schema, cancellation).ConfigureAwait(false))
        {
            case 0: throw new EventLogRefusedException($"Database « {connection.Database} » has no place for messages. Make it with « messages migrate », or name the right database.");
            case var found when found < Version:
                throw new EventLogRefusedException($"The messages in database « {connection.Database} » have version {found}, this program needs {Version}. Stop what runs, back up, and run « messages migrate ».");
            case var found when found > Version: throw Newer(found);
        }

        using var host = MessagingHost.Build(options with { RabbitMq = null }, source, null, null);
        var store = await OpenStoreAsync(host).ConfigureAwait(false);
        try
        {
            await store.Admin.AssertStorageExistsAsync(cancellation).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            throw new EventLogRefusedException($"The messages in database « {connection.Database} » have tables of another Wolverine, or lack some. Stop what runs, back up, and run « messages migrate ».");
        }
    }

    /// <summary>The store of a host that is not started, with all tables that one would use.</summary>
    internal static async Task<IMessageStore> OpenStoreAsync(IHost host)
    {
        var runtime = host.Services.GetRequiredService<IWolverineRuntime>();
        await runtime.Options.Transports.GetOrCreate<PostgresqlTransport>().ConfigureAsync(runtime).ConfigureAwait(false);
        return runtime.Storage;
    }

    private static EventLogRefusedException Newer(int found) =>
        new($"The messages in this database have version {found}, this program knows {Version}. Run the program that made them, or a newer one; nothing was changed.");

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
