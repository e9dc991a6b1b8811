using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>Whether the log is still this writer's, as one connection sees it.</summary>
/// <param name="ours">The epoch that this writer began.</param>
internal sealed class EpochCheck(SqliteConnection connection, long ours)
{
    private readonly SqliteStatement _read = connection.Prepare($"SELECT value FROM meta WHERE key = '{LogSchema.EpochKey}'");

    /// <exception cref="EventLogFencedException">Another process has taken over.</exception>
    public void Run()
    {
        var epoch = _read.Step() ? _read.Number(0) : 0;
        _read.Reset();
        if (epoch != ours) throw new EventLogFencedException($"Another process has taken over {connection.Path} (epoch {epoch}, ours is {ours}). This one must not write any more: stop it.");
    }
}
