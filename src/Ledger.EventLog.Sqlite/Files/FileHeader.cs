using System.Buffers.Binary;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>What a kind of file of ours is called and marked with. Stored, so never changed.</summary>
/// <param name="Name">In messages: « event log ».</param>
/// <param name="ApplicationId">SQLite's PRAGMA application_id, bytes 68 to 71 of the file.</param>
/// <param name="Version">SQLite's PRAGMA user_version, bytes 60 to 63.</param>
/// <param name="WhatToDo">When it is damaged; a sentence for people.</param>
internal sealed record FileKind(string Name, int ApplicationId, int Version, string WhatToDo);

/// <summary>The first 100 bytes of an SQLite file (https://sqlite.org/fileformat2.html, 1.3), read before SQLite itself touches it.</summary>
internal static class FileHeader
{
    private const int Length = 100;

    // Between reading the file's size and its write-ahead log, a running server may have moved pages from one to the other.
    private const int LooksMax = 5;

    /// <exception cref="EventLogRefusedException">Another program's file, another version, or it may not be read.</exception>
    /// <exception cref="EventLogCorruptException">Damaged or cut off.</exception>
    public static void Check(string path, FileKind kind)
    {
        var header = Read(path);
        if (header.Length == 0) throw SqliteFailure.Corrupt("it is empty", path, kind);
        if (header.Length < Length) throw SqliteFailure.Corrupt($"it has {header.Length} bytes, less than a header", path, kind);

        var isSqlite = header.AsSpan(0, 16).SequenceEqual("SQLite format 3\0"u8);
        var isOurs = Number(header, 68) == kind.ApplicationId;
        if (!isSqlite && isOurs) throw SqliteFailure.Corrupt("its first 16 bytes are not SQLite's", path, kind);
        if (!isSqlite || !isOurs) throw new EventLogRefusedException($"{path} is another program's file, not a Ledger {kind.Name}; it was left as it is. Give another path.");
        if (Number(header, 60) != kind.Version)
        {
            throw new EventLogRefusedException(
                $"{path} is a Ledger {kind.Name} of version {Number(header, 60)}; this program reads version {kind.Version}. Use the program that wrote it, or a newer one; it was left as it is.");
        }

        CheckLength(path, kind);
    }

    private static int PageSize(byte[] header, string path, FileKind kind)
    {
        var stored = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16));
        var pageSize = stored == 1 ? 65_536 : stored;
        return pageSize >= 512 ? pageSize : throw SqliteFailure.Corrupt($"its page size is {pageSize}", path, kind);
    }

    private static void CheckLength(string path, FileKind kind)
    {
        for (var look = 1; ; look++)
        {
            var header = Read(path);
            var missing = MissingPages(header, path, kind);
            if (missing is null) return;
            if (look < LooksMax) continue;

            throw SqliteFailure.Corrupt($"it is cut off: its header tells of {Number(header, 28)} pages, and page {missing} is neither in it nor in its write-ahead log", path, kind);
        }
    }

    /// <returns>The first page that is in neither file; null when all are there.</returns>
    private static long? MissingPages(byte[] header, string path, FileKind kind)
    {
        var pageSize = PageSize(header, path, kind);

        // The count is valid only when the writer of the last change knew of it.
        if (Number(header, 24) != Number(header, 92)) return null;
        var present = new FileInfo(path).Length / pageSize;
        if (Number(header, 28) <= present) return null;

        var logged = WriteAheadLog.PagesOf(path + "-wal", pageSize);
        for (var page = present + 1; page <= Number(header, 28); page++)
        {
            if (!logged.Contains(page)) return page;
        }

        return null;
    }

    private static byte[] Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var header = new byte[Length];
            return header[..file.ReadAtLeast(header, Length, throwOnEndOfStream: false)];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new EventLogRefusedException($"{path} may not be read by this user, or is a folder. Give a file that it may read.", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EventLogRefusedException($"{path} does not exist. Give the path of an existing file.", exception);
        }
    }

    private static int Number(byte[] header, int at) => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(at));
}
