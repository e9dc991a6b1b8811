namespace Ledger.EventLog.Faults;

/// <summary>
/// What a file would hold after a power cut: its bytes as last synced, and what was done since, of which any part may be there.
/// Its disk's lock guards it.
/// </summary>
internal sealed class ShadowFile(string path)
{
    /// <summary>A disk writes sectors whole or not at all; SQLite counts on no more (SQLITE_IOCAP_POWERSAFE_OVERWRITE).</summary>
    private const int SectorLength = 512;

    private readonly List<Change> _unsynced = [];
    private readonly MemoryStream _durable = new();

    public string Path => path;

    public ReadOnlySpan<byte> Durable => _durable.GetBuffer().AsSpan(0, (int)_durable.Length);

    /// <summary>A new file's name may be gone after a power cut until its folder is synced; SQLite does that with the file's first sync.</summary>
    public bool IsEntryDurable { get; private set; }

    /// <summary>Deleted, and the folder not synced: the file may come back.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>All that it holds is on the disk.</summary>
    public void MakeDurable(ReadOnlySpan<byte> contents)
    {
        _unsynced.Clear();
        _durable.SetLength(0);
        Put(_durable, 0, contents);
        IsEntryDurable = true;
    }

    public void Write(long at, ReadOnlySpan<byte> bytes) => _unsynced.Add(new Change(at, bytes.ToArray()));

    public void Truncate(long length) => _unsynced.Add(new Change(length, null));

    /// <param name="withEntry">Its name too.</param>
    public void Sync(bool withEntry)
    {
        foreach (var change in _unsynced) Apply(_durable, change);
        _unsynced.Clear();
        IsEntryDurable |= withEntry;
    }

    /// <summary>The folder was synced.</summary>
    public void SyncEntry() => IsEntryDurable = true;

    /// <summary>A sync failed: what it should have brought to the disk never gets there.</summary>
    public void Forget() => _unsynced.Clear();

    /// <summary>The file after a power cut, for good; null when it is not there.</summary>
    public byte[]? AfterCut(Random random)
    {
        if (IsDeleted && random.Next(2) == 0) return null;
        if (!IsEntryDurable && random.Next(2) == 0) return null;

        // All, none, or each by its own luck: the first two are the ends that chance seldom reaches.
        var luck = random.Next(4);
        foreach (var change in _unsynced)
        {
            var fate = luck switch { 0 => Fate.Kept, 1 => Fate.Dropped, _ => (Fate)random.Next(3) };
            if (fate == Fate.Kept) Apply(_durable, change);
            if (fate == Fate.Torn && change.Bytes is not null) Tear(_durable, change.At, change.Bytes, random);
        }

        return _durable.ToArray();
    }

    private static void Apply(MemoryStream file, Change change)
    {
        if (change.Bytes is null) file.SetLength(change.At);
        else Put(file, change.At, change.Bytes);
    }

    /// <summary>Sectors of the file, not of the write: a frame of the write-ahead log begins anywhere.</summary>
    private static void Tear(MemoryStream file, long start, ReadOnlySpan<byte> bytes, Random random)
    {
        var end = start + bytes.Length;
        for (var at = start; at < end;)
        {
            var next = Math.Min(end, ((at / SectorLength) + 1) * SectorLength);
            if (random.Next(2) == 0) Put(file, at, bytes[(int)(at - start)..(int)(next - start)]);
            at = next;
        }
    }

    private static void Put(MemoryStream file, long at, ReadOnlySpan<byte> bytes)
    {
        file.Position = at;
        file.Write(bytes);
    }

    private enum Fate
    {
        Kept = 0,
        Dropped = 1,
        Torn = 2,
    }

    /// <param name="Bytes">Null for a cut to the length <paramref name="At"/>.</param>
    private sealed record Change(long At, byte[]? Bytes);
}
