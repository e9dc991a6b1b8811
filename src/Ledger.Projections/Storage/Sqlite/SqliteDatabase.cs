using SQLitePCL;

namespace Ledger.Projections.Storage.Sqlite;

/// <summary>One connection to one file, on SQLite's own interface: what a batch binds and steps costs no allocation. For one thread at a time.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int BusyWaitMilliseconds = 5_000;

    private readonly sqlite3 _handle;
    private readonly string _path;

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle, string path) => (_handle, _path) = (handle, path);

    /// <exception cref="ViewStoreException">The file cannot be opened.</exception>
    public static SqliteDatabase Open(string path, SqliteAccess access)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | access switch
        {
            SqliteAccess.Create => raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE,
            SqliteAccess.Write => raw.SQLITE_OPEN_READWRITE,
            SqliteAccess.Read => raw.SQLITE_OPEN_READONLY,
        };
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new SqliteDatabase(handle, path);
        if (code != raw.SQLITE_OK)
        {
            var failure = database.Failure(code);
            database.Dispose();
            throw failure;
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, BusyWaitMilliseconds);
        return database;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>For undoing: SQLite undoes by itself after some errors, and then says that there is nothing to undo.</summary>
    public void ExecuteQuietly(string sql) => raw.sqlite3_exec(_handle, sql);

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return new SqliteStatement(this, statement);
    }

    /// <summary>The one number that a query gives.</summary>
    public long ReadInteger(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Integer() : throw new ViewStoreException($"{_path}: « {sql} » gave no row.") { IsUnusable = true };
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Failure(code);
    }

    public ViewStoreException Failure(int code)
    {
        var text = raw.sqlite3_errmsg(_handle).utf8_to_string();
        return (code & 0xFF) switch
        {
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new ViewStoreException($"{_path} is damaged ({text}): rebuild the projection.") { IsUnusable = true },
            raw.SQLITE_FULL => new ViewStoreException($"{_path} cannot grow ({text}): free space on its disk."),
            raw.SQLITE_CANTOPEN => new ViewStoreException($"{_path} cannot be opened ({text}): check that it is there and may be read and written."),
            _ => new ViewStoreException($"{_path}: SQLite error {code} ({text})."),
        };
    }

    public void Dispose() => _handle.manual_close_v2();
}

internal enum SqliteAccess
{
    Create = 1,
    Write = 2,
    Read = 3,
}
