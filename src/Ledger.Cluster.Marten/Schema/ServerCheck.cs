using System.Globalization;
using Ledger.EventLog;
using Npgsql;

namespace Ledger.Cluster.Marten.Schema;

/// <summary>Whether a server can keep what it acknowledges. One that cannot is refused, not warned of.</summary>
internal static class ServerCheck
{
    /// <summary>The oldest release that the tests run against.</summary>
    private const int MajorMin = 15;

    /// <exception cref="EventLogRefusedException">It cannot; the message says which setting to change.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string sql =
            """
            SELECT current_setting('server_version_num')::integer / 10000, current_setting('fsync'), current_setting('full_page_writes'),
                   current_setting('synchronous_commit'), current_setting('server_encoding')
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await row.ReadAsync(cancellation).ConfigureAwait(false);
        if (Problem(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)) is { } problem) throw new EventLogRefusedException(problem);
    }

    private static string? Problem(int major, string fsync, string fullPageWrites, string synchronousCommit, string encoding)
    {
        if (major < MajorMin) return string.Create(CultureInfo.InvariantCulture, $"The server is PostgreSQL {major}; the ledger needs {MajorMin} or newer.");
        if (fsync != "on") return "The server runs with fsync = off: a power cut would lose what was acknowledged. Set fsync = on.";
        if (fullPageWrites != "on") return "The server runs with full_page_writes = off: a power cut may tear its pages. Set full_page_writes = on.";
        if (synchronousCommit is "off" or "local") return $"synchronous_commit is {synchronousCommit} for this user or database: a crash or a failover would lose what was acknowledged. Set it to on, remote_write or remote_apply.";
        return encoding == "UTF8" ? null : $"The database's encoding is {encoding}; the ledger needs UTF8. Create one with ENCODING 'UTF8'.";
    }
}
