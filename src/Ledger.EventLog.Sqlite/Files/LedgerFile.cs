using static SQLitePCL.raw;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>Creates and opens files of ours: marked, in write-ahead mode, whole or not at all.</summary>
internal static class LedgerFile
{
    /// <summary>Creates the file aside and moves it into place, so that a crash leaves no half-made one.</summary>
    /// <param name="pageSize">Bytes; a power of two from 512 to 65536.</param>
    public static void CreateWhenMissing(string path, FileKind kind, string schema, int pageSize = 4096, string? vfs = null)
    {
        if (File.Exists(path)) return;
        if (File.Exists(path + "-wal")) throw SqliteFailure.Corrupt($"the file is missing and its write-ahead log {path}-wal is there", path, kind);

        var aside = path + ".creating";
        foreach (var left in new[] { aside, aside + "-wal", aside + "-shm", aside + "-journal" }) File.Delete(left);
        using (var connection = SqliteConnection.Create(aside, kind, vfs))
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

    /// <summary>
    /// Writes the write-ahead log that an earlier process left once more, byte for byte, and syncs it. Where that process failed to sync it, its
    /// last commit may be in the kernel's cache alone, counted as written: it reads well, no later sync would bring it to the disk, and a power cut
    /// would take it and all commits after it. Nobody can write meanwhile: the write lock is held.
    /// </summary>
    /// <param name="synced">Told of the path right after the sync; null when nobody looks.</param>
    /// <exception cref="EventLogUnavailableException">The disk does not take it.</exception>
    public static void MakeDurable(SqliteConnection connection, Action<string>? synced)
    {
        // The first lock recovers what the log holds.
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            WriteAheadLog.WriteAgain(connection.Path + "-wal");
            synced?.Invoke(connection.Path + "-wal");
        }
        catch (IOException exception)
        {
            throw new EventLogUnavailableException(
                $"The disk that holds {connection.Path} failed to make its write-ahead log durable ({exception.Message}). Check the disk, then start again; nothing is lost by that.", exception);
        }
        finally
        {
            connection.Rollback();
        }
    }

    /// <summary>Opens for reading; where nothing can be written beside the file (a read-only medium), as one that nobody writes.</summary>
    public static SqliteConnection OpenReader(string path, FileKind kind, int busyTimeoutMilliseconds, string? vfs = null)
    {
        try
        {
            return OpenReader(SqliteConnection.OpenReader(path, kind, vfs), busyTimeoutMilliseconds);
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
