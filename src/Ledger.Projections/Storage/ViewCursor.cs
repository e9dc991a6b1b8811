using System.Buffers;
using System.Globalization;

namespace Ledger.Projections.Storage;

/// <summary>A table's rows as canonical bytes, over whatever a store steps through its rows with. One thread.</summary>
internal abstract class ViewCursor(ViewTable table) : IViewCursor
{
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _row = new();

    public ReadOnlySpan<byte> Key => _key.WrittenSpan;

    public ReadOnlySpan<byte> Row => _row.WrittenSpan;

    public bool Next()
    {
        _key.ResetWrittenCount();
        _row.ResetWrittenCount();
        if (!Step()) return false;

        for (var index = 0; index < table.Columns.Length; index++) Read(table.Columns[index], index < table.KeyLength);
        return true;
    }

    public string DescribeKey() => Describe(table.KeyLength);

    public string DescribeRow() => Describe(table.Columns.Length);

    public abstract void Dispose();

    /// <returns>False after the last row.</returns>
    protected abstract bool Step();

    /// <summary>Goes back to the row's first column.</summary>
    protected abstract void Rewind();

    /// <summary>Steps over a null.</summary>
    /// <returns>False, without a step, when the next column is none.</returns>
    protected abstract bool NextIsNull();

    protected abstract long Integer();

    /// <summary>Valid until the next step.</summary>
    protected abstract ReadOnlySpan<byte> Utf8();

    protected abstract Guid Id();

    private void Read(ViewColumn column, bool isKey)
    {
        if (column.IsNullable && NextIsNull())
        {
            RowBytes.WriteNull(_row);
            return;
        }

        switch (column.Type)
        {
            case ColumnType.Integer: Read(Integer(), isKey); break;
            case ColumnType.Text: Read(Utf8(), isKey); break;
            case ColumnType.Id: Read(Id(), isKey); break;
        }
    }

    private void Read(long value, bool isKey)
    {
        if (isKey) RowBytes.WriteKey(_key, value);
        RowBytes.WriteValue(_row, value);
    }

    private void Read(ReadOnlySpan<byte> utf8, bool isKey)
    {
        if (isKey) RowBytes.WriteKey(_key, utf8);
        RowBytes.WriteValue(_row, utf8);
    }

    private void Read(Guid value, bool isKey)
    {
        if (isKey) RowBytes.WriteKey(_key, value);
        RowBytes.WriteValue(_row, value);
    }

    private string Describe(int count)
    {
        Rewind();
        return string.Join(", ", table.Columns.Take(count).Select(column => $"{column.Name} = {Describe(column)}"));
    }

    private string Describe(ViewColumn column)
    {
        if (column.IsNullable && NextIsNull()) return "null";
        return column.Type switch
        {
            ColumnType.Integer => Integer().ToString(CultureInfo.InvariantCulture),
            ColumnType.Text => System.Text.Encoding.UTF8.GetString(Utf8()),
            ColumnType.Id => Id().ToString("N"),
        };
    }
}
