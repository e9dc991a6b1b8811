using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ledger.EventLog.Sqlite.Commits;

/// <summary>Writes one frame after another, each in memory of its own. One thread.</summary>
internal sealed class FrameWriter
{
    /// <summary>Of one frame.</summary>
    private const int LengthMax = 1024 * 1024 * 1024;

    /// <summary>Enough for a lone command.</summary>
    private const int LengthAtFirst = 4096;

    private const int CommandLength = 16 + ChainHash.Length + sizeof(long) + sizeof(int) + sizeof(int);
    private const int WriteLength = sizeof(long) + sizeof(long) + sizeof(int) + sizeof(int);
    private const int EventLength = sizeof(int) + sizeof(int) + sizeof(long) + ChainHash.Length;

    private byte[] _bytes = [];
    private int _length;
    private int _units;
    private int _writes;

    public int UnitCount => _units;

    public void Begin()
    {
        if (_bytes.Length == 0) _bytes = ArrayPool<byte>.Shared.Rent(LengthAtFirst);
        (_length, _units, _writes) = (CommitFrame.HeaderLength, 0, 0);
    }

    public void Add(CommandRecord command, int writeCount)
    {
        var reply = command.Reply.Span;
        var place = Take(CommandLength + reply.Length);
        command.Id.TryWriteBytes(place, bigEndian: true, out _);
        command.Fingerprint.Span.CopyTo(place[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(place[48..], ChainHash.ToNanoseconds(command.RecordedAt));
        BinaryPrimitives.WriteInt32LittleEndian(place[56..], reply.Length);
        BinaryPrimitives.WriteInt32LittleEndian(place[60..], writeCount);
        reply.CopyTo(place[CommandLength..]);
        _units++;
        _writes += writeCount;
    }

    /// <exception cref="ArgumentException">The batch is too large.</exception>
    /// <param name="streamId">Position of the stream's first event.</param>
    /// <param name="firstVersion">Of the write's first event.</param>
    public void Add(StreamWrite write, long streamId, long firstVersion)
    {
        Span<byte> name = stackalloc byte[StreamName.LengthMax];
        name = name[..write.Stream.WriteUtf8(name)];
        var place = Take(WriteLength + name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(place, streamId);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], firstVersion);
        BinaryPrimitives.WriteInt32LittleEndian(place[16..], write.Events.Length);
        BinaryPrimitives.WriteInt32LittleEndian(place[20..], name.Length);
        name.CopyTo(place[WriteLength..]);
        foreach (var @event in write.Events) Add(@event);
    }

    /// <summary>The frame, whole; the next needs <see cref="Begin"/>.</summary>
    /// <param name="sequence">One more than the frame's before.</param>
    public CommitFrame Seal(long sequence, long epoch, long firstPosition, long lastPosition)
    {
        CommitFrame.Seal(_bytes.AsSpan(0, _length), sequence, epoch, _units, firstPosition, lastPosition, _writes);
        var frame = new CommitFrame(_bytes, _length);
        _bytes = [];
        return frame;
    }

    private void Add(in NewEvent @event)
    {
        var payload = @event.Payload.Span;
        var place = Take(EventLength + @event.Type.Length + payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(place, @event.Type.Length);
        BinaryPrimitives.WriteInt32LittleEndian(place[4..], payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], ChainHash.ToNanoseconds(@event.RecordedAt));
        @event.Hash.Span.CopyTo(place[16..]);
        Encoding.ASCII.GetBytes(@event.Type, place[EventLength..]);
        payload.CopyTo(place[(EventLength + @event.Type.Length)..]);
    }

    private Span<byte> Take(int length)
    {
        if (_bytes.Length - _length < length) Grow(length);
        var place = _bytes.AsSpan(_length, length);
        _length += length;
        return place;
    }

    private void Grow(int length)
    {
        if (LengthMax - _length < length) throw new ArgumentException($"A batch has more than {LengthMax} bytes: append it in parts. Nothing of it was stored.");
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max((int)Math.Min(2L * _bytes.Length, LengthMax), _length + length));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
