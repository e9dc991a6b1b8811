using System.Buffers.Binary;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>An SQLite write-ahead log (https://sqlite.org/fileformat2.html, 4.1), looked at before SQLite does.</summary>
internal static class WriteAheadLog
{
    private const int HeaderLength = 32;
    private const int FrameHeaderLength = 24;
    private const int SaltLength = 8;
    private const int PieceLength = 64 * 1024;

    /// <summary>Page numbers of all frames of its last round, damaged ones included; what an earlier round left at the end has other salts and does not count.</summary>
    /// <returns>None when there is no log.</returns>
    public static IReadOnlySet<long> PagesOf(string path, int pageSize)
    {
        var pages = new HashSet<long>();
        if (!File.Exists(path)) return pages;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, PieceLength);
        var header = new byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength) return pages;

        var frame = new byte[FrameHeaderLength + pageSize];
        while (file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
        {
            if (frame.AsSpan(8, SaltLength).SequenceEqual(header.AsSpan(16, SaltLength))) pages.Add(BinaryPrimitives.ReadUInt32BigEndian(frame));
        }

        return pages;
    }

    /// <summary>Every byte in its place again, and a sync. The caller sees to it that nobody writes meanwhile; readers are not disturbed.</summary>
    /// <exception cref="IOException">Reading, writing or the sync failed.</exception>
    public static void WriteAgain(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 }) return;

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var piece = new byte[PieceLength];
        for (var at = 0L; ;)
        {
            var length = RandomAccess.Read(file, piece, at);
            if (length == 0) break;
            RandomAccess.Write(file, piece.AsSpan(0, length), at);
            at += length;
        }

        RandomAccess.FlushToDisk(file);
    }
}
