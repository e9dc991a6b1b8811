using System.Buffers.Binary;

namespace Ledger.EventLog.Sqlite.Commits;

/// <summary>Goes through a frame's body in the order in which it was written: a unit, its writes, each write's events.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public FrameCommand ReadCommand()
    {
        var fields = Take(64);
        var writeCount = Number(fields[60..]);
        return new FrameCommand(fields[..16], fields[16..48], BinaryPrimitives.ReadInt64LittleEndian(fields[48..]), Take(Number(fields[56..])), writeCount);
    }

    public FrameWrite ReadWrite()
    {
        var fields = Take(24);
        var eventCount = Number(fields[16..]);
        return new FrameWrite(BinaryPrimitives.ReadInt64LittleEndian(fields), BinaryPrimitives.ReadInt64LittleEndian(fields[8..]), eventCount, Take(Number(fields[20..])));
    }

    public FrameEvent ReadEvent()
    {
        var fields = Take(48);
        var type = Take(Number(fields));
        return new FrameEvent(type, BinaryPrimitives.ReadInt64LittleEndian(fields[8..]), Take(Number(fields[4..])), fields[16..]);
    }

    private static int Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}

internal readonly ref struct FrameCommand(ReadOnlySpan<byte> id, ReadOnlySpan<byte> fingerprint, long recordedAt, ReadOnlySpan<byte> reply, int writeCount)
{
    /// <summary>16 bytes in RFC 9562 order.</summary>
    public ReadOnlySpan<byte> Id { get; } = id;

    public ReadOnlySpan<byte> Fingerprint { get; } = fingerprint;

    /// <summary>Nanoseconds since 1970-01-01 UTC.</summary>
    public long RecordedAt { get; } = recordedAt;

    public ReadOnlySpan<byte> Reply { get; } = reply;

    public int WriteCount { get; } = writeCount;
}

internal readonly ref struct FrameWrite(long streamId, long firstVersion, int eventCount, ReadOnlySpan<byte> name)
{
    /// <summary>Position of the stream's first event.</summary>
    public long StreamId { get; } = streamId;

    /// <summary>1 for a stream that begins here.</summary>
    public long FirstVersion { get; } = firstVersion;

    public int EventCount { get; } = eventCount;

    /// <summary>The stream's whole name, in ASCII.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;
}

internal readonly ref struct FrameEvent(ReadOnlySpan<byte> type, long recordedAt, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> hash)
{
    /// <summary>In ASCII.</summary>
    public ReadOnlySpan<byte> Type { get; } = type;

    /// <summary>Nanoseconds since 1970-01-01 UTC.</summary>
    public long RecordedAt { get; } = recordedAt;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    public ReadOnlySpan<byte> Hash { get; } = hash;
}
