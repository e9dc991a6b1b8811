using System.Buffers;
using System.Buffers.Binary;

namespace Ledger.EventLog.Sqlite.Commits;

/// <summary>
/// One commit as it stands in a commit file: a header of <see cref="HeaderLength"/> bytes and a body, described in specs/decisions/0020. Numbers are
/// little-endian. Stored, so never changed: another form has another <see cref="Magic"/>. Whoever has it owns its bytes and returns them.
/// </summary>
internal sealed class CommitFrame
{
    public const int HeaderLength = 64;

    /// <summary>Frames begin at multiples of it, so that one can be found behind a damaged one.</summary>
    public const int Alignment = 64;

    // « LEDGCMT1 » in ASCII.
    private const ulong Magic = 0x3154_4D43_4744_454C;

    private const int CheckedLength = 60;

    private byte[] _bytes;

    public CommitFrame(byte[] bytes, int length) => (_bytes, Length) = (bytes, length);

    /// <summary>Header and body.</summary>
    public int Length { get; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public ReadOnlySpan<byte> Body => Bytes[HeaderLength..];

    /// <summary>Counts commits from 1 for ever, without gaps.</summary>
    public long Sequence => BinaryPrimitives.ReadInt64LittleEndian(Bytes[8..]);

    public int UnitCount => BinaryPrimitives.ReadInt32LittleEndian(Bytes[20..]);

    /// <summary>Position of its first event; one past the log's last when it has none.</summary>
    public long FirstPosition => BinaryPrimitives.ReadInt64LittleEndian(Bytes[24..]);

    /// <summary>The log's last position after it.</summary>
    public long LastPosition => BinaryPrimitives.ReadInt64LittleEndian(Bytes[32..]);

    /// <summary>Commands and writes: what its way into the tables costs.</summary>
    public int RowCount => UnitCount + BinaryPrimitives.ReadInt32LittleEndian(Bytes[40..]);

    /// <summary>Of the writer that wrote it: of two commits of one number the later writer's counts.</summary>
    public long Epoch => BinaryPrimitives.ReadInt64LittleEndian(Bytes[48..]);

    /// <summary>What it takes in a file, up to where the next begins.</summary>
    public static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;

    /// <summary>Fills in the header in front of a body that is whole.</summary>
    public static void Seal(Span<byte> frame, long sequence, long epoch, int unitCount, long firstPosition, long lastPosition, int writeCount)
    {
        frame[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(frame, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(frame[16..], frame.Length - HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(frame[20..], unitCount);
        BinaryPrimitives.WriteInt64LittleEndian(frame[24..], firstPosition);
        BinaryPrimitives.WriteInt64LittleEndian(frame[32..], lastPosition);
        BinaryPrimitives.WriteInt32LittleEndian(frame[40..], writeCount);
        BinaryPrimitives.WriteInt64LittleEndian(frame[48..], epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[CheckedLength..], Checksum(frame));
    }

    /// <returns>The length of the whole and undamaged frame that begins here; null when none does.</returns>
    public static int? LengthAt(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength || BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic) return null;

        var body = BinaryPrimitives.ReadInt32LittleEndian(file[16..]);
        if (body < 0 || file.Length - HeaderLength < body) return null;

        var frame = file[..(HeaderLength + body)];
        return BinaryPrimitives.ReadUInt32LittleEndian(frame[CheckedLength..]) == Checksum(frame) ? frame.Length : null;
    }

    public void Return()
    {
        var bytes = _bytes;
        _bytes = [];
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static uint Checksum(ReadOnlySpan<byte> frame) => Crc32C.Of(frame[HeaderLength..], Crc32C.Of(frame[..CheckedLength]));
}
