using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using Ledger.LoadTests.Runtimes;
using NodaTime;

namespace Ledger.LoadTests.Engines;

/// <summary>The engine on a SQLite log of its own, as an embedder composes it; nothing but the public interface.</summary>
internal sealed class EmbeddedEngine : IRunningEngine
{
    private EmbeddedEngine(string path, SqliteEventLog log, LedgerEngine engine) => (Path, Log, Engine) = (path, log, engine);

    public string Path { get; }

    public SqliteEventLog Log { get; }

    public LedgerEngine Engine { get; }

    ILedgerEngine IRunningEngine.Engine => Engine;

    /// <param name="path">Made when it is not there.</param>
    public static EmbeddedEngine Open(string path, EngineOptions options, IClock? clock = null)
    {
        var log = SqliteEventLog.Open(path, SqliteEventLogOptions.Default);
        return new EmbeddedEngine(path, log, new LedgerEngine(log, EventCodec.Default, clock ?? SystemClock.Instance, options));
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Log.DisposeAsync();
    }
}

/// <summary>Log files in the run's folder.</summary>
internal static class LogFiles
{
    /// <summary>The file and what lies beside it: write-ahead log, lock, shared memory.</summary>
    public static void Delete(string path)
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*")) File.Delete(file);
    }

    public static long Length(string path) => Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*").Sum(static file => new FileInfo(file).Length);
}
