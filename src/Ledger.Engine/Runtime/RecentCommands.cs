using System.Runtime.CompilerServices;

namespace Ledger.Engine.Runtime;

/// <summary>
/// The last replies of one shard, so that a quick repeat needs no look at the log; the oldest goes first. Kept as bytes in one ring that is made
/// once: what stays for long must not be many objects. A reply that is longer than a place is left to the log. One thread.
/// </summary>
internal sealed class RecentCommands(int countMax)
{
    private const int ReplyLengthMax = 87;

    private readonly Dictionary<Guid, int> _places = new(Math.Min(countMax, 1024));
    private Entry[] _ring = new Entry[Math.Min(countMax, 1024)];
    private int _next;

    /// <returns>Null when it is not remembered.</returns>
    /// <param name="isSame">Whether it was used with this fingerprint.</param>
    public CommandReply? Find(Guid id, ReadOnlySpan<byte> fingerprint, out bool isSame)
    {
        isSame = false;
        if (!_places.TryGetValue(id, out var place)) return null;

        ref var entry = ref _ring[place];
        isSame = fingerprint.SequenceEqual(entry.Fingerprint);
        return ReplyCodec.Decode(((ReadOnlySpan<byte>)entry.Reply)[..entry.ReplyLength], id) with { Position = entry.Position };
    }

    /// <param name="fingerprint">32 bytes.</param>
    /// <param name="reply">As <see cref="ReplyCodec"/> wrote it.</param>
    public void Add(Guid id, ReadOnlySpan<byte> fingerprint, ReadOnlySpan<byte> reply, long position)
    {
        if (reply.Length > ReplyLengthMax || _places.ContainsKey(id)) return;

        if (_next == _ring.Length && _ring.Length < countMax) Array.Resize(ref _ring, Math.Min(countMax, 4 * _ring.Length));
        if (_next == _ring.Length) _next = 0;
        ref var entry = ref _ring[_next];
        if (entry.ReplyLength > 0) _places.Remove(entry.Id);
        (entry.Id, entry.Position, entry.ReplyLength) = (id, position, (byte)reply.Length);
        entry.Fingerprint = EventLog.HashBytes.Of(fingerprint);
        reply.CopyTo(entry.Reply);
        _places.Add(id, _next++);
    }

    private struct Entry
    {
        public Guid Id;
        public long Position;
        public EventLog.HashBytes Fingerprint;
        public byte ReplyLength;
        public ReplyBytes Reply;
    }

    [InlineArray(ReplyLengthMax)]
    private struct ReplyBytes
    {
        private byte _first;
    }
}
