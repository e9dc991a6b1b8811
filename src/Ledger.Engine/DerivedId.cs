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
}
