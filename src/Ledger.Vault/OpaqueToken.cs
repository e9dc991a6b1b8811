using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Vault;

/// <summary>256 random bits in base64url behind a prefix that secret scanners can look for; kept as SHA-256, which needs no salt at this length.</summary>
internal static class OpaqueToken
{
    public const string DevicePrefix = "ldgd_";
    public const string StaffPrefix = "ldgs_";
    private const int RandomLength = 32;
    private const int TextLength = 43;

    // Chance from the system is right here: a token must not be guessable, and nothing is ever decided by it.
    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomLength));

    /// <summary>Null when the text cannot be one of our tokens, so that nothing long is ever hashed.</summary>
    public static byte[]? Hash(string prefix, string token)
    {
        if (token.Length != prefix.Length + TextLength || !token.StartsWith(prefix, StringComparison.Ordinal)) return null;
        return SHA256.HashData(Encoding.UTF8.GetBytes(token));
    }
}
