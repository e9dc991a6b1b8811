using System.Buffers.Binary;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.LoadTests.Peers.Sqlite;

/// <summary>Rows of several tables one after another in one array, so that inserting them reads memory in order and leaves nothing to collect.</summary>
internal sealed class RowArena
{
    private const int LengthAtFirst = 1 << 20;

    private byte[] _bytes = new byte[LengthAtFirst];
    private int _end;

    public int RowCount { get; private set; }

    public void Clear() => (_end, RowCount) = (0, 0);

    /// <param name="table">0 to 255.</param>
    /// <param name="row">Stands on a row.</param>
    public void Add(int table, sqlite3_stmt row, int columns)
    {
        Append(1)[0] = checked((byte)table);
        for (var column = 0; column < columns; column++) Add(row, column);
        RowCount++;
    }

    /// <summary>Inserts all rows in the order in which they were added.</summary>
    /// <param name="inserts">One per table, with so many parameters.</param>
    public void InsertAll(RawSqlite file, IReadOnlyList<(sqlite3_stmt Statement, int Columns)> inserts)
    {
        for (var at = 0; at < _end;)
        {
            var (statement, columns) = inserts[_bytes[at++]];
            for (var column = 1; column <= columns; column++) at = Bind(statement, column, at);
            file.Check(sqlite3_step(statement));
            _ = sqlite3_reset(statement);
        }
    }

    private void Add(sqlite3_stmt row, int column)
    {
        var type = sqlite3_column_type(row, column);
        Append(1)[0] = (byte)type;
        switch (type)
        {
            case SQLITE_NULL: break;
            case SQLITE_INTEGER: BinaryPrimitives.WriteInt64LittleEndian(Append(sizeof(long)), sqlite3_column_int64(row, column)); break;
            case SQLITE_FLOAT: BinaryPrimitives.WriteDoubleLittleEndian(Append(sizeof(double)), sqlite3_column_double(row, column)); break;
            default:
                var value = sqlite3_column_blob(row, column);
                BinaryPrimitives.WriteInt32LittleEndian(Append(sizeof(int)), value.Length);
                value.CopyTo(Append(value.Length));
                break;
        }
    }

    private int Bind(sqlite3_stmt statement, int column, int at)
    {
        switch (_bytes[at++])
        {
            case SQLITE_NULL: _ = sqlite3_bind_null(statement, column); return at;
            case SQLITE_INTEGER: _ = sqlite3_bind_int64(statement, column, BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at))); return at + sizeof(long);
            case SQLITE_FLOAT: _ = sqlite3_bind_double(statement, column, BinaryPrimitives.ReadDoubleLittleEndian(_bytes.AsSpan(at))); return at + sizeof(double);
            case var type:
                var length = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));
                var value = _bytes.AsSpan(at + sizeof(int), length);
                if (type == SQLITE_TEXT) _ = sqlite3_bind_text(statement, column, value);
                else if (length == 0) _ = sqlite3_bind_zeroblob(statement, column, 0);
                else _ = sqlite3_bind_blob(statement, column, value);
                return at + sizeof(int) + length;
        }
    }

    private Span<byte> Append(int length)
    {
        if (_bytes.Length - _end < length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _end + length));
        _end += length;
        return _bytes.AsSpan(_end - length, length);
    }
}
