using System.Buffers.Binary;
using System.Numerics;

namespace Ledger.EventLog.Sqlite.Commits;

/// <summary>CRC-32C (Castagnoli), as iSCSI has it: RFC 3720, appendix B.4.</summary>
internal static class Crc32C
{
    /// <param name="before">Of what came before; 0 at the beginning.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var crc = ~before;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var last in bytes) crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }
}
