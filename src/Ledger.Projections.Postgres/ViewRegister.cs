using Ledger.Postgres;
using Ledger.Projections.Storage;
using Npgsql;

namespace Ledger.Projections.Postgres;

/// <summary>One row of <c>ledger.views</c>: a generation and how far it is.</summary>
internal sealed record ViewEntry(int Generation, bool IsServing, long ReadyFrom, string Shape, ViewCheckpoint Checkpoint);

/// <summary>Statements on <c>ledger.views</c>, for callers who have a connection.</summary>
internal static class ViewRegister
{
    /// <summary>How often the one that serves is looked for: while it was waited for, another may have come to serve in its place.</summary>
    private const int LookMax = 3;

    private const string Columns = "generation, serving, ready_from, shape, position, hash, recorded_at, skipped";

    private const string ServingSql = $"SELECT {Columns} FROM ledger.views WHERE name = $1 AND serving";

    private const string GenerationSql = $"SELECT {Columns} FROM ledger.views WHERE name = $1 AND generation = $2";

    private const string AddSql =
        "INSERT INTO ledger.views (name, generation, shape, serving, ready_from, position, hash, recorded_at, skipped) VALUES ($1, $2, $3, false, 0, 0, '', NULL, 0)";

    private const string MoveSql = "UPDATE ledger.views SET position = $3, hash = $4, recorded_at = $5, skipped = $6 WHERE name = $1 AND generation = $2";

    private const string BeginSql = "UPDATE ledger.views SET ready_from = $2 WHERE name = $1 AND serving AND position = 0 AND ready_from < $2";

    private const string RetireSql = "UPDATE ledger.views SET serving = false WHERE name = $1 AND serving";

    private const string ServeSql = "UPDATE ledger.views SET serving = true WHERE name = $1 AND generation = $2";

    private const string RemoveSql = "DELETE FROM ledger.views WHERE name = $1 AND generation = $2";

    /// <param name="generation">Null: the one that serves.</param>
    public static ViewEntry? Find(NpgsqlConnection connection, string name, int? generation) => Read(connection, generation is null ? ServingSql : GenerationSql, name, generation);

    /// <summary>Holds the row until the transaction ends: nobody else takes events in meanwhile, and none other comes to serve.</summary>
    /// <param name="generation">Null: the one that serves.</param>
    public static ViewEntry? Lock(NpgsqlConnection connection, string name, int? generation)
    {
        var sql = $"{(generation is null ? ServingSql : GenerationSql)} FOR UPDATE";
        for (var look = 0; look < LookMax; look++)
        {
            if (Read(connection, sql, name, generation) is { } entry) return entry;
        }

        return null;
    }

    public static void Add(NpgsqlConnection connection, ViewSchema schema, int generation) =>
        Run(connection, AddSql, Parameter.Text(schema.Name), Parameter.Number(generation), Parameter.Text(ViewSql.ShapeOf(schema)));

    /// <summary>The first who opens a view that has nothing says where it is ready.</summary>
    public static void Begin(NpgsqlConnection connection, string name, long readyFrom) => Run(connection, BeginSql, Parameter.Text(name), Parameter.Number(readyFrom));

    /// <returns>False when there is no such generation.</returns>
    public static bool Serve(NpgsqlConnection connection, string name, int generation)
    {
        Run(connection, RetireSql, Parameter.Text(name));
        return Run(connection, ServeSql, Parameter.Text(name), Parameter.Number(generation)) == 1;
    }

    public static void Remove(NpgsqlConnection connection, string name, int generation)
    {
        Run(connection, RemoveSql, Parameter.Text(name), Parameter.Number(generation));
        Run(connection, $"DROP SCHEMA IF EXISTS {ViewSql.SchemaOf(name, generation)} CASCADE");
    }

    public static NpgsqlBatchCommand Move(string name, int generation, ViewCheckpoint checkpoint) => new(MoveSql)
    {
        Parameters =
        {
            Parameter.Text(name), Parameter.Number(generation), Parameter.Number(checkpoint.Position), Parameter.Bytes(checkpoint.Hash),
            Parameter.Number(checkpoint.RecordedAt?.ToColumn()), Parameter.Number(checkpoint.Skipped),
        },
    };

    public static IReadOnlyList<(string Name, int Generation, bool IsServing)> List(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT name, generation, serving FROM ledger.views ORDER BY name, generation", connection);
        using var rows = command.ExecuteReader();
        var all = new List<(string, int, bool)>();
        while (rows.Read()) all.Add((rows.GetString(0), rows.GetInt32(1), rows.GetBoolean(2)));
        return all;
    }

    public static int Run(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command.ExecuteNonQuery();
    }

    /// <summary>As long as it takes.</summary>
    public static void RunLong(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }

    public static ViewEntry Entry(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.GetBoolean(1),
        row.GetInt64(2),
        row.GetString(3),
        new ViewCheckpoint(row.GetInt64(4), row.Bytes(5), row.IsDBNull(6) ? null : ViewValues.ToInstant(row.GetInt64(6)), row.GetInt64(7)));

    /// <param name="generation">Null: the one that serves.</param>
    public static NpgsqlCommand Finding(NpgsqlConnection connection, string name, int? generation)
    {
        var command = new NpgsqlCommand(generation is null ? ServingSql : GenerationSql, connection) { Parameters = { Parameter.Text(name) } };
        if (generation is { } number) command.Parameters.Add(Parameter.Number(number));
        return command;
    }

    private static ViewEntry? Read(NpgsqlConnection connection, string sql, string name, int? generation)
    {
        using var command = Finding(connection, name, generation);
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        return rows.Read() ? Entry(rows) : null;
    }
}
