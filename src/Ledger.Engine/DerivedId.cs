using System.Security.Cryptography;
using System.Text;

namespace Ledger.Engine;

/// <summary>Ids that follow from what they are for, so that doing it again is the same command (RFC 9562 version 8, from SHA-256).</summary>
public static class DerivedId
{
    /// <param name="purpose">Names the kind of step, for instance « remittance/remit ». Stored through its effect, so never changed.</param>
    /// <param name="parts">What makes it this one.</param>
    public static Guid Of(string purpose, params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder(purpose);
        foreach (var part in parts) text.Append('\n').Append(part);

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>
    /// The same, and beside <paramref name="neighbour"/> in every index over ids: it begins with the neighbour's first six bytes, which in a transaction's id
    /// and in a version 7 id are the time in milliseconds. The other ten still tell apart what is not the same.
    /// </summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static Guid Beside(Guid neighbour, string purpose, params ReadOnlySpan<string> parts)
    {
        const int timeLength = 6;
        Span<byte> id = stackalloc byte[16];
        Span<byte> time = stackalloc byte[16];
        Of(purpose, parts).TryWriteBytes(id, bigEndian: true, out _);
        neighbour.TryWriteBytes(time, bigEndian: true, out _);
        time[..timeLength].CopyTo(id);
        return new Guid(id, bigEndian: true);
    }
}
