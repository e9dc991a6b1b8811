namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The command ids that were used last, and the highest of all others: an id that is higher and not among them was never used, which needs no look at
/// the tables. So it is for ids that begin with their time (RFC 9562, version 7), in whatever order they come in; random ones only make the looks come
/// back. Two generations of <c>generationMax</c> and what is not in the tables: what they do not have is never forgotten. One thread.
/// </summary>
/// <param name="highest">Of those that are in the tables now; null when there are none.</param>
internal sealed class RecentIds(int generationMax, Guid? highest)
{
    private HashSet<Guid> _younger = [];
    private HashSet<Guid> _older = [];
    private Guid _highestOfOthers = highest ?? Guid.Empty;

    // The last commit when the younger generation began: what the older holds is not younger than that.
    private long _begunAfter;

    public bool IsNew(Guid id) => id.CompareTo(_highestOfOthers) > 0 && !IsRecent(id);

    public bool IsRecent(Guid id) => _younger.Contains(id) || _older.Contains(id);

    public void Add(Guid id) => _younger.Add(id);

    /// <summary>It was not used after all.</summary>
    public void Remove(Guid id)
    {
        _younger.Remove(id);
        _older.Remove(id);
    }

    /// <summary>Between two batches: forgets the older half, but for the highest.</summary>
    /// <param name="last">The last commit's sequence.</param>
    /// <param name="applied">That of the last commit that is in the tables.</param>
    public void Trim(long last, long applied)
    {
        if (_younger.Count < generationMax || applied < _begunAfter) return;

        foreach (var id in _older) if (id.CompareTo(_highestOfOthers) > 0) _highestOfOthers = id;
        (_older, _younger, _begunAfter) = (_younger, _older, last);
        _younger.Clear();
    }
}
