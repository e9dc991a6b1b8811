using System.Buffers;
using System.Buffers.Binary;

namespace Ledger.Projections.Storage;

/// <summary>Canonical bytes of keys and rows, for digests and comparisons across stores. Part of what a digest means: never changed.</summary>
internal static class RowBytes
{
    private const byte NullTag = 0;
    private const byte IntegerTag = 1;
    private const byte TextTag = 2;
    private const byte IdTag = 3;

    /// <summary>Bytes that sort as the numbers do.</summary>
    public static void WriteKey(ArrayBufferWriter<byte> buffer, long value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(buffer.GetSpan(8), unchecked((ulong)value) ^ 0x8000_0000_0000_0000);
        buffer.Advance(8);
    }

    /// <summary>Bytes that sort as the texts do: UTF-8 and a zero at the end.</summary>
    public static void WriteKey(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> utf8)
    {
        buffer.Write(utf8);
        WriteByte(buffer, 0);
    }

    public static void WriteKey(ArrayBufferWriter<byte> buffer, Guid value)
    {
        value.TryWriteBytes(buffer.GetSpan(16), bigEndian: true, out var written);
        buffer.Advance(written);
    }

    public static void WriteNull(ArrayBufferWriter<byte> buffer) => WriteByte(buffer, NullTag);

    public static void WriteValue(ArrayBufferWriter<byte> buffer, long value)
    {
        WriteByte(buffer, IntegerTag);
        BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    public static void WriteValue(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> utf8)
    {
        WriteByte(buffer, TextTag);
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), utf8.Length);
        buffer.Advance(4);
        buffer.Write(utf8);
    }

    public static void WriteValue(ArrayBufferWriter<byte> buffer, Guid value)
    {
        WriteByte(buffer, IdTag);
        WriteKey(buffer, value);
    }

    private static void WriteByte(ArrayBufferWriter<byte> buffer, byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }
}
