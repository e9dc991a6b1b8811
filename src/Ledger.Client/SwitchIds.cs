using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Client;

/// <summary>
/// Names for commands, transactions, sales and exchanges, each beginning with its time, so that they are cheap to store. Make an id once, keep it, and repeat
/// it with every retry. Any thread.
/// </summary>
public sealed class SwitchIds(TimeProvider time)
{
    /// <summary>For a command, a sale or an exchange: a UUID of version 7 (RFC 9562).</summary>
    public string Next() => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    /// <summary>For a transaction: version 8 (RFC 9562), of time, chance, and where its terminal's records are kept.</summary>
    /// <param name="terminal">The serial of the terminal on which it will be requested.</param>
    public string NextTransaction(string terminal)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> milliseconds = stackalloc byte[8];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, time.GetUtcNow().ToUnixTimeMilliseconds());
        milliseconds[2..].CopyTo(bytes);
        RandomNumberGenerator.Fill(bytes[6..14]);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        SHA256.HashData(Encoding.ASCII.GetBytes(terminal), hash);
        hash[..2].CopyTo(bytes[14..]);
        return new Guid(bytes, bigEndian: true).ToString("N", CultureInfo.InvariantCulture);
    }
}
