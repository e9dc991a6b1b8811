using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Ledger.EventLog;

/// <summary>
/// <c>hash = SHA-256(previous hash ‖ canonical header ‖ payload)</c>, one chain per stream. An outsider can recompute it from an export;
/// the layout is therefore part of the format and described in specs/events/chain.md.
/// Header: « LEDGER-EVENT-1\n », then stream name, type (each: UInt16 length, UTF-8 bytes), version (Int64),
/// recorded-at (Int64, nanoseconds since 1970-01-01 UTC), command id (16 bytes, RFC 9562 order), payload length (Int32); all big-endian.
/// </summary>
public static class ChainHash
{
    public const int Length = 32;

    private const int HeaderLengthMax = 15 + 2 + StreamName.LengthMax + 2 + StoredType.LengthMax + 8 + 8 + 16 + 4;

    // Nearly all events fit; the rest rent.
    private const int StackMax = 2048;

    private static readonly byte[] FirstPrevious = new byte[Length];

    /// <summary>What stands before a stream's first event: 32 zero bytes.</summary>
    public static ReadOnlyMemory<byte> Genesis => FirstPrevious;

    /// <summary>Writes the hash of one event into <paramref name="destination"/> (32 bytes).</summary>
    public static void Compute(
        ReadOnlySpan<byte> previous,
        StreamName stream,
        long version,
        string type,
        Instant recordedAt,
        Guid commandId,
        ReadOnlySpan<byte> payload,
        Span<byte> destination)
    {
        if (previous.Length != Length) throw new ArgumentException("A chain hash has 32 bytes.", nameof(previous));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(version);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(type.Length, StoredType.LengthMax, nameof(type));

        var length = Length + HeaderLengthMax + payload.Length;
        var rented = length <= StackMax ? null : ArrayPool<byte>.Shared.Rent(length);
        Span<byte> canonical = rented ?? stackalloc byte[StackMax];
        previous.CopyTo(canonical);
        var at = Length;
        at += WriteHeader(canonical[at..], stream, version, type, recordedAt, commandId, payload.Length);
        payload.CopyTo(canonical[at..]);
        SHA256.HashData(canonical[..(at + payload.Length)], destination);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Recomputes one recorded event's hash and compares.</summary>
    public static bool Matches(ReadOnlySpan<byte> previous, RecordedEvent recorded)
    {
        Span<byte> expected = stackalloc byte[Length];
        Compute(previous, recorded.Stream, recorded.Version, recorded.Type, recorded.RecordedAt, recorded.CommandId, recorded.Payload.Span, expected);
        return expected.SequenceEqual(recorded.Hash.Span);
    }

    /// <summary>How instants are stored and hashed: whole nanoseconds since 1970-01-01 UTC; from 1678 to 2261.</summary>
    /// <exception cref="OverflowException">The instant is out of that range.</exception>
    public static long ToNanoseconds(Instant instant) => (instant - NodaConstants.UnixEpoch).ToInt64Nanoseconds();

    public static Instant FromNanoseconds(long nanoseconds) => NodaConstants.UnixEpoch + Duration.FromNanoseconds(nanoseconds);

    private static int WriteHeader(Span<byte> header, StreamName stream, long version, string type, Instant recordedAt, Guid commandId, int payloadLength)
    {
        "LEDGER-EVENT-1\n"u8.CopyTo(header);
        var at = 15;
        at += WriteName(header[at..], stream);
        at += WriteText(header[at..], type);
        BinaryPrimitives.WriteInt64BigEndian(header[at..], version);
        at += 8;
        BinaryPrimitives.WriteInt64BigEndian(header[at..], ToNanoseconds(recordedAt));
        at += 8;
        commandId.TryWriteBytes(header[at..], bigEndian: true, out _);
        at += 16;
        BinaryPrimitives.WriteInt32BigEndian(header[at..], payloadLength);
        return at + 4;
    }

    private static int WriteName(Span<byte> destination, StreamName stream)
    {
        var length = stream.WriteUtf8(destination[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)length));
        return 2 + length;
    }

    private static int WriteText(Span<byte> destination, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, destination[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)length));
        return 2 + length;
    }
}
