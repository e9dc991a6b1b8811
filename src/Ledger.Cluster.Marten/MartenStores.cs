using JasperFx;
using JasperFx.Events;
using Ledger.Cluster.Marten.Appending;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.Postgres;
using Marten;
using Npgsql;

namespace Ledger.Cluster.Marten;

/// <summary>The pool of connections, and the Marten store over it by which the log writes.</summary>
internal static class MartenStores
{
    /// <summary>Marten's operations in one round trip, at most. An event is one, and a stream of the batch another.</summary>
    private const int OperationsPerRoundTrip = 4096;

    /// <summary>Without sequential scans: tables are joined by index also while they are new and their statistics say that they are empty.</summary>
    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    public static NpgsqlDataSource Connect(PostgresOptions options) => PostgresConnections.Open(options, "-c enable_seqscan=off");

    /// <summary>The store that writes: it makes no table by itself, retries nothing by itself, and has no projections.</summary>
    public static DocumentStore Open(NpgsqlDataSource source) => DocumentStore.For(options =>
    {
        options.Connection(source);
        options.DatabaseSchemaName = SideTables.SchemaName;
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.UpdateBatchSize = OperationsPerRoundTrip;
        options.ConfigurePolly(static _ => { });
        options.ConfigureWritePolly(static _ => { });
        options.DisableNpgsqlLogging = true;
        options.UseSystemTextJsonForSerialization();
        options.Events.StreamIdentity = StreamIdentity.AsString;
        // So that versions are checked against what is there, and sequence numbers are known before they are written.
        options.Events.AppendMode = EventAppendMode.Rich;
        options.Events.AddEventType<StoredEvent>();
    });
}
