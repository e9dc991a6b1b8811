using System.Diagnostics.CodeAnalysis;

namespace Ledger.EventLog.Sqlite;

/// <summary>Where one stream is after the last commit, in the tables or not yet. No object of its own: hundreds of thousands are kept.</summary>
internal readonly struct StreamPlace
{
    private readonly HashBytes _hash;

    /// <param name="id">Position of the stream's first event.</param>
    /// <param name="version">0 for a stream that begins with what comes next.</param>
    /// <param name="hash">Of its last event; <see cref="ChainHash.Genesis"/> for such a one.</param>
    public StreamPlace(long id, long version, ReadOnlySpan<byte> hash)
    {
        (Id, Version, _hash) = (id, version, HashBytes.Of(hash));
    }

    public long Id { get; }

    public long Version { get; }

    [UnscopedRef]
    public ReadOnlySpan<byte> Hash => _hash;
}

/// <summary>
/// Heads of the streams written last, so that the next write needs no look at the file. The one writer of the file keeps them, so they are true.
/// At most two generations, of <c>generationMax</c> and what is not in the tables: when the younger is full the older is forgotten, but never what the
/// tables do not have. Of what was forgotten the highest id of each category is known, so that a stream that is higher is new without a look, as with
/// <see cref="RecentIds"/>. One thread.
/// </summary>
/// <param name="lastOf">The last name of a category, in order, that is in the tables at the start; null when there is none.</param>
internal sealed class StreamHeads(int generationMax, Func<string, StreamName?> lastOf)
{
    private readonly Dictionary<string, Guid> _highestForgotten = new(StringComparer.Ordinal);
    private Dictionary<StreamName, StreamPlace> _younger = [];
    private Dictionary<StreamName, StreamPlace> _older = [];

    // The last commit when the younger generation began: what the older holds is not younger than that.
    private long _begunAfter;

    public bool TryFind(StreamName stream, out StreamPlace place)
    {
        if (_younger.TryGetValue(stream, out place)) return true;
        if (!_older.TryGetValue(stream, out place)) return false;

        Keep(stream, place);
        return true;
    }

    public void Keep(StreamName stream, in StreamPlace place) => _younger[stream] = place;

    /// <summary>Whether a stream that is not kept does not exist at all. False: only the tables know.</summary>
    public bool IsNew(StreamName stream) => stream.TryGetGuid(out var id) && id.CompareTo(HighestOf(stream.Category)) > 0;

    /// <summary>Between two batches: forgets what was not used for long.</summary>
    /// <param name="last">The last commit's sequence.</param>
    /// <param name="applied">That of the last commit that is in the tables.</param>
    public void Trim(long last, long applied)
    {
        if (_younger.Count < generationMax || applied < _begunAfter) return;

        foreach (var stream in _older.Keys) Forget(stream);
        (_older, _younger, _begunAfter) = (_younger, _older, last);
        _younger.Clear();
    }

    public void Remove(StreamName stream)
    {
        _younger.Remove(stream);
        _older.Remove(stream);
    }

    private void Forget(StreamName stream)
    {
        if (stream.TryGetGuid(out var id) && id.CompareTo(HighestOf(stream.Category)) > 0) _highestForgotten[stream.Category] = id;
    }

    private Guid HighestOf(string category)
    {
        if (_highestForgotten.TryGetValue(category, out var highest)) return highest;

        // A last name without such an id says nothing of those that have one.
        var last = lastOf(category);
        highest = last is null ? Guid.Empty : last.Value.TryGetGuid(out var id) ? id : Guid.AllBitsSet;
        return _highestForgotten[category] = highest;
    }
}
