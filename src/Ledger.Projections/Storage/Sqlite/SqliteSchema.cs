using System.Security.Cryptography;
using System.Text;

namespace Ledger.Projections.Storage.Sqlite;

/// <summary>Statements for a table's shape.</summary>
internal static class SqliteSchema
{
    /// <summary>« LGVW »: a view of Ledger, in SQLite's header.</summary>
    public const int ApplicationId = 0x4C47_5657;

    /// <summary>Version of what stands around the views' own tables.</summary>
    public const int FormatVersion = 1;

    public const string CreateCheckpoint =
        "CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), shape TEXT NOT NULL, finished INTEGER NOT NULL, "
        + "position INTEGER NOT NULL, hash BLOB NOT NULL, recorded_at INTEGER, skipped INTEGER NOT NULL) STRICT";

    public static string Create(ViewTable table)
    {
        var columns = table.Columns.Select(static column => $"{column.Name} {TypeOf(column)}{(column.IsNullable ? "" : " NOT NULL")}");
        return $"CREATE TABLE {table.Name} ({string.Join(", ", columns)}, PRIMARY KEY ({string.Join(", ", KeyOf(table))})) STRICT, WITHOUT ROWID";
    }

    public static string Create(ViewTable table, ViewIndex index) =>
        $"CREATE INDEX IF NOT EXISTS {index.Name} ON {table.Name} ({string.Join(", ", index.Columns)}){(index.Where is { } where ? $" WHERE {where}" : "")}";

    public static string Find(ViewTable table) =>
        $"SELECT {string.Join(", ", table.Columns.Select(static column => column.Name))} FROM {table.Name} WHERE {KeyIs(table)}";

    /// <summary>An update in place leaves indexes alone whose columns did not change; a replacement would not.</summary>
    public static string Put(ViewTable table)
    {
        var names = table.Columns.Select(static column => column.Name).ToArray();
        var changing = table.Columns.Skip(table.KeyLength).Where(static column => !column.IsFixed);
        var changes = changing.Select(static column => $"{column.Name} = excluded.{column.Name}").ToArray();
        return $"INSERT INTO {table.Name} ({string.Join(", ", names)}) VALUES ({string.Join(", ", names.Select(static _ => "?"))}) "
            + $"ON CONFLICT ({string.Join(", ", KeyOf(table))}) DO {(changes.Length == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", changes)}")}";
    }

    public static string Remove(ViewTable table) => $"DELETE FROM {table.Name} WHERE {KeyIs(table)}";

    public static string Scan(ViewTable table) =>
        $"SELECT {string.Join(", ", table.Columns.Select(static column => column.Name))} FROM {table.Name} ORDER BY {string.Join(", ", KeyOf(table))}";

    /// <summary>Changes whenever a column, an index or the version does.</summary>
    public static string ShapeOf(ViewSchema schema)
    {
        var text = new StringBuilder().Append(schema.Name).Append(' ').Append(schema.Version);
        foreach (var table in schema.Tables)
        {
            text.Append('\n').Append(Create(table));
            foreach (var index in table.Indexes) text.Append('\n').Append(Create(table, index));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static IEnumerable<string> KeyOf(ViewTable table) => table.Columns.Take(table.KeyLength).Select(static column => column.Name);

    private static string KeyIs(ViewTable table) => string.Join(" AND ", KeyOf(table).Select(static name => $"{name} = ?"));

    private static string TypeOf(ViewColumn column) => column.Type switch
    {
        ColumnType.Integer => "INTEGER",
        ColumnType.Text => "TEXT",
        ColumnType.Id => "BLOB",
    };
}
