using System.Diagnostics;
using Ledger.EventLog.Postgres.Leases;
using Ledger.EventLog.ToDo;
using Ledger.Postgres;
using NodaTime;
using Npgsql;

namespace Ledger.EventLog.Postgres.ToDo;

/// <summary>
/// To-do lists beside the log, one for all processes that share it. Where a lease is given, only its holder writes: the change of one who lost it is refused, whole.
/// Safe for any thread; each call takes a connection of the pool.
/// </summary>
public sealed class PostgresToDoStore : IToDoStore
{
    private const string Columns = "key, due_at, data, attempts";

    private const string ReadCheckpointSql = "SELECT position FROM ledger.checkpoints WHERE process = $1";

    private const string MoveCheckpointSql =
        "INSERT INTO ledger.checkpoints AS checkpoint (process, position) VALUES ($1, $2) ON CONFLICT (process) DO UPDATE SET position = $2 WHERE checkpoint.position <= $2";

    private const string PutSql =
        """
        INSERT INTO ledger.todo_items (process, key, due_at, data, attempts) VALUES ($1, $2, $3, $4, 0)
        ON CONFLICT (process, key) DO UPDATE SET due_at = $3, data = $4, attempts = 0
        """;

    private const string RemoveSql = "DELETE FROM ledger.todo_items WHERE process = $1 AND key = $2";

    private const string RescheduleSql = "UPDATE ledger.todo_items SET due_at = $3, attempts = attempts + 1 WHERE process = $1 AND key = $2";

    private const string FindSql = $"SELECT {Columns} FROM ledger.todo_items WHERE process = $1 AND key = $2";

    // What begins with a text stands from it to it with the highest character there is behind it.
    private const string ScanSql = $"SELECT {Columns} FROM ledger.todo_items WHERE process = $1 AND key >= $2 AND key <= $2 || chr(1114111) ORDER BY key LIMIT $3";

    private const string DueSql = $"SELECT {Columns} FROM ledger.todo_items WHERE process = $1 AND due_at <= $2 ORDER BY due_at, key LIMIT $3";

    private const string NextDueSql = "SELECT due_at FROM ledger.todo_items WHERE process = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";

    private readonly NpgsqlDataSource _source;
    private readonly PostgresLease? _lease;

    internal PostgresToDoStore(NpgsqlDataSource source, PostgresLease? lease) => (_source, _lease) = (source, lease);

    public ValueTask<long> ReadCheckpointAsync(string process, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new(PostgresFaults.Guard(() => Read(ReadCheckpointSql, [Parameter.Text(process)], static row => row.GetInt64(0)) is [var position] ? position : 0));
    }

    public ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var move = Statement.Of(MoveCheckpointSql, Parameter.Text(process), Parameter.Number(checkpoint));
        var moved = PostgresFaults.Guard(() => Write([.. changes.Select(change => Command(process, change)), move]));
        return moved == 1 ? ValueTask.CompletedTask : throw new ArgumentOutOfRangeException(nameof(checkpoint), checkpoint, $"The checkpoint of « {process} » is further already.");
    }

    public ToDoItem? Find(string process, string key) => PostgresFaults.Guard(() => Read(FindSql, [Parameter.Text(process), Parameter.Text(key)], Item)) is [var item] ? item : null;

    public IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax) => PostgresFaults.Guard(() => Read(ScanSql, [Parameter.Text(process), Parameter.Text(keyPrefix), Parameter.Number(countMax)], Item));

    public IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax) => PostgresFaults.Guard(() => Read(DueSql, [Parameter.Text(process), Parameter.Number(DueInstant.ToStored(now)), Parameter.Number(countMax)], Item));

    public ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _ = PostgresFaults.Guard(() => Write([Statement.Of(RescheduleSql, Parameter.Text(process), Parameter.Text(key), Parameter.Number(DueInstant.ToStored(dueAt)))]));
        return ValueTask.CompletedTask;
    }

    public Instant? NextDue(string process) => PostgresFaults.Guard(() => Read(NextDueSql, [Parameter.Text(process)], static row => row.GetInt64(0))) is [var due] ? ChainHash.FromNanoseconds(due) : null;

    /// <summary>The connections are whoever's who gave them.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>One transaction, one round trip after the lease's.</summary>
    /// <returns>Rows that the last statement changed; when it changed none, nothing of the transaction took effect.</returns>
    private int Write(IReadOnlyList<NpgsqlBatchCommand> commands)
    {
        using var connection = _source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        _lease?.Guard(connection);
        using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in commands) batch.BatchCommands.Add(command);
        batch.ExecuteNonQuery();
        var changed = (int)commands[^1].RecordsAffected;
        if (changed > 0) transaction.Commit();
        return changed;
    }

    private List<T> Read<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read)
    {
        using var command = _source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read()) found.Add(read(rows));
        return found;
    }

    private static ToDoItem Item(NpgsqlDataReader row) =>
        new(row.GetString(0), row.IsDBNull(1) ? null : ChainHash.FromNanoseconds(row.GetInt64(1)), row.GetString(2), row.GetInt32(3));

    private static NpgsqlBatchCommand Command(string process, ToDoChange change) => change switch
    {
        ToDoChange.Put put => Statement.Of(PutSql, Parameter.Text(process), Parameter.Text(put.Key), Parameter.Number(put.DueAt is { } due ? DueInstant.ToStored(due) : null), Parameter.Text(put.Data)),
        ToDoChange.Remove remove => Statement.Of(RemoveSql, Parameter.Text(process), Parameter.Text(remove.Key)),
        _ => throw new UnreachableException(),
    };
}
