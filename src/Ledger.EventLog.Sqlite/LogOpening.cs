using Ledger.EventLog.Sqlite.Commits;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>Opens a log for writing, with what an earlier process left.</summary>
internal static class LogOpening
{
    /// <summary>Commits that one transaction takes in while nobody waits for them.</summary>
    private const int RecoveryCommitsMax = 1_000;

    /// <summary>The caller has the writer's lock.</summary>
    public static LogWriting Open(string path, SqliteEventLogOptions options)
    {
        CheckNothingIsMissing(path);
        LedgerFile.CreateWhenMissing(path, LogSchema.Kind, LogSchema.Tables, LogSchema.PageSize, options.VfsName);
        FileHeader.Check(path, LogSchema.Kind);
        using var opened = new OpenedParts();
        var writer = opened.Add(OpenDurable(path, options));
        CheckCommitFiles(writer);
        var files = opened.Add(CommitFiles.Open(path, options.CommitDisk, options.CommitFileLength));
        var tables = opened.Add(new LogTables(writer, Applier.CheckpointLagMax * options.CheckpointPages));
        try
        {
            Recover(tables, files, path);
            var frontier = opened.Add(new LogFrontier(LedgerFile.OpenReader(path, LogSchema.Kind, options.BusyTimeoutMilliseconds, options.VfsName), tables, options.KeptPerGeneration, options.OnCommitPoint));
            var checkpointer = options.WorksInBackground ? new Checkpointer(OpenWriter(path, options)) : null;
            var applier = new Applier(tables, checkpointer, options);
            opened.Release();
            return new LogWriting(frontier, files, applier, options.OnCommitPoint);
        }
        catch (EventLogUnavailableException failed) when (SqliteFailure.IsFsync(failed))
        {
            tables.Freeze();
            throw;
        }
    }

    /// <summary>What nobody will take in before it is read: a server that writes does so by itself.</summary>
    public static void TakeInWhatACrashLeft(string path)
    {
        if (WriterLock.IsHeld(path) || !HasCommitsLeft(path)) return;
        try
        {
            SqliteEventLog.Open(path, SqliteEventLogOptions.Default).DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (EventLogRefusedException) when (WriterLock.IsHeld(path))
        {
            // A server came first.
        }
    }

    private static bool HasCommitsLeft(string path)
    {
        if (!CommitFiles.PathsOf(path).Any(File.Exists)) return false;

        using var reader = LedgerFile.OpenReader(path, LogSchema.Kind, SqliteEventLogOptions.Default.BusyTimeoutMilliseconds);
        return HasCommitsAfter(LogSchema.ReadMeta(reader, LogSchema.AppliedKey), path);
    }

    private static bool HasCommitsAfter(long applied, string path) =>
        CommitFiles.ReadAfter(applied, path, CommitFiles.PathsOf(path).Where(File.Exists).Select(static name => (ReadOnlyMemory<byte>)File.ReadAllBytes(name))).Length > 0;

    private static void CheckNothingIsMissing(string path)
    {
        if (File.Exists(path) || !HasCommitsAfter(0, path)) return;
        throw SqliteFailure.Corrupt($"the file is missing and its commit files {CommitFiles.NamesOf(path)} are there", path, LogSchema.Kind);
    }

    private static void CheckCommitFiles(SqliteConnection connection)
    {
        if (LogSchema.ReadMeta(connection, LogSchema.CommitFilesKey) == 0) return;

        var missing = CommitFiles.PathsOf(connection.Path).Where(static name => !File.Exists(name)).ToArray();
        if (missing.Length > 0) throw connection.Corrupt($"its commit file {string.Join(" and ", missing)} is missing, and may hold what the tables do not");
    }

    private static void Recover(LogTables tables, CommitFiles files, string path)
    {
        foreach (var frames in CommitFiles.ReadAfter(tables.Applied, path, files.Read()).Chunk(RecoveryCommitsMax)) tables.Apply(frames, isDurable: true);
    }

    private static SqliteConnection OpenDurable(string path, SqliteEventLogOptions options)
    {
        var connection = OpenWriter(path, options);
        try
        {
            LedgerFile.MakeDurable(connection, options.OnSynced);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection OpenWriter(string path, SqliteEventLogOptions options)
    {
        var connection = SqliteConnection.OpenWriter(path, LogSchema.Kind, options.VfsName);
        try
        {
            LedgerFile.Configure(connection, options.BusyTimeoutMilliseconds);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What is closed again, last first, when something that comes later cannot be opened.</summary>
    private sealed class OpenedParts : IDisposable
    {
        private readonly Stack<IDisposable> _parts = new();

        public T Add<T>(T part)
            where T : IDisposable
        {
            _parts.Push(part);
            return part;
        }

        public void Release() => _parts.Clear();

        public void Dispose()
        {
            while (_parts.TryPop(out var part)) part.Dispose();
        }
    }
}
