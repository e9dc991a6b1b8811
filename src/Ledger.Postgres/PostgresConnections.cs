using System.Globalization;
using Ledger.EventLog;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>The pool of connections to whichever of the named servers can be written.</summary>
internal static class PostgresConnections
{
    /// <summary>Statements that each connection keeps prepared: more than this project has.</summary>
    private const int PreparedMax = 64;

    /// <summary>How long after its own time-out the server still lets the client wait, so that the server's clearer error comes first.</summary>
    private const int GraceSeconds = 1;

    /// <summary>After how long without a word the system asks whether the other side is still there, and how often: the connection that waits for notifications may have none to say.</summary>
    private const int SilenceSeconds = 5;

    /// <param name="options">Where and how.</param>
    /// <param name="sessionSettings">More settings of each session, as « -c name=value »; none by default.</param>
    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    public static NpgsqlDataSource Open(PostgresOptions options, string sessionSettings = "")
    {
        var seconds = (int)options.StatementTimeout.TotalSeconds;
        return Open(options, seconds + GraceSeconds, string.Create(
            CultureInfo.InvariantCulture, $"-c statement_timeout={seconds}s -c lock_timeout={seconds}s -c idle_in_transaction_session_timeout={seconds}s {sessionSettings}"));
    }

    /// <summary>To change a schema with: a change of large tables takes its time, and an operator waits for it.</summary>
    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    public static NpgsqlDataSource OpenToMigrate(PostgresOptions options) => Open(options, 0, "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0");

    private static NpgsqlDataSource Open(PostgresOptions options, int commandTimeoutSeconds, string sessionSettings)
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
                Options = $"{sessionSettings} -c default_transaction_isolation=read\\ committed",
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
}
