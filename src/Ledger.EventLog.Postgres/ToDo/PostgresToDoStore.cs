using System.Diagnostics;
using Ledger.EventLog.Postgres.Leases;
using Ledger.EventLog.ToDo;
using NodaTime;
using Npgsql;
using NpgsqlTypes;

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
        return new(Guarded(() => Read(ReadCheckpointSql, [Text(process)], static row => row.GetInt64(0)) is [var position] ? position : 0));
    }

    public ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var isBack = Guarded(() => Write(batch =>
        {
            foreach (var change in changes) batch.Add(Command(process, change));
            batch.Add(Command(MoveCheckpointSql, Text(process), Number(checkpoint)));
        }) is { } moved && moved == 0);
        return isBack ? throw new ArgumentOutOfRangeException(nameof(checkpoint), checkpoint, $"The checkpoint of « {process} » is further already.") : ValueTask.CompletedTask;
    }

    public ToDoItem? Find(string process, string key) => Guarded(() => Read(FindSql, [Text(process), Text(key)], Item)) is [var item] ? item : null;

    public IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax) => Guarded(() => Read(ScanSql, [Text(process), Text(keyPrefix), Number(countMax)], Item));

    public IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax) => Guarded(() => Read(DueSql, [Text(process), Number(DueInstant.ToStored(now)), Number(countMax)], Item));

    public ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _ = Guarded(() => Write(batch => batch.Add(Command(RescheduleSql, Text(process), Text(key), Number(DueInstant.ToStored(dueAt))))));
        return ValueTask.CompletedTask;
    }

    public Instant? NextDue(string process) => Guarded(() => Read(NextDueSql, [Text(process)], static row => row.GetInt64(0))) is [var due] ? ChainHash.FromNanoseconds(due) : null;

    /// <summary>The connections are whoever's who gave them.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static T Guarded<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception) when (PostgresFaults.Translate(exception) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>One transaction, one round trip after the lease's.</summary>
    /// <returns>Rows that the last statement changed; when it changed none, nothing of the transaction took effect.</returns>
    private int Write(Action<List<NpgsqlBatchCommand>> fill)
    {
        var commands = new List<NpgsqlBatchCommand>();
        fill(commands);
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
        ToDoChange.Put put => Command(PutSql, Text(process), Text(put.Key), Number(put.DueAt is { } due ? DueInstant.ToStored(due) : null), Text(put.Data)),
        ToDoChange.Remove remove => Command(RemoveSql, Text(process), Text(remove.Key)),
        _ => throw new UnreachableException(),
    };

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    private static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = value };

    private static NpgsqlParameter Number(long? value) => new NpgsqlParameter<long?> { NpgsqlDbType = NpgsqlDbType.Bigint, TypedValue = value };
}
