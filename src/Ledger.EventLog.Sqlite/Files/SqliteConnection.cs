using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>One connection to one file, on the bare C interface. One thread uses it at a time.</summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    private SqliteConnection(sqlite3 handle, string path, FileKind kind) => (_handle, Path, Kind) = (handle, path, kind);

    public string Path { get; }

    public FileKind Kind { get; }

    /// <summary>Rows changed by the last statement.</summary>
    public int Changes => SqliteNative.Changes(_handle.DangerousGetHandle());

    public long LastInsertRowId => sqlite3_last_insert_rowid(_handle);

    public bool InTransaction => sqlite3_get_autocommit(_handle) == 0;

    /// <summary>For writing; the file must exist.</summary>
    public static SqliteConnection OpenWriter(string path, FileKind kind, string? vfs = null) => Open(path, kind, path, SQLITE_OPEN_READWRITE, vfs);

    /// <summary>For creating a file that does not exist.</summary>
    public static SqliteConnection Create(string path, FileKind kind, string? vfs = null) => Open(path, kind, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);

    /// <summary>For reading a file that others may write.</summary>
    public static SqliteConnection OpenReader(string path, FileKind kind, string? vfs = null) => Open(path, kind, path, SQLITE_OPEN_READONLY, vfs);

    /// <summary>For reading a file that nobody writes, on a medium where nothing can be written beside it.</summary>
    public static SqliteConnection OpenImmutable(string path, FileKind kind) =>
        Open(path, kind, new Uri(path).AbsoluteUri + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, vfs: null);

    public void Execute(string sql) => Check(sqlite3_exec(_handle, sql));

    /// <summary>The statement lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(sqlite3_prepare_v3(_handle, sql, SQLITE_PREPARE_PERSISTENT, out var handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>The first column of the first row of a statement that is run once.</summary>
    public long ReadNumber(string sql)
    {
        Check(sqlite3_prepare_v2(_handle, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        return statement.Step() ? statement.Number(0) : 0;
    }

    /// <summary>From now on SQLite writes the number of pages in the write-ahead log to <paramref name="pages"/> after each commit, and takes none of them in by itself.</summary>
    /// <param name="pages">Lives longer than the connection.</param>
    public void WatchWriteAheadLog(int* pages) => SqliteNative.WatchWriteAheadLog(_handle.DangerousGetHandle(), pages);

    /// <summary>Takes into the file what can be taken in without waiting for anybody, and makes it durable. Nothing while another connection does.</summary>
    /// <returns>How many pages of the write-ahead log are not in the file yet.</returns>
    public int Checkpoint()
    {
        var code = sqlite3_wal_checkpoint_v2(_handle, "main", SQLITE_CHECKPOINT_PASSIVE, out var pages, out var taken);
        if (code != SQLITE_BUSY) Check(code);
        return Math.Max(0, pages - taken);
    }

    /// <summary>From now on closing this connection takes nothing of the write-ahead log into the file.</summary>
    public void KeepWriteAheadLog() => _ = sqlite3_db_config(_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    /// <summary>Undoes what is open, also when SQLite has done so by itself.</summary>
    public void Rollback()
    {
        if (InTransaction) _ = sqlite3_exec(_handle, "ROLLBACK");
    }

    /// <summary>For what we find that SQLite does not.</summary>
    public EventLogCorruptException Corrupt(string why) => SqliteFailure.Corrupt(why, Path, Kind);

    /// <exception cref="EventLogCorruptException">The file is damaged.</exception>
    /// <exception cref="EventLogUnavailableException">The disk is full, a lock is held, or reading or writing failed.</exception>
    public void Check(int code)
    {
        if (code is SQLITE_OK or SQLITE_ROW or SQLITE_DONE) return;
        throw SqliteFailure.From(sqlite3_extended_errcode(_handle), sqlite3_errmsg(_handle).utf8_to_string(), Path, Kind);
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        _handle.Dispose();
    }

    /// <param name="vfs">The name of the file system that SQLite is to use; null for its own.</param>
    private static SqliteConnection Open(string path, FileKind kind, string name, int flags, string? vfs)
    {
        var code = sqlite3_open_v2(name, out var handle, flags | SQLITE_OPEN_NOMUTEX, vfs);
        var connection = new SqliteConnection(handle, path, kind);
        try
        {
            connection.Check(code);
            sqlite3_extended_result_codes(handle, 1);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
