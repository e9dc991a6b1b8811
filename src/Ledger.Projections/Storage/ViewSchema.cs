using System.Collections.Immutable;

namespace Ledger.Projections.Storage;

/// <summary>How a value is stored. A store of another kind maps these three, nothing else.</summary>
public enum ColumnType
{
    /// <summary>64 bits with sign: amounts in cents, instants in nanoseconds since 1970 UTC, days as yyyymmdd, enum numbers.</summary>
    Integer = 1,

    /// <summary>UTF-8, compared byte by byte.</summary>
    Text = 2,

    /// <summary>A Guid: 16 bytes in RFC 9562 order, compared byte by byte.</summary>
    Id = 3,
}

/// <param name="IsFixed">Said when the row is added and never changed after: an update leaves the column, and the indexes over such columns, alone.</param>
public sealed record ViewColumn(string Name, ColumnType Type, bool IsNullable = false, bool IsFixed = false);

/// <param name="Columns">In order.</param>
/// <param name="Where">Only rows for which this holds; null for all.</param>
public sealed record ViewIndex(string Name, ImmutableArray<string> Columns, string? Where = null);

/// <summary>One table of a read model. The first <see cref="KeyLength"/> columns are its primary key and its physical order.</summary>
public abstract class ViewTable(string name, int keyLength, ImmutableArray<ViewColumn> columns, ImmutableArray<ViewIndex> indexes)
{
    public string Name { get; } = name;

    public int KeyLength { get; } = keyLength;

    public ImmutableArray<ViewColumn> Columns { get; } = columns;

    /// <summary>Besides the primary key. Made at the end of a build, so that a rebuild does not pay for them row by row.</summary>
    public ImmutableArray<ViewIndex> Indexes { get; } = indexes;
}

/// <summary>A table whose rows are of one class.</summary>
/// <typeparam name="TKey">What names a row.</typeparam>
/// <typeparam name="TRow">Immutable, or changed in place by its fold alone, while its batch is open.</typeparam>
public abstract class ViewTable<TKey, TRow>(string name, int keyLength, ImmutableArray<ViewColumn> columns, ImmutableArray<ViewIndex> indexes)
    : ViewTable(name, keyLength, columns, indexes)
    where TKey : struct, IEquatable<TKey>
    where TRow : class
{
    public abstract TKey KeyOf(TRow row);

    /// <summary>Writes the key's columns, in order.</summary>
    public abstract void WriteKey(TKey key, IRowWriter writer);

    /// <summary>Writes all columns, in order.</summary>
    public abstract void Write(TRow row, IRowWriter writer);

    /// <summary>Reads all columns, in order.</summary>
    public abstract TRow Read(IRowReader reader);
}

/// <summary>The shape of one projection's read model.</summary>
/// <param name="Name">Stored in file names and the manifest, so never renamed.</param>
/// <param name="Version">Grows whenever the fold or its tables change: a read model of another version is built anew.</param>
public sealed record ViewSchema(string Name, int Version, ImmutableArray<ViewTable> Tables);

/// <summary>Takes a row's values, column after column.</summary>
public interface IRowWriter
{
    void Integer(long? value);

    void Text(string? value);

    void Id(Guid? value);
}

/// <summary>Gives a row's values, column after column. What is null in a column that may not be throws.</summary>
public interface IRowReader
{
    long Integer();

    long? IntegerOrNull();

    string Text();

    string? TextOrNull();

    Guid Id();

    Guid? IdOrNull();
}
