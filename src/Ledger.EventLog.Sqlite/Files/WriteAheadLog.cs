using System.Buffers.Binary;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>Which pages an SQLite write-ahead log holds (https://sqlite.org/fileformat2.html, 4.1). Looked at only when the file itself is shorter than it says.</summary>
internal static class WriteAheadLog
{
    private const int HeaderLength = 32;
    private const int FrameHeaderLength = 24;

    /// <returns>Empty when there is no log.</returns>
    public static HashSet<long> Pages(string path, int pageSize)
    {
        var pages = new HashSet<long>();
        if (!File.Exists(path)) return pages;

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[HeaderLength];
        if (RandomAccess.Read(file, header, 0) < HeaderLength) return pages;

        Span<byte> frame = stackalloc byte[FrameHeaderLength];
        for (long at = HeaderLength; RandomAccess.Read(file, frame, at) == FrameHeaderLength; at += FrameHeaderLength + pageSize)
        {
            // Frames of an earlier round have other salts, and end what counts.
            if (!frame.Slice(8, 8).SequenceEqual(header.Slice(16, 8))) break;
            pages.Add(BinaryPrimitives.ReadUInt32BigEndian(frame));
        }

        return pages;
    }
}
