using System.Buffers.Binary;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.LoadTests.Peers.Sqlite;

/// <summary>
/// How many of a file's pages each table and index takes, and how much of them is unused: what SQLite's dbstat table says where it is compiled in.
/// Walks the trees from their roots (https://sqlite.org/fileformat2.html, 1.6). For a file that nobody writes, its write-ahead log taken in.
/// </summary>
internal static class BTreePages
{
    private const byte InteriorIndex = 0x02;
    private const byte InteriorTable = 0x05;

    /// <summary>The first page begins with the file's own header.</summary>
    private const int FileHeaderLength = 100;

    private const int LeafHeaderLength = 8;
    private const int InteriorHeaderLength = 12;

    /// <param name="path">The file that <paramref name="file"/> is open on.</param>
    /// <returns>By name: pages and, in them, unused bytes. Pages of values that do not fit in one (overflow) are in none.</returns>
    public static IReadOnlyList<(string Name, long Pages, long Unused)> Read(RawSqlite file, string path)
    {
        var roots = file.Query(
            "SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0 ORDER BY name", static row => (Name: sqlite3_column_text(row, 0).utf8_to_string(), Root: sqlite3_column_int64(row, 1)));
        var page = new byte[file.Number("PRAGMA page_size")];
        using var handle = File.OpenHandle(path);
        return [.. roots.Select(root => Walk(handle, page, root.Name, root.Root))];
    }

    private static (string Name, long Pages, long Unused) Walk(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] page, string name, long root)
    {
        var (pages, unused, open) = (0L, 0L, new Stack<long>([root]));
        while (open.TryPop(out var number))
        {
            if (RandomAccess.Read(file, page, (number - 1) * page.Length) != page.Length) throw new InvalidDataException($"{name}: page {number} is not in the file.");

            pages++;
            var header = page.AsSpan(number == 1 ? FileHeaderLength : 0);
            var cells = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
            var isInterior = header[0] is InteriorIndex or InteriorTable;
            unused += UnusedOf(page, number == 1 ? FileHeaderLength : 0, isInterior, cells);
            if (!isInterior) continue;

            // A child to the left of each cell, and one to the right of all.
            open.Push(BinaryPrimitives.ReadUInt32BigEndian(header[8..]));
            for (var cell = 0; cell < cells; cell++)
            {
                var at = BinaryPrimitives.ReadUInt16BigEndian(header[(InteriorHeaderLength + (2 * cell))..]);
                open.Push(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at)));
            }
        }

        return (name, pages, unused);
    }

    /// <summary>Between the cells' pointers and the cells, in freed blocks, and in fragments.</summary>
    private static long UnusedOf(byte[] page, int start, bool isInterior, int cells)
    {
        var header = page.AsSpan(start);
        var content = BinaryPrimitives.ReadUInt16BigEndian(header[5..]) is > 0 and var at ? at : page.Length;
        long unused = content - (start + (isInterior ? InteriorHeaderLength : LeafHeaderLength) + (2 * cells)) + header[7];
        for (int block = BinaryPrimitives.ReadUInt16BigEndian(header[1..]); block != 0; block = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(block)))
        {
            unused += BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(block + 2));
        }

        return unused;
    }
}
