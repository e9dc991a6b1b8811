using System.Collections.Immutable;
using NodaTime;

namespace Ledger.Projections.Storage;

/// <summary>
/// Where read models are kept: any number of generations of each, one of which serves. Every storage passes tests/Ledger.Projections.Conformance.
/// Called by one thread at a time.
/// </summary>
public interface IViewStorage
{
    /// <summary>
    /// Other processes have the same read models: whichever of them comes first takes the next events in, for all. What serves is made by a migration or a rebuild,
    /// never at a start, and may be replaced by another process's rebuild.
    /// </summary>
    bool IsShared { get; }

    /// <summary>Which generation of each view serves; empty before the first.</summary>
    /// <exception cref="ViewStoreException">The manifest cannot be read.</exception>
    ImmutableDictionary<string, int> ReadManifest();

    /// <summary>From now on this generation serves: at one stroke, after a crash there is the old one or the new one. It must be finished.</summary>
    /// <returns>False where <see cref="IsShared"/> and the one that serves has taken in more by now: the old one stands; take that in too and try again.</returns>
    /// <exception cref="ViewStoreException">It could not be written; the old one stands.</exception>
    bool TryServe(string name, int generation);

    /// <summary>Makes an empty generation, in place of any rest of a build that did not finish.</summary>
    /// <param name="building">True for a build aside: fast, without indexes, worth nothing until <see cref="IViewStore.Finish"/>.</param>
    IViewStore Create(ViewSchema schema, int generation, bool building);

    /// <summary>Opens a generation that is there: where <see cref="IsShared"/> the one that serves, whichever that is by then.</summary>
    /// <param name="logPosition">Where the log ends: the first who opens one that has nothing settles by it <see cref="IViewStore.ReadyFrom"/>.</param>
    /// <exception cref="ViewStoreException">It is missing, damaged, or of another shape; <see cref="ViewStoreException.IsUnusable"/> is set then.</exception>
    IViewStore Open(ViewSchema schema, int generation, long logPosition);

    /// <summary>Nothing when it is not there.</summary>
    void Delete(string name, int generation);

    /// <summary>Generations that are there, finished or not.</summary>
    IReadOnlyList<(string Name, int Generation)> List();
}

/// <summary>
/// One generation of one view. One writer at a time; any number of snapshots beside it.
/// Disposing waits for no one: snapshots must be gone before.
/// </summary>
public interface IViewStore : IDisposable
{
    ViewSchema Schema { get; }

    /// <summary>Which it is; where it is shared, the last that was seen to serve.</summary>
    int Generation { get; }

    /// <summary>It is not shown before it has this position: it is being built for the first time. 0 when that is over.</summary>
    long ReadyFrom { get; }

    /// <summary>What the last commit said; where others commit too, as of the last <see cref="Begin"/>.</summary>
    ViewCheckpoint Checkpoint { get; }

    /// <summary>Begins the one write transaction; where it is shared, waits for another process's to end.</summary>
    /// <exception cref="ViewStoreException">The store cannot be written.</exception>
    IViewTransaction Begin();

    /// <summary>A picture that no later commit changes. Waits while <c>SnapshotsMax</c> are out.</summary>
    ValueTask<IViewSnapshot> OpenSnapshotAsync(CancellationToken cancellation);

    /// <summary>Ends a build: makes the indexes, puts all on disk for good, and from then on serves.</summary>
    void Finish();
}

/// <summary>Disposing without a commit undoes it.</summary>
public interface IViewTransaction : IDisposable
{
    /// <summary>A look at a row is a way to a server: rows that will be looked at are better told of before, by <see cref="Expect"/>.</summary>
    bool IsFar { get; }

    /// <summary>Reads rows that will be looked at, all at once: <see cref="Find"/> has them, and knows which are not there. Nothing where it is not far.</summary>
    void Expect<TKey, TRow>(ViewTable<TKey, TRow> table, IReadOnlyCollection<TKey> keys)
        where TKey : struct, IEquatable<TKey>
        where TRow : class;

    /// <returns>Null when there is no such row.</returns>
    TRow? Find<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class;

    /// <summary>Adds or replaces a row.</summary>
    void Put<TKey, TRow>(ViewTable<TKey, TRow> table, TRow row)
        where TKey : struct, IEquatable<TKey>
        where TRow : class;

    /// <summary>Nothing when there is no such row.</summary>
    void Remove<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class;

    /// <summary>Rows and checkpoint become visible and durable together.</summary>
    void Commit(ViewCheckpoint checkpoint);
}

/// <summary>One consistent picture. For one thread.</summary>
public interface IViewSnapshot : IDisposable
{
    /// <summary>The checkpoint's position in this picture.</summary>
    long Position { get; }

    /// <summary>Rows of a query in SQL that SQLite and PostgreSQL share; « ? » stands for each parameter, in order.</summary>
    /// <param name="read">Reads the columns of one row, in order.</param>
    IReadOnlyList<T> Query<T>(string sql, IReadOnlyList<SqlValue> parameters, Func<IRowReader, T> read);

    /// <summary>All rows of a table in key order, for digests and comparisons.</summary>
    IViewCursor Scan(ViewTable table);
}

public interface IViewCursor : IDisposable
{
    bool Next();

    /// <summary>The row's key in bytes that sort as the keys do; valid until the next call.</summary>
    ReadOnlySpan<byte> Key { get; }

    /// <summary>All values in canonical bytes, the same in every store; valid until the next call.</summary>
    ReadOnlySpan<byte> Row { get; }

    string DescribeKey();

    string DescribeRow();
}

/// <summary>What a view has taken in.</summary>
/// <param name="Position">Last position; 0 before the first event.</param>
/// <param name="Hash">Chain hash of that event, so that another log is noticed; empty at 0.</param>
/// <param name="RecordedAt">When that event was recorded; null at 0.</param>
/// <param name="Skipped">Events passed over because their unknown type was declared skippable.</param>
public sealed record ViewCheckpoint(long Position, ReadOnlyMemory<byte> Hash, Instant? RecordedAt, long Skipped)
{
    public static ViewCheckpoint None { get; } = new(0, ReadOnlyMemory<byte>.Empty, null, 0);
}

/// <summary>A parameter of a query: a number, a text or an id.</summary>
public readonly record struct SqlValue
{
    private SqlValue(ColumnType type, long integer, string? text, Guid id) => (Type, Integer, Text, Id) = (type, integer, text, id);

    public ColumnType Type { get; }

    public long Integer { get; }

    public string? Text { get; }

    public Guid Id { get; }

    public static implicit operator SqlValue(long value) => new(ColumnType.Integer, value, null, default);

    public static implicit operator SqlValue(string value) => new(ColumnType.Text, 0, value, default);

    public static implicit operator SqlValue(Guid value) => new(ColumnType.Id, 0, null, value);
}

/// <summary>The store could not be read or written. The message says where and what to do.</summary>
public sealed class ViewStoreException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is stored cannot be used and must be built anew; trying again does not help.</summary>
    public bool IsUnusable { get; init; }
}
