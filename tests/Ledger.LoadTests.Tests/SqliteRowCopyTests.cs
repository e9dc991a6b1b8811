using Ledger.Engine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Peers.Sqlite;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.LoadTests.Tests;

/// <summary>The floor is honest when it writes the very rows that the engine wrote, whatever the tables are.</summary>
public sealed class SqliteRowCopyTests : IDisposable
{
    private const int Commands = 2_500;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_floor_holds_every_row_of_the_log_that_the_engine_wrote()
    {
        var source = _folder.In("log.db");
        await using (var engine = EmbeddedEngine.Open(source, new EngineOptions()))
        {
            await Filling.FillAsync(engine.Engine, new CardTraffic(1), 0, Commands, steps: 1, new NoProgress(), CancellationToken.None);
        }

        await CopyAsync(source, Commands, batch: 1_000);

        AssertSame(source);
    }

    [Fact]
    public async Task Any_schema_is_copied_with_its_nulls_numbers_and_empty_values()
    {
        var source = _folder.In("any.db");
        using (var file = RawSqlite.Create(source))
        {
            file.Execute("CREATE TABLE \"od\"\"d\" (a INTEGER PRIMARY KEY, \"b c\" TEXT, d REAL, e BLOB) STRICT; CREATE INDEX i ON \"od\"\"d\" (d); CREATE TABLE keyed (k TEXT PRIMARY KEY, v ANY) WITHOUT ROWID;");
            file.Execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 25) INSERT INTO \"od\"\"d\" SELECT x * 3, nullif('é' || x, 'é7'), x / 4.0, iif(x % 2, x'', zeroblob(x)) FROM n");
            file.Execute("INSERT INTO keyed VALUES ('a', -9223372036854775808), ('b', 1.5), ('c', NULL), ('', x'00ff')");
        }

        await CopyAsync(source, commands: 10, batch: 3);

        AssertSame(source);
    }

    /// <summary>In its own order a table without row id would be filled from one end, which no engine does.</summary>
    [Fact]
    public void Rows_without_a_row_id_come_in_the_order_of_the_rows_that_name_them()
    {
        using var file = RawSqlite.Create(_folder.In("order.db"));
        file.Execute("CREATE TABLE happened (position INTEGER PRIMARY KEY, cause BLOB) STRICT; CREATE TABLE causes (id BLOB PRIMARY KEY, what TEXT) WITHOUT ROWID;");
        for (var number = 1; number <= 20; number++)
        {
            // Backwards, so that the key's order is the opposite of the order in which they came; two rows of the same cause.
            file.Execute($"INSERT INTO causes VALUES (x'{100 - number:x2}', '{number}'); INSERT INTO happened (cause) VALUES (x'{100 - number:x2}'), (x'{100 - number:x2}')");
        }

        var causes = Assert.Single(LogTable.ReadAll(file), static table => table.Name == "causes");

        Assert.Equal("happened.cause", causes.Order);
        Assert.Equal(Enumerable.Range(1, 20).Select(static number => $"{number}"), file.Query(causes.Select, static row => sqlite3_column_text(row, 1).utf8_to_string()));
    }

    [Fact]
    public void The_trees_of_a_file_are_all_of_its_pages()
    {
        var path = _folder.In("pages.db");
        using var file = RawSqlite.Create(path);
        file.Execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000) INSERT INTO t SELECT x, 'value ' || x FROM n");

        var trees = BTreePages.Read(file, path);

        Assert.Equal(["sqlite_autoindex_t_1", "t"], trees.Select(static tree => tree.Name));
        // The schema's own page is the one that is in no tree of ours.
        Assert.Equal(file.Number("PRAGMA page_count") - 1, trees.Sum(static tree => tree.Pages));
        Assert.All(trees, tree => Assert.InRange(tree.Unused, 1, tree.Pages * file.Number("PRAGMA page_size") / 2));
    }

    public void Dispose() => _folder.Dispose();

    private async Task CopyAsync(string source, long commands, int batch)
    {
        await using var copy = new SqliteRowCopy(new PeerPlace(_folder.Path, source), batch);
        for (var first = 0L; first < commands; first += batch)
        {
            await copy.PrepareAsync(new PeerBatch(first, (int)Math.Min(batch, commands - first), commands, []), CancellationToken.None);
            await copy.CommitAsync(CancellationToken.None);
        }
    }

    private void AssertSame(string source)
    {
        using var expected = RawSqlite.OpenReader(source);
        using var actual = RawSqlite.OpenReader(_folder.In("floor.db"));
        Assert.Equal(Dump(expected, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"), Dump(actual, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"));
        foreach (var table in LogTable.ReadAll(expected))
        {
            var all = $"SELECT * FROM {LogTable.Quote(table.Name)}";
            Assert.Equal(table.RowCount, Dump(expected, all).Count);
            Assert.Equal(Dump(expected, all), Dump(actual, all));
        }
    }

    private static List<string> Dump(RawSqlite file, string sql) => file.Query(sql, static row => string.Join('|', Enumerable.Range(0, sqlite3_column_count(row)).Select(column => ValueOf(row, column))));

    private static string ValueOf(sqlite3_stmt row, int column)
    {
        var type = sqlite3_column_type(row, column);
        return type is SQLITE_INTEGER ? $"{type}:{sqlite3_column_int64(row, column)}" : $"{type}:{Convert.ToHexString(sqlite3_column_blob(row, column))}";
    }
}
