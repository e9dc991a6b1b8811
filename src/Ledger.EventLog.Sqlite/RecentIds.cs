namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The command ids that were used last, and the highest of all others: an id that is higher and not among them was never used, which needs no look at
/// the tables. So it is for ids that begin with their time (RFC 9562, version 7), in whatever order they come in; random ones only make the looks come
/// back. Two generations of <c>generationMax</c>. One thread.
/// </summary>
/// <param name="highest">Of those that are in the tables now; null when there are none.</param>
internal sealed class RecentIds(int generationMax, Guid? highest)
{
    private HashSet<Guid> _younger = [];
    private HashSet<Guid> _older = [];
    private Guid _highestOfOthers = highest ?? Guid.Empty;

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
    public void Trim()
    {
        if (_younger.Count < generationMax) return;

        foreach (var id in _older) if (id.CompareTo(_highestOfOthers) > 0) _highestOfOthers = id;
        (_older, _younger) = (_younger, _older);
        _younger.Clear();
    }
}
