using System.Buffers.Binary;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime.Packing;

/// <summary>
/// Actors that wait as bytes, in pages that are written one after another and then anew from the first: what was packed longest ago goes first. An actor
/// that is taken out again leaves a gap until its page is written anew. One thread.
/// </summary>
/// <remarks>A record: length (2 bytes), id (16), hash (32), version (8), state. Numbers are little-endian.</remarks>
internal sealed class PackedActors
{
    /// <summary>A longer record is not kept: its stream is read from the log when it is needed.</summary>
    public const int RecordLengthMax = 4 * 1024;

    private const int PageLength = 256 * 1024;
    private const int IdAt = 2;
    private const int HashAt = IdAt + 16;
    private const int VersionAt = HashAt + ChainHash.Length;
    private const int StateAt = VersionAt + sizeof(long);

    /// <summary>Indexes instead of one, so that one that grows does so in a moment.</summary>
    private const int IndexCount = 256;

    private readonly StreamType _type;
    private readonly StatePacking _packing;
    private readonly byte[]?[] _pages;
    private readonly int[] _ends;
    private readonly Dictionary<Guid, int>?[] _indexes = new Dictionary<Guid, int>?[IndexCount];
    private int _page;
    private int _count;

    /// <param name="type">Its streams are kept; it has a packing.</param>
    /// <param name="bytesMax">Of all pages; two of them at the least.</param>
    public PackedActors(StreamType type, int bytesMax)
    {
        (_type, _packing) = (type, type.Packing!);
        _pages = new byte[]?[Math.Max(2, bytesMax / PageLength)];
        _ends = new int[_pages.Length];
    }

    public int Count => _count;

    /// <summary>Whether it is of the type that is kept here.</summary>
    public bool Takes(Actor actor) => actor.Type == _type;

    /// <summary>Takes the actor out: from here on its object is all there is of it.</summary>
    /// <returns>Null when it is not here.</returns>
    public Actor? Take(StreamName stream)
    {
        if (_count == 0 || !stream.TryGetGuid(out var id) || !stream.IsIn(_type.Category) || IndexOf(id) is not { } index || !index.Remove(id, out var place)) return null;

        _count--;
        var record = RecordAt(_pages[place / PageLength]!, place % PageLength);
        var state = new PackReader(record[StateAt..]);
        return new Actor(stream, _type)
        {
            State = _packing.Read(ref state),
            Version = BinaryPrimitives.ReadInt64LittleEndian(record[VersionAt..]),
            Hash = record.Slice(HashAt, ChainHash.Length),
        };
    }

    /// <summary>Keeps an actor that nothing is in flight for, unless it is too long; its object may go.</summary>
    public void Put(Actor actor)
    {
        Span<byte> record = stackalloc byte[RecordLengthMax];
        var writer = new PackWriter(record[StateAt..]);
        _packing.Write(ref writer, actor.State);
        if (writer.HasFailed || !actor.Stream.TryGetGuid(out var id)) return;

        record = record[..(StateAt + writer.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(record, checked((ushort)record.Length));
        id.TryWriteBytes(record[IdAt..]);
        actor.Hash.CopyTo(record[HashAt..]);
        BinaryPrimitives.WriteInt64LittleEndian(record[VersionAt..], actor.Version);

        if (PageLength - _ends[_page] < record.Length) TurnPage();
        var page = _pages[_page] ??= GC.AllocateUninitializedArray<byte>(PageLength);
        record.CopyTo(page.AsSpan(_ends[_page]));
        (_indexes[Slot(id)] ??= []).Add(id, (_page * PageLength) + _ends[_page]);
        _ends[_page] += record.Length;
        _count++;
    }

    private static int Slot(Guid id) => id.GetHashCode() & (IndexCount - 1);

    private Dictionary<Guid, int>? IndexOf(Guid id) => _indexes[Slot(id)];

    private static Span<byte> RecordAt(byte[] page, int at) => page.AsSpan(at, BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(at)));

    /// <summary>Goes on with the oldest page; those that still wait there are forgotten.</summary>
    private void TurnPage()
    {
        _page = (_page + 1) % _pages.Length;
        if (_pages[_page] is not { } page) return;

        for (var at = 0; at < _ends[_page];)
        {
            var record = RecordAt(page, at);
            var id = new Guid(record.Slice(IdAt, 16));
            if (IndexOf(id) is { } index && index.TryGetValue(id, out var place) && place == (_page * PageLength) + at)
            {
                index.Remove(id);
                _count--;
            }

            at += record.Length;
        }

        _ends[_page] = 0;
    }
}
