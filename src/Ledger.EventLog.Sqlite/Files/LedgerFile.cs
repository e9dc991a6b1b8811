using static SQLitePCL.raw;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>Creates and opens files of ours: marked, in write-ahead mode, whole or not at all.</summary>
internal static class LedgerFile
{
    /// <summary>Creates the file aside and moves it into place, so that a crash leaves no half-made one.</summary>
    /// <param name="pageSize">Bytes; a power of two from 512 to 65536.</param>
    public static void CreateWhenMissing(string path, FileKind kind, string schema, int pageSize = 4096)
    {
        if (File.Exists(path)) return;
        if (File.Exists(path + "-wal")) throw SqliteFailure.Corrupt($"the file is missing and its write-ahead log {path}-wal is there", path, kind);

        var aside = path + ".creating";
        foreach (var left in new[] { aside, aside + "-wal", aside + "-shm", aside + "-journal" }) File.Delete(left);
        using (var connection = SqliteConnection.Create(aside, kind))
        {
            connection.Execute($"PRAGMA page_size = {pageSize}; PRAGMA encoding = 'UTF-8'; PRAGMA synchronous = FULL;");
            connection.Execute($"BEGIN; {schema}; PRAGMA application_id = {kind.ApplicationId}; PRAGMA user_version = {kind.Version}; COMMIT;");
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);");
        }

        // The folder's entry is made durable by the first commit: SQLite syncs the folder in which it creates the write-ahead log.
        File.Move(aside, path);
    }

    /// <summary>What every connection is told first.</summary>
    /// <param name="busyTimeoutMilliseconds">How long to wait for another program's lock.</param>
    public static void Configure(SqliteConnection connection, int busyTimeoutMilliseconds) =>
        connection.Execute($"PRAGMA busy_timeout = {busyTimeoutMilliseconds}; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;");

    /// <summary>Opens for reading; where nothing can be written beside the file (a read-only medium), as one that nobody writes.</summary>
    public static SqliteConnection OpenReader(string path, FileKind kind, int busyTimeoutMilliseconds)
    {
        try
        {
            return OpenReader(SqliteConnection.OpenReader(path, kind), busyTimeoutMilliseconds);
        }
        catch (EventLogUnavailableException exception) when (exception.InnerException is SqliteCodeException { ExtendedCode: var code } && IsReadOnlyMedium(code, path))
        {
            return OpenReader(SqliteConnection.OpenImmutable(path, kind), busyTimeoutMilliseconds);
        }
    }

    private static SqliteConnection OpenReader(SqliteConnection connection, int busyTimeoutMilliseconds)
    {
        try
        {
            Configure(connection, busyTimeoutMilliseconds);
            connection.ReadNumber("SELECT count(*) FROM sqlite_schema");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static bool IsReadOnlyMedium(int extendedCode, string path) =>
        (extendedCode & 0xFF) is SQLITE_CANTOPEN or SQLITE_READONLY && new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 };
}
