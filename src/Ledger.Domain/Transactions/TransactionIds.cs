using System.Buffers.Binary;
using Ledger.Domain.Terminals;
using NodaTime;

namespace Ledger.Domain.Transactions;

/// <summary>
/// Names one transaction. Its last two bytes are its terminal's partition, so that a transaction is always decided beside its terminal,
/// and anyone who holds the id can route it.
/// </summary>
public readonly record struct TransactionId(Guid Value)
{
    /// <summary>A new id (RFC 9562 version 8: time, chance, partition), sortable by time to the millisecond.</summary>
    /// <param name="now">When the request was received.</param>
    /// <param name="entropy">Eight random bytes.</param>
    public static TransactionId Create(Instant now, ReadOnlySpan<byte> entropy, TerminalSerial terminal)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(entropy.Length, 8);

        Span<byte> bytes = stackalloc byte[16];
        Span<byte> milliseconds = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, now.ToUnixTimeMilliseconds());
        milliseconds[2..].CopyTo(bytes);
        entropy.CopyTo(bytes[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], terminal.Partition);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new TransactionId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>The partition of the terminal that it was made on.</summary>
    public ushort Partition
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            return BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        }
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>What the merchant wants to be paid for; several attempts (transactions) may be made at it, one at a time (I15).</summary>
public readonly record struct SaleId(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

public readonly record struct RefundId(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

/// <summary>One question to the acquirer's host, and all its repeats. Never reused for another question (I14, I18).</summary>
public readonly record struct ExchangeId(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

/// <summary>A phone or tablet that was activated for a terminal (R098).</summary>
public readonly record struct DeviceId(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

/// <summary>Points to a client's e-mail or phone, kept encrypted under a key of its own outside the log. Random, so it says nothing by itself.</summary>
public readonly record struct ContactRef(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}
