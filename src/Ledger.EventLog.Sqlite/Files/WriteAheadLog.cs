using System.Buffers.Binary;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>
/// An SQLite write-ahead log (https://sqlite.org/fileformat2.html, 4.1), looked at before SQLite does. SQLite takes in the frames up to the
/// first that is damaged and drops the rest without a word; we say so where the rest was durable.
/// </summary>
internal sealed class WriteAheadLog
{
    private const int HeaderLength = 32;
    private const int FrameHeaderLength = 24;
    private const int PieceLength = 64 * 1024;
    private const uint LittleEndianMagic = 0x377F_0682;
    private const uint BigEndianMagic = 0x377F_0683;

    private WriteAheadLog(HashSet<long> pages, int? firstBadFrame, int commitsFromThere) =>
        (Pages, FirstBadFrame, CommitsFromThere) = (pages, firstBadFrame, commitsFromThere);

    private static WriteAheadLog None => new([], null, 0);

    /// <summary>Page numbers of all frames of this round, damaged ones included.</summary>
    public IReadOnlySet<long> Pages { get; }

    /// <summary>From 1, or 0 for the header; null when all are sound. What an earlier round left at the end counts as damaged.</summary>
    public int? FirstBadFrame { get; }

    /// <summary>Transactions that end at the first damaged frame or after it.</summary>
    public int CommitsFromThere { get; }

    /// <summary>
    /// Whether something durable would be dropped. A commit is synced before the next begins, so a power cut can damage the last transaction
    /// only: more than one that ends after the damage means that it came later. The header, 32 bytes, is synced before the first frame.
    /// </summary>
    public bool LosesCommits => CommitsFromThere > (FirstBadFrame == 0 ? 0 : 1);

    /// <returns>Without pages when there is no log.</returns>
    public static WriteAheadLog Read(string path, int pageSize)
    {
        if (!File.Exists(path)) return None;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024);
        var header = new byte[HeaderLength];
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength) return None;

        return ReadFrames(file, header, pageSize);
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

    private static WriteAheadLog ReadFrames(FileStream file, byte[] header, int pageSize)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var sum = new Checksum(magic == BigEndianMagic);
        sum.Add(header.AsSpan(0, 24));
        var headerIsSound = magic is LittleEndianMagic or BigEndianMagic && sum.Is(header.AsSpan(24));
        var (pages, firstBad, commits) = (new HashSet<long>(), headerIsSound ? (int?)null : 0, 0);
        var frame = new byte[FrameHeaderLength + pageSize];

        for (var number = 1; file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; number++)
        {
            sum.Add(frame.AsSpan(0, 8));
            sum.Add(frame.AsSpan(FrameHeaderLength));
            var isOfThisRound = frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8));
            if (!isOfThisRound || !sum.Is(frame.AsSpan(16))) firstBad ??= number;

            // What an earlier round left at the end has other salts and does not count.
            if (!isOfThisRound && headerIsSound) continue;
            pages.Add(BinaryPrimitives.ReadUInt32BigEndian(frame));

            // A frame that ends a transaction tells the file's size after it.
            if (firstBad is not null && BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0) commits++;
        }

        return new WriteAheadLog(pages, firstBad, commits);
    }

    /// <summary>SQLite's running checksum over pairs of 32-bit words.</summary>
    private struct Checksum(bool bigEndian)
    {
        private uint _first;
        private uint _second;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            unchecked
            {
                for (var at = 0; at < bytes.Length; at += 8)
                {
                    _first += Word(bytes[at..]) + _second;
                    _second += Word(bytes[(at + 4)..]) + _first;
                }
            }
        }

        /// <summary>Whether it is the stored one; stored big-endian always.</summary>
        public readonly bool Is(ReadOnlySpan<byte> stored) =>
            BinaryPrimitives.ReadUInt32BigEndian(stored) == _first && BinaryPrimitives.ReadUInt32BigEndian(stored[4..]) == _second;

        private readonly uint Word(ReadOnlySpan<byte> bytes) =>
            bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
