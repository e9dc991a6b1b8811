using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.LoadTests.Peers.Sqlite;

/// <summary>One table of a log file, whatever the log's schema is: its columns and the order in which its rows came.</summary>
/// <param name="Select">All its rows, in that order.</param>
/// <param name="Order">What that order is, for the report.</param>
internal sealed record LogTable(string Name, IReadOnlyList<string> Columns, long RowCount, string Select, string Order)
{
    /// <summary>Values that are looked up to tell where a table without a row id belongs.</summary>
    private const int ProbesMax = 32;

    /// <summary>Fewer rows than this came before the traffic: they are copied first.</summary>
    private const int ProbesMin = 8;

    public string Insert => $"INSERT INTO {Quote(Name)} ({string.Join(", ", Columns.Select(Quote))}) VALUES ({string.Join(", ", Columns.Select(static (_, index) => $"?{index + 1}"))})";

    /// <summary>All tables of a file that hold rows, without SQLite's own.</summary>
    public static IReadOnlyList<LogTable> ReadAll(RawSqlite file)
    {
        var names = file.Query("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name", static row => (Name: Text(row, 0), IsWithoutRowId: sqlite3_column_int64(row, 1) != 0));
        var withRowId = names.Where(static table => !table.IsWithoutRowId).Select(static table => table.Name).ToList();
        return [.. names.Select(table => table.IsWithoutRowId ? WithoutRowId(file, table.Name, withRowId) : WithRowId(file, table.Name)).Where(static table => table.RowCount > 0)];
    }

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static LogTable WithRowId(RawSqlite file, string name)
    {
        var columns = ColumnsOf(file, name).Select(static column => column.Name).ToList();
        return new LogTable(name, columns, CountOf(file, name), $"SELECT {string.Join(", ", columns.Select(Quote))} FROM {Quote(name)} ORDER BY rowid", "its row id");
    }

    /// <summary>
    /// Its rows lie in the order of their key, which need not be the order in which they came: where another table's column holds the same
    /// values, they came in that table's order.
    /// </summary>
    private static LogTable WithoutRowId(RawSqlite file, string name, List<string> others)
    {
        var columns = ColumnsOf(file, name);
        var (list, count) = (string.Join(", ", columns.Select(static column => $"t.{Quote(column.Name)}")), CountOf(file, name));
        var keys = columns.Where(static column => column.IsKey).ToList();
        var names = columns.ConvertAll(static column => column.Name);
        if (keys is [var key] && count >= ProbesMin && FindOther(file, name, key.Name, others) is var (other, column))
        {
            var select = $"SELECT {list} FROM {Quote(name)} t LEFT JOIN (SELECT {Quote(column)} AS k, min(rowid) AS r FROM {Quote(other)} GROUP BY {Quote(column)}) o ON o.k = t.{Quote(key.Name)} ORDER BY o.r IS NULL, o.r";
            return new LogTable(name, names, count, select, $"{other}.{column}");
        }

        return new LogTable(name, names, count, $"SELECT {list} FROM {Quote(name)} t", "its primary key");
    }

    private static (string Table, string Column)? FindOther(RawSqlite file, string name, string key, List<string> others)
    {
        foreach (var other in others)
        {
            foreach (var (column, _) in ColumnsOf(file, other))
            {
                var sql = $"SELECT count(*) FROM (SELECT {Quote(key)} AS k FROM {Quote(name)} LIMIT {ProbesMax}) p WHERE typeof(p.k) IN ('blob', 'text') AND p.k IN (SELECT {Quote(column)} FROM {Quote(other)})";
                if (file.Number(sql) >= ProbesMin) return (other, column);
            }
        }

        return null;
    }

    private static List<(string Name, bool IsKey)> ColumnsOf(RawSqlite file, string table) =>
        file.Query($"SELECT name, pk FROM pragma_table_info('{table.Replace("'", "''", StringComparison.Ordinal)}')", static row => (Text(row, 0), sqlite3_column_int64(row, 1) != 0));

    private static long CountOf(RawSqlite file, string table) => file.Number($"SELECT count(*) FROM {Quote(table)}");

    private static string Text(sqlite3_stmt row, int column) => sqlite3_column_text(row, column).utf8_to_string();
}
