using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Projections;

/// <summary>
/// Where a page ended: opaque, versioned, and bound to the question it came from, so that one of another list or other filters is refused.
/// Layout: version (1 byte), check (8 bytes of SHA-256 over question and place), place (UTF-8); base64url.
/// </summary>
internal static class PageCursor
{
    private const byte Version = 1;
    private const int CheckLength = 8;
    private const int LengthMax = 512;

    /// <param name="question">Every filter that decides which entries there are, in a fixed order.</param>
    public static string Write(string question, string place)
    {
        var bytes = new byte[1 + CheckLength + Encoding.UTF8.GetByteCount(place)];
        bytes[0] = Version;
        Check(question, place, bytes.AsSpan(1, CheckLength));
        Encoding.UTF8.GetBytes(place, bytes.AsSpan(1 + CheckLength));
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns>False when the text is none of ours, of another version, or of another question; never throws.</returns>
    public static bool TryRead(string text, string question, out string place)
    {
        place = "";
        if (text.Length > LengthMax || !Base64Url.IsValid(text)) return false;

        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= 1 + CheckLength || bytes[0] != Version) return false;

        place = Encoding.UTF8.GetString(bytes.AsSpan(1 + CheckLength));
        Span<byte> check = stackalloc byte[CheckLength];
        Check(question, place, check);
        return check.SequenceEqual(bytes.AsSpan(1, CheckLength));
    }

    private static void Check(string question, string place, Span<byte> destination)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{question}\n{place}"), hash);
        hash[..CheckLength].CopyTo(destination);
    }
}
