using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Ledger.Projections.Storage.Sqlite;

/// <summary>
/// A prepared statement: parameters are bound and columns read one after the other. Short texts and ids are bound in place: they stay in a pinned
/// buffer of the statement's own until it is bound anew. For one thread.
/// </summary>
internal sealed unsafe class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IRowWriter, IRowReader, IDisposable
{
    private const int IdLength = 16;

    /// <summary>What the longest row of a view needs; values that find no room are copied by SQLite.</summary>
    private const int InPlaceMax = 1_024;

    // Valid as long as the handle, which this object keeps alive and closes.
    private readonly nint _address = statement.DangerousGetHandle();
    private readonly byte[] _inPlace = GC.AllocateUninitializedArray<byte>(InPlaceMax, pinned: true);
    private int _inPlaceLength;
    private int _parameter;
    private int _column;

    public int ColumnCount => raw.sqlite3_column_count(statement);

    /// <summary>Ready to bind again from the first parameter.</summary>
    public void Reset()
    {
        _ = SqliteNative.Reset(_address);
        (_parameter, _inPlaceLength) = (0, 0);
    }

    /// <returns>True when there is a row to read.</returns>
    public bool Step()
    {
        var code = SqliteNative.Step(_address);
        _column = 0;
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw database.Failure(code),
        };
    }

    /// <summary>Runs a statement that gives no row, and makes it ready again.</summary>
    public void Run()
    {
        var hasRow = Step();
        Reset();
        if (hasRow) throw new InvalidOperationException("A statement that writes gave a row.");
    }

    public void Bind(SqlValue value)
    {
        switch (value.Type)
        {
            case ColumnType.Integer:
                Integer(value.Integer);
                break;
            case ColumnType.Text:
                Text(value.Text);
                break;
            case ColumnType.Id:
                Id(value.Id);
                break;
        }
    }

    public void Integer(long? value)
    {
        var at = ++_parameter;
        database.Check(value is { } number ? SqliteNative.BindNumber(_address, at, number) : SqliteNative.BindNull(_address, at));
    }

    public void Text(string? value)
    {
        var at = ++_parameter;
        if (value is null)
        {
            database.Check(SqliteNative.BindNull(_address, at));
            return;
        }

        if (!Encoding.UTF8.TryGetBytes(value, _inPlace.AsSpan(_inPlaceLength), out var length))
        {
            database.Check(raw.sqlite3_bind_text(statement, at, value));
            return;
        }

        database.Check(SqliteNative.BindText(_address, at, Take(length), length, SqliteNative.StaysInPlace));
    }

    public void Id(Guid? value)
    {
        var at = ++_parameter;
        if (value is not { } id)
        {
            database.Check(SqliteNative.BindNull(_address, at));
            return;
        }

        if (!id.TryWriteBytes(_inPlace.AsSpan(_inPlaceLength), bigEndian: true, out var length))
        {
            Span<byte> bytes = stackalloc byte[IdLength];
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            Blob(bytes, at);
            return;
        }

        database.Check(SqliteNative.BindBlob(_address, at, Take(length), length, SqliteNative.StaysInPlace));
    }

    public void Blob(ReadOnlySpan<byte> value) => Blob(value, ++_parameter);

    public long Integer() => SqliteNative.ColumnNumber(_address, NextColumn(raw.SQLITE_INTEGER));

    public long? IntegerOrNull() => NextIsNull() ? null : Integer();

    public string Text() => Encoding.UTF8.GetString(Utf8());

    /// <summary>A text as it is stored; valid until the next step.</summary>
    public ReadOnlySpan<byte> Utf8() => Bytes(NextColumn(raw.SQLITE_TEXT));

    public string? TextOrNull() => NextIsNull() ? null : Text();

    public Guid Id()
    {
        var bytes = Blob();
        return bytes.Length == IdLength ? new Guid(bytes, bigEndian: true) : throw Damaged("an id of 16 bytes");
    }

    public Guid? IdOrNull() => NextIsNull() ? null : Id();

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob() => Bytes(NextColumn(raw.SQLITE_BLOB));

    /// <summary>Goes back to the row's first column.</summary>
    public void Rewind() => _column = 0;

    /// <summary>Steps over a null.</summary>
    /// <returns>False, without a step, when the next column is none.</returns>
    public bool NextIsNull()
    {
        if (SqliteNative.ColumnType(_address, _column) != raw.SQLITE_NULL) return false;
        _column++;
        return true;
    }

    public void Dispose() => raw.sqlite3_finalize(statement);

    /// <summary>What was just written after the values bound before, to be bound in its place.</summary>
    private byte* Take(int length)
    {
        var start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_inPlace)) + _inPlaceLength;
        _inPlaceLength += length;
        return start;
    }

    private ReadOnlySpan<byte> Bytes(int column)
    {
        // In this order: asking for the length first could make SQLite move the bytes.
        var bytes = SqliteNative.ColumnBlob(_address, column);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.ColumnLength(_address, column));
    }

    private void Blob(ReadOnlySpan<byte> value, int at) => database.Check(raw.sqlite3_bind_blob(statement, at, value));

    private int NextColumn(int type)
    {
        if (SqliteNative.ColumnType(_address, _column) != type) throw Damaged($"SQLite type {type}");
        return _column++;
    }

    private ViewStoreException Damaged(string wanted) =>
        new($"Column {_column} of a row is not {wanted}: the read model was changed from outside. Rebuild the projection.") { IsUnusable = true };
}
