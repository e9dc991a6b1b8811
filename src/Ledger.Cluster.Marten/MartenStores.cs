using System.Globalization;
using JasperFx;
using JasperFx.Events;
using Ledger.Cluster.Marten.Appending;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Marten;
using Npgsql;

namespace Ledger.Cluster.Marten;

/// <summary>The pool of connections, and the Marten store over it by which the log writes.</summary>
internal static class MartenStores
{
    /// <summary>Statements that each connection keeps prepared: more than this project and Marten's appending have.</summary>
    private const int PreparedMax = 64;

    /// <summary>How long after its own time-out the server still lets the client wait, so that the server's clearer error comes first.</summary>
    private const int GraceSeconds = 1;

    /// <summary>After how long without a word the system asks whether the other side is still there: the connection that waits for notifications may have none to say.</summary>
    private const int SilenceSeconds = 5;

    /// <summary>Marten's operations in one round trip, at most. An event is one, and a stream of the batch another.</summary>
    private const int OperationsPerRoundTrip = 4096;

    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    public static NpgsqlDataSource Connect(MartenEventLogOptions options)
    {
        var seconds = (int)options.StatementTimeout.TotalSeconds;
        // Without sequential scans: tables are joined by index also while they are new and their statistics say that they are empty.
        return Connect(options, seconds + GraceSeconds, string.Create(
            CultureInfo.InvariantCulture,
            $"-c statement_timeout={seconds}s -c lock_timeout={seconds}s -c idle_in_transaction_session_timeout={seconds}s -c default_transaction_isolation=read\\ committed -c enable_seqscan=off"));
    }

    /// <summary>To change the schema with: a change of large tables takes its time, and an operator waits for it.</summary>
    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    public static NpgsqlDataSource ConnectToMigrate(MartenEventLogOptions options) =>
        Connect(options, 0, "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c default_transaction_isolation=read\\ committed");

    private static NpgsqlDataSource Connect(MartenEventLogOptions options, int commandTimeoutSeconds, string sessionSettings)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
            {
                ApplicationName = "ledger",
                Timeout = (int)options.ConnectTimeout.TotalSeconds,
                CommandTimeout = commandTimeoutSeconds,
                CancellationTimeout = GraceSeconds * 1000,
                MaxPoolSize = options.ConnectionsMax,
                MinPoolSize = 0,
                // After a failover, how long a server that could not be written is not asked again.
                HostRecheckSeconds = 1,
                MaxAutoPrepare = PreparedMax,
                AutoPrepareMinUsages = 1,
                Enlist = false,
                TcpKeepAlive = true,
                TcpKeepAliveTime = SilenceSeconds,
                TcpKeepAliveInterval = 1,
                IncludeErrorDetail = false,
                PersistSecurityInfo = false,
                Options = sessionSettings,
            };
            var isMany = settings.Host?.Contains(',', StringComparison.Ordinal) is true;
            var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            return isMany ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.ReadWrite) : builder.Build();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException or InvalidOperationException)
        {
            // What Npgsql says may repeat a value of the string, a password among them.
            throw new EventLogRefusedException("The connection string is not one that Npgsql understands: Host=…;Username=…;Password=…;Database=….");
        }
    }

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
