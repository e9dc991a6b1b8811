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

    private const int ConnectSeconds = 3;
    private const int StatementSeconds = 5;

    /// <param name="options">Where and how.</param>
    /// <param name="sessionSettings">More settings of each session, as « -c name=value »; none by default.</param>
    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    public static NpgsqlDataSource Open(PostgresOptions options, string sessionSettings = "")
    {
        var settings = Parse(options);
        var seconds = SecondsOf(options.StatementTimeout, settings, "Command Timeout", settings.CommandTimeout) ?? StatementSeconds;
        return Open(options, settings, seconds + GraceSeconds, string.Create(
            CultureInfo.InvariantCulture, $"-c statement_timeout={seconds}s -c lock_timeout={seconds}s -c idle_in_transaction_session_timeout={seconds}s {sessionSettings}"));
    }

    /// <summary>To change a schema with: a change of large tables takes its time, and an operator waits for it.</summary>
    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    public static NpgsqlDataSource OpenToMigrate(PostgresOptions options) =>
        Open(options, Parse(options), 0, "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0");

    private static NpgsqlConnectionStringBuilder Parse(PostgresOptions options) => Guard(() => new NpgsqlConnectionStringBuilder(options.ConnectionString));

    /// <returns>Null where neither says one.</returns>
    private static int? SecondsOf(TimeSpan? option, NpgsqlConnectionStringBuilder settings, string keyword, int inText)
    {
        if (option is { } given) return (int)given.TotalSeconds;
        if (!settings.ShouldSerialize(keyword)) return null;
        return inText is >= 1 and <= PostgresOptions.TimeoutSecondsMax
            ? inText
            : throw new EventLogRefusedException(string.Create(
                CultureInfo.InvariantCulture, $"« {keyword} » of the connection string is {inText}: every wait is bounded here. Write 1 to {PostgresOptions.TimeoutSecondsMax} seconds."));
    }

    private static NpgsqlDataSource Open(PostgresOptions options, NpgsqlConnectionStringBuilder settings, int commandTimeoutSeconds, string sessionSettings)
    {
        settings.ApplicationName = "ledger";
        settings.Timeout = SecondsOf(options.ConnectTimeout, settings, "Timeout", settings.Timeout) ?? ConnectSeconds;
        settings.CommandTimeout = commandTimeoutSeconds;
        settings.CancellationTimeout = GraceSeconds * 1000;
        settings.MaxPoolSize = options.ConnectionsMax;
        settings.MinPoolSize = 0;
        // After a failover, how long a server that could not be written is not asked again.
        settings.HostRecheckSeconds = 1;
        settings.MaxAutoPrepare = PreparedMax;
        settings.AutoPrepareMinUsages = 1;
        settings.Enlist = false;
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = SilenceSeconds;
        settings.TcpKeepAliveInterval = 1;
        settings.IncludeErrorDetail = false;
        settings.PersistSecurityInfo = false;
        settings.Options = $"{sessionSettings} -c default_transaction_isolation=read\\ committed";
        var isMany = settings.Host?.Contains(',', StringComparison.Ordinal) is true;
        return Guard<NpgsqlDataSource>(() =>
        {
            var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            return isMany ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.ReadWrite) : builder.Build();
        });
    }

    private static T Guard<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException or InvalidOperationException)
        {
            // What Npgsql says may repeat a value of the string, a password among them.
            throw new EventLogRefusedException("The connection string is not one that Npgsql understands: Host=…;Username=…;Password=…;Database=….");
        }
    }
}
