using System.Runtime.CompilerServices;

namespace Ledger.EventLog;

/// <summary>The bytes of one SHA-256 hash in place, for holders that live long: an array of its own would be one more object for the collector.</summary>
[InlineArray(ChainHash.Length)]
public struct HashBytes
{
    private byte _first;

    /// <param name="hash"><see cref="ChainHash.Length"/> bytes.</param>
    /// <exception cref="ArgumentException">It has more or fewer.</exception>
    public static HashBytes Of(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != ChainHash.Length) throw new ArgumentException($"A hash has {ChainHash.Length} bytes, not {hash.Length}.", nameof(hash));
        var bytes = default(HashBytes);
        hash.CopyTo(bytes);
        return bytes;
    }
}
