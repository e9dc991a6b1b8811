using Microsoft.Data.Sqlite;

namespace Ledger.Cluster.EventStoreDb.Indexing;

/// <summary>One statement of the index, prepared once, with parameters ?1, ?2… One caller at a time: the index's lock is held.</summary>
internal sealed class IndexStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public IndexStatement(SqliteConnection connection, string sql, int parameters)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        for (var number = 1; number <= parameters; number++) _command.Parameters.Add(new SqliteParameter { ParameterName = $"?{number}" });
    }

    /// <returns>How many rows it changed.</returns>
    public int Run(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    public SqliteDataReader Ask(params ReadOnlySpan<object> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    /// <summary>The transaction that the connection has, or null.</summary>
    public SqliteTransaction? Transaction { set => _command.Transaction = value; }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object> values)
    {
        for (var index = 0; index < values.Length; index++) _command.Parameters[index].Value = values[index];
    }
}
