using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>A prepared statement; parameters count from 1, columns from 0, as in SQLite. Reset it before it is used again.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int parameter, long value)
    {
        connection.Check(sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, long? value)
    {
        connection.Check(value is { } number ? sqlite3_bind_int64(handle, parameter, number) : sqlite3_bind_null(handle, parameter));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        connection.Check(value.IsEmpty ? sqlite3_bind_zeroblob(handle, parameter, 0) : sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    /// <summary>RFC 9562 order: what a hexadecimal dump shows is what the id's text shows.</summary>
    public SqliteStatement Bind(int parameter, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Bind(parameter, bytes);
    }

    public SqliteStatement Bind(int parameter, string value)
    {
        connection.Check(sqlite3_bind_text(handle, parameter, value));
        return this;
    }

    /// <returns>Whether there is a row.</returns>
    public bool Step()
    {
        var code = sqlite3_step(handle);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;

        // The error is read before the reset, which would hide it.
        try
        {
            connection.Check(code);
            return false;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs a statement that gives no rows, and resets it.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>Ends the reading; what an earlier step failed with was thrown there.</summary>
    public void Reset() => _ = sqlite3_reset(handle);

    public long Number(int column) => sqlite3_column_int64(handle, column);

    public long? NumberOrNull(int column) => sqlite3_column_type(handle, column) == SQLITE_NULL ? null : Number(column);

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => sqlite3_column_blob(handle, column);

    public string Text(int column) => sqlite3_column_text(handle, column).utf8_to_string() ?? "";

    public Guid Id(int column)
    {
        var bytes = Bytes(column);
        return bytes.Length == 16 ? new Guid(bytes, bigEndian: true) : throw new InvalidDataException("An id has 16 bytes.");
    }

    /// <summary>Whether the row's values are of the kinds written: « I » integer, « T » text, « B » blob. SQLite itself would convert without a word.</summary>
    public bool HasKinds(ReadOnlySpan<char> kinds)
    {
        for (var column = 0; column < kinds.Length; column++)
        {
            var expected = kinds[column] switch { 'I' => SQLITE_INTEGER, 'T' => SQLITE_TEXT, _ => SQLITE_BLOB };
            if (sqlite3_column_type(handle, column) != expected) return false;
        }

        return true;
    }

    public void Dispose() => handle.Dispose();
}
