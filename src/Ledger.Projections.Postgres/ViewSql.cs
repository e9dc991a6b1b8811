using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Postgres;

/// <summary>Statements for one generation of a view: its tables stand in a schema of their own.</summary>
internal static class ViewSql
{
    /// <summary>Where a generation's tables stand. Stored, so never renamed.</summary>
    public static string SchemaOf(string view, int generation) => string.Create(CultureInfo.InvariantCulture, $"ledger_view_{view}_{generation}");

    public static string Create(string schema, ViewTable table) => $"{Form(schema, table)}{Storage(table)}";

    private static string Form(string schema, ViewTable table)
    {
        var columns = table.Columns.Select(static column => $"{column.Name} {TypeOf(column)}{(column.IsNullable ? "" : " NOT NULL")}");
        return $"CREATE TABLE {schema}.{table.Name} ({string.Join(", ", columns)}, PRIMARY KEY ({string.Join(", ", KeyOf(table))}))";
    }

    public static string Create(string schema, ViewTable table, ViewIndex index) =>
        $"CREATE INDEX IF NOT EXISTS {index.Name} ON {schema}.{table.Name} ({string.Join(", ", index.Columns)}){(index.Where is { } where ? $" WHERE {where}" : "")}";

    /// <summary>Those of many rows that are there: an array a key's column.</summary>
    public static string FindAll(string schema, ViewTable table)
    {
        var key = string.Join(", ", KeyOf(table));
        return $"SELECT {Names(table)} FROM unnest({Arrays(table.KeyLength)}) AS expected ({key}) JOIN {schema}.{table.Name} USING ({key})";
    }

    /// <summary>Adds or replaces many rows: an array a column.</summary>
    public static string Put(string schema, ViewTable table)
    {
        var changes = table.Columns.Skip(table.KeyLength).Where(static column => !column.IsFixed).Select(static column => $"{column.Name} = excluded.{column.Name}").ToArray();
        return $"INSERT INTO {schema}.{table.Name} ({Names(table)}) SELECT * FROM unnest({Arrays(table.Columns.Length)}) "
            + $"ON CONFLICT ({string.Join(", ", KeyOf(table))}) DO {(changes.Length == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", changes)}")}";
    }

    /// <summary>Removes many rows: an array a key's column.</summary>
    public static string Remove(string schema, ViewTable table)
    {
        var key = string.Join(", ", KeyOf(table));
        return $"DELETE FROM {schema}.{table.Name} WHERE ({key}) IN (SELECT * FROM unnest({Arrays(table.KeyLength)}))";
    }

    public static string Scan(ViewTable table) => $"SELECT {Names(table)} FROM {table.Name} ORDER BY {string.Join(", ", KeyOf(table))}";

    /// <summary>« ? » is what the queries share with SQLite; here parameters have numbers. No query has a question mark in a text.</summary>
    public static string Numbered(string sql)
    {
        var parts = sql.Split('?');
        var text = new StringBuilder(parts[0]);
        for (var index = 1; index < parts.Length; index++) text.Append(CultureInfo.InvariantCulture, $"${index}{parts[index]}");
        return text.ToString();
    }

    /// <summary>Changes whenever a column, an index or the version does.</summary>
    public static string ShapeOf(ViewSchema schema)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{schema.Name} {schema.Version}");
        foreach (var table in schema.Tables)
        {
            text.Append('\n').Append(Form("s", table));
            foreach (var index in table.Indexes) text.Append('\n').Append(Create("s", table, index));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>
    /// Rows that are changed, those of tables that tell fixed columns from others, get room beside them: a change then stays in its page and touches no index.
    /// 70 of 100 gave 1.2 of the rate (benchmarks/results). Not of the shape.
    /// </summary>
    private static string Storage(ViewTable table) => table.Columns.Any(static column => column.IsFixed) ? " WITH (fillfactor = 70)" : "";

    private static string Names(ViewTable table) => string.Join(", ", table.Columns.Select(static column => column.Name));

    private static IEnumerable<string> KeyOf(ViewTable table) => table.Columns.Take(table.KeyLength).Select(static column => column.Name);

    private static string Arrays(int count) => string.Join(", ", Enumerable.Range(1, count).Select(static number => $"${number}"));

    private static string TypeOf(ViewColumn column) => column.Type switch
    {
        ColumnType.Integer => "bigint",
        ColumnType.Text => "text COLLATE \"C\"",
        ColumnType.Id => "uuid",
    };
}
