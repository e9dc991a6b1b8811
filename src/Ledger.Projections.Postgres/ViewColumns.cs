using System.Diagnostics;
using Ledger.Projections.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Projections.Postgres;

/// <summary>Rows, or keys, turned into an array a column: so any number of them is one statement. Written row after row, column after column.</summary>
internal sealed class ViewColumns(ViewTable table, int columnCount) : IRowWriter
{
    private readonly List<long?>[] _numbers = new List<long?>[columnCount];
    private readonly List<string?>[] _texts = new List<string?>[columnCount];
    private readonly List<Guid?>[] _ids = new List<Guid?>[columnCount];
    private int _column;

    public void Integer(long? value) => Next(_numbers).Add(value);

    public void Text(string? value) => Next(_texts).Add(value);

    public void Id(Guid? value) => Next(_ids).Add(value);

    public IEnumerable<NpgsqlParameter> Parameters() => Enumerable.Range(0, columnCount).Select(ParameterOf);

    private List<T> Next<T>(List<T>[] lists)
    {
        var list = lists[_column] ??= [];
        _column = (_column + 1) % columnCount;
        return list;
    }

    private NpgsqlParameter ParameterOf(int column) => table.Columns[column].Type switch
    {
        ColumnType.Integer => Array(NpgsqlDbType.Bigint, _numbers[column]),
        ColumnType.Text => Array(NpgsqlDbType.Text, _texts[column]),
        ColumnType.Id => Array(NpgsqlDbType.Uuid, _ids[column]),
        _ => throw new UnreachableException(),
    };

    private static NpgsqlParameter<List<T>> Array<T>(NpgsqlDbType element, List<T> values) => new() { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = values };
}

/// <summary>A row's columns, in order.</summary>
internal sealed class PostgresRow(NpgsqlDataReader row) : IRowReader
{
    private int _column;

    public long Integer() => row.GetInt64(NextWithValue());

    public long? IntegerOrNull() => NextIsNull() ? null : Integer();

    public string Text() => row.GetString(NextWithValue());

    public string? TextOrNull() => NextIsNull() ? null : Text();

    public Guid Id() => row.GetGuid(NextWithValue());

    public Guid? IdOrNull() => NextIsNull() ? null : Id();

    /// <summary>Goes back to the row's first column.</summary>
    public void Rewind() => _column = 0;

    /// <summary>Steps over a null.</summary>
    /// <returns>False, without a step, when the next column is none.</returns>
    public bool NextIsNull()
    {
        if (!row.IsDBNull(_column)) return false;
        _column++;
        return true;
    }

    private int NextWithValue() => row.IsDBNull(_column)
        ? throw new ViewStoreException($"Column {_column} of a row is null: the read model was changed from outside. Rebuild the projection.") { IsUnusable = true }
        : _column++;
}
