using System.Runtime.InteropServices;

namespace Ledger.Projections.Storage;

/// <summary>
/// The rows that a batch of events touches: each is read at most once and written at most once, however many events change it.
/// One fold uses it, from one thread.
/// </summary>
public sealed class ViewBatch
{
    private readonly List<IBatchTable> _tables = [];
    private IViewTransaction? _transaction;

    /// <summary>Rows that wait to be written.</summary>
    public int Changes { get; internal set; }

    internal IViewTransaction Transaction => _transaction ?? throw new InvalidOperationException("Rows are read and written within a batch only.");

    /// <summary>A table to fold into; asked for once, when the fold is made.</summary>
    public BatchTable<TKey, TRow> Open<TKey, TRow>(ViewTable<TKey, TRow> table)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        var opened = new BatchTable<TKey, TRow>(this, table);
        _tables.Add(opened);
        return opened;
    }

    /// <summary>From here on, rows come from this transaction.</summary>
    internal void Begin(IViewTransaction transaction)
    {
        Clear();
        _transaction = transaction;
    }

    /// <summary>Reads the rows that folds said they expect.</summary>
    internal void ReadAhead()
    {
        foreach (var table in _tables) table.ReadAhead(Transaction);
    }

    /// <summary>Writes what changed and commits.</summary>
    internal void Commit(ViewCheckpoint checkpoint)
    {
        foreach (var table in _tables) table.Flush(Transaction);
        Transaction.Commit(checkpoint);
        Clear();
    }

    internal void Clear()
    {
        foreach (var table in _tables) table.Clear();
        Changes = 0;
        _transaction = null;
    }

    internal interface IBatchTable
    {
        void ReadAhead(IViewTransaction transaction);

        void Flush(IViewTransaction transaction);

        void Clear();
    }
}

/// <summary>One table within a batch.</summary>
public sealed class BatchTable<TKey, TRow> : ViewBatch.IBatchTable
    where TKey : struct, IEquatable<TKey>
    where TRow : class
{
    private readonly ViewBatch _batch;
    private readonly ViewTable<TKey, TRow> _table;
    private readonly Dictionary<TKey, Slot> _rows = [];
    private readonly HashSet<TKey> _expected = [];
    private readonly HashSet<TKey> _coming = [];

    internal BatchTable(ViewBatch batch, ViewTable<TKey, TRow> table) => (_batch, _table) = (batch, table);

    /// <summary>Says that an event of the batch will look for this row, whether it is there or not. One that was not said is found as well, only slower.</summary>
    public void Expect(TKey key)
    {
        if (!_rows.ContainsKey(key) && !_coming.Contains(key)) _expected.Add(key);
    }

    /// <summary>Says that an event of the batch will add this row, so that later ones need not look for it.</summary>
    public void ExpectNew(TKey key) => _coming.Add(key);

    /// <returns>The row as it is after the events before, the batch's own; null when there is none.</returns>
    public TRow? Find(TKey key)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, key, out var isKnown);
        if (isKnown) return slot.Row;

        slot.Row = _batch.Transaction.Find(_table, key);
        slot.MayBeStored = slot.Row is not null;
        return slot.Row;
    }

    /// <summary>Adds or replaces a row, or tells that one that was found here has been changed in place: it is undone with the batch, as all of it.</summary>
    public void Put(TRow row) => Set(_table.KeyOf(row), row, isStored: true);

    /// <summary>Adds a row whose key cannot be there yet: nothing is looked up.</summary>
    public void Add(TRow row) => Set(_table.KeyOf(row), row, isStored: false);

    public void Remove(TKey key) => Set(key, null, isStored: true);

    /// <summary>Adds a row that no later event of any batch changes: it is written at once and not remembered.</summary>
    public void Append(TRow row)
    {
        _batch.Transaction.Put(_table, row);
        _batch.Changes++;
    }

    void ViewBatch.IBatchTable.ReadAhead(IViewTransaction transaction)
    {
        if (_expected.Count > 0) transaction.Expect(_table, _expected);
        _expected.Clear();
        _coming.Clear();
    }

    void ViewBatch.IBatchTable.Flush(IViewTransaction transaction)
    {
        foreach (var (key, slot) in _rows)
        {
            if (!slot.IsChanged) continue;
            if (slot.Row is { } row) transaction.Put(_table, row);
            else if (slot.MayBeStored) transaction.Remove(_table, key);
        }
    }

    void ViewBatch.IBatchTable.Clear()
    {
        _rows.Clear();
        _expected.Clear();
        _coming.Clear();
    }

    private void Set(TKey key, TRow? row, bool isStored)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, key, out var isKnown);
        if (!isKnown) slot.MayBeStored = isStored;
        if (!slot.IsChanged) _batch.Changes++;
        slot.IsChanged = true;
        slot.Row = row;
    }

    private struct Slot
    {
        /// <summary>Null when there is none, or none any more.</summary>
        public TRow? Row;
        public bool IsChanged;
        public bool MayBeStored;
    }
}
