namespace Ledger.EventLog.Sqlite;

/// <summary>Where one stream is, as the open transaction sees it.</summary>
internal sealed class StreamHeadEntry(StreamName stream, long id)
{
    public StreamName Stream { get; } = stream;

    /// <summary>Position of its first event.</summary>
    public long Id { get; } = id;

    public long Version { get; set; }

    public ReadOnlyMemory<byte> Hash { get; set; }

    /// <summary>Ahead of its row in table streams.</summary>
    public bool IsAhead { get; set; }
}

/// <summary>
/// Heads of the streams written last, so that the next write needs no look at the file. The one writer of the file keeps them, so they are
/// true until a transaction is undone, which clears them. At most two generations, of <c>generationMax</c> and what one batch adds: when the younger
/// is full the older is forgotten, between two batches only, for a batch's own heads may be ahead of the file. One thread.
/// </summary>
internal sealed class StreamHeads(int generationMax)
{
    private Dictionary<StreamName, StreamHeadEntry> _younger = [];
    private Dictionary<StreamName, StreamHeadEntry> _older = [];

    public StreamHeadEntry? Find(StreamName stream)
    {
        if (_younger.TryGetValue(stream, out var head)) return head;
        if (!_older.TryGetValue(stream, out head)) return null;

        Add(head);
        return head;
    }

    public void Add(StreamHeadEntry head) => _younger[head.Stream] = head;

    /// <summary>Between two batches: forgets what was not used for long.</summary>
    public void Trim()
    {
        if (_younger.Count < generationMax) return;
        (_older, _younger) = (_younger, _older);
        _younger.Clear();
    }

    public void Remove(StreamName stream)
    {
        _younger.Remove(stream);
        _older.Remove(stream);
    }

    public void Clear()
    {
        _younger.Clear();
        _older.Clear();
    }
}
