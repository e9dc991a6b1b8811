using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.LoadTests.Peers.Sqlite;

/// <summary>One connection on SQLite's own interface, with as little of ours around it as can be. One thread at a time.</summary>
internal sealed class RawSqlite : IDisposable
{
    private readonly sqlite3 _handle;

    static RawSqlite() => Batteries_V2.Init();

    private RawSqlite(sqlite3 handle) => _handle = handle;

    public static RawSqlite OpenReader(string path) => Open(path, SQLITE_OPEN_READONLY);

    public static RawSqlite Create(string path) => Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

    public void Execute(string sql) => Check(sqlite3_exec(_handle, sql));

    public sqlite3_stmt Prepare(string sql)
    {
        Check(sqlite3_prepare_v3(_handle, sql, SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    /// <summary>Every row, by a reader that may look at it until it returns.</summary>
    public List<T> Query<T>(string sql, Func<sqlite3_stmt, T> read)
    {
        var rows = new List<T>();
        using var statement = Prepare(sql);
        int code;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) rows.Add(read(statement));
        Check(code);
        return rows;
    }

    public long Number(string sql) => Query(sql, static row => sqlite3_column_int64(row, 0)).FirstOrDefault();

    /// <exception cref="InvalidOperationException">SQLite said no.</exception>
    public void Check(int code)
    {
        if (code is not (SQLITE_OK or SQLITE_ROW or SQLITE_DONE)) throw new InvalidOperationException($"SQLite: {sqlite3_errmsg(_handle).utf8_to_string()} ({code})");
    }

    public void Dispose() => _handle.Dispose();

    private static RawSqlite Open(string path, int flags)
    {
        var code = sqlite3_open_v2(path, out var handle, flags | SQLITE_OPEN_NOMUTEX, null);
        var opened = new RawSqlite(handle);
        opened.Check(code);
        return opened;
    }
}
