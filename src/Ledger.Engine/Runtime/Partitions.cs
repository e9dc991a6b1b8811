using System.Security.Cryptography;
using System.Text;

namespace Ledger.Engine.Runtime;

/// <summary>Which actors share a shard: those of one partition always do.</summary>
internal static class Partitions
{
    /// <summary>First two bytes of SHA-256 of the id's ASCII bytes: for terminals the same as their serial's own.</summary>
    public static ushort OfText(string id)
    {
        Span<byte> text = stackalloc byte[EventLog.StreamName.LengthMax];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var length = Encoding.ASCII.GetBytes(id, text);
        SHA256.HashData(text[..length], hash);
        return (ushort)((hash[0] << 8) | hash[1]);
    }
}
