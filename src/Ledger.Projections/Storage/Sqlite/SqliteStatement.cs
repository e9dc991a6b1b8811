using System.Text;
using SQLitePCL;

namespace Ledger.Projections.Storage.Sqlite;

/// <summary>A prepared statement: parameters are bound and columns read one after the other. For one thread.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IRowWriter, IRowReader, IDisposable
{
    private const int IdLength = 16;
    private const int TextOnStackMax = 256;

    private int _parameter;
    private int _column;

    public int ColumnCount => raw.sqlite3_column_count(statement);

    /// <summary>Ready to bind again from the first parameter.</summary>
    public void Reset()
    {
        raw.sqlite3_reset(statement);
        _parameter = 0;
    }

    /// <returns>True when there is a row to read.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
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
        database.Check(value is { } number ? raw.sqlite3_bind_int64(statement, at, number) : raw.sqlite3_bind_null(statement, at));
    }

    public void Text(string? value)
    {
        var at = ++_parameter;
        if (value is null)
        {
            database.Check(raw.sqlite3_bind_null(statement, at));
            return;
        }

        if (value.Length > TextOnStackMax / 3)
        {
            database.Check(raw.sqlite3_bind_text(statement, at, value));
            return;
        }

        Span<byte> utf8 = stackalloc byte[TextOnStackMax];
        var length = Encoding.UTF8.GetBytes(value, utf8);
        database.Check(raw.sqlite3_bind_text(statement, at, (ReadOnlySpan<byte>)utf8[..length]));
    }

    public void Id(Guid? value)
    {
        var at = ++_parameter;
        if (value is not { } id)
        {
            database.Check(raw.sqlite3_bind_null(statement, at));
            return;
        }

        Span<byte> bytes = stackalloc byte[IdLength];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        Blob(bytes, at);
    }

    public void Blob(ReadOnlySpan<byte> value) => Blob(value, ++_parameter);

    public long Integer() => raw.sqlite3_column_int64(statement, NextColumn(raw.SQLITE_INTEGER));

    public long? IntegerOrNull() => NextIsNull() ? null : Integer();

    public string Text() => raw.sqlite3_column_text(statement, NextColumn(raw.SQLITE_TEXT)).utf8_to_string();

    public string? TextOrNull() => NextIsNull() ? null : Text();

    public Guid Id()
    {
        var bytes = Blob();
        return bytes.Length == IdLength ? new Guid(bytes, bigEndian: true) : throw Damaged("an id of 16 bytes");
    }

    public Guid? IdOrNull() => NextIsNull() ? null : Id();

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob() => raw.sqlite3_column_blob(statement, NextColumn(raw.SQLITE_BLOB));

    /// <summary>Steps over a null.</summary>
    /// <returns>False, without a step, when the next column is none.</returns>
    public bool NextIsNull()
    {
        if (raw.sqlite3_column_type(statement, _column) != raw.SQLITE_NULL) return false;
        _column++;
        return true;
    }

    public void Dispose() => raw.sqlite3_finalize(statement);

    private void Blob(ReadOnlySpan<byte> value, int at) => database.Check(raw.sqlite3_bind_blob(statement, at, value));

    private int NextColumn(int type)
    {
        if (raw.sqlite3_column_type(statement, _column) != type) throw Damaged($"SQLite type {type}");
        return _column++;
    }

    private ViewStoreException Damaged(string wanted) =>
        new($"Column {_column} of a row is not {wanted}: the read model was changed from outside. Rebuild the projection.") { IsUnusable = true };
}
