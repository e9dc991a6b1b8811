using System.Text;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>A prepared statement; parameters count from 1, columns from 0, as in SQLite. Reset it before it is used again.</summary>
internal sealed unsafe class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle) : IDisposable
{
    // Valid as long as the handle, which this object keeps alive and closes.
    private readonly nint _address = handle.DangerousGetHandle();

    public SqliteStatement Bind(int parameter, long value)
    {
        Check(SqliteNative.BindNumber(_address, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, long? value)
    {
        Check(value is { } number ? SqliteNative.BindNumber(_address, parameter, number) : SqliteNative.BindNull(_address, parameter));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? sqlite3_bind_zeroblob(handle, parameter, 0) : sqlite3_bind_blob(handle, parameter, value));
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
        Check(sqlite3_bind_text(handle, parameter, value));
        return this;
    }

    public SqliteStatement BindNull(int parameter)
    {
        Check(SqliteNative.BindNull(_address, parameter));
        return this;
    }

    /// <summary>Without a copy: the memory must stay where it is until the statement was run.</summary>
    public void BindInPlace(int parameter, byte* bytes, int length) => Check(SqliteNative.BindBlob(_address, parameter, bytes, length, SqliteNative.StaysInPlace));

    /// <inheritdoc cref="BindInPlace"/>
    public void BindTextInPlace(int parameter, byte* utf8, int length) => Check(SqliteNative.BindText(_address, parameter, utf8, length, SqliteNative.StaysInPlace));

    /// <returns>Whether there is a row.</returns>
    public bool Step()
    {
        var code = SqliteNative.Step(_address);
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
    public void Reset() => _ = SqliteNative.Reset(_address);

    public long Number(int column) => SqliteNative.ColumnNumber(_address, column);

    public long? NumberOrNull(int column) => IsNull(column) ? null : Number(column);

    public bool IsNull(int column) => SqliteNative.ColumnType(_address, column) == SQLITE_NULL;

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        // In this order: asking for the length first could make SQLite move the bytes.
        var bytes = SqliteNative.ColumnBlob(_address, column);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.ColumnLength(_address, column));
    }

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public Guid Id(int column)
    {
        var bytes = Bytes(column);
        return bytes.Length == 16 ? new Guid(bytes, bigEndian: true) : throw new InvalidDataException("An id has 16 bytes.");
    }

    /// <summary>Whether the row's values are of the kinds written: « I » integer, « T » text, « B » blob, « - » null. SQLite itself would convert without a word.</summary>
    public bool HasKinds(ReadOnlySpan<char> kinds)
    {
        for (var column = 0; column < kinds.Length; column++)
        {
            var expected = kinds[column] switch { 'I' => SQLITE_INTEGER, 'T' => SQLITE_TEXT, '-' => SQLITE_NULL, _ => SQLITE_BLOB };
            if (SqliteNative.ColumnType(_address, column) != expected) return false;
        }

        return true;
    }

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code != SQLITE_OK) connection.Check(code);
    }
}
