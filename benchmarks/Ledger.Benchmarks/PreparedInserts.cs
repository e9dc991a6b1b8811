using Ledger.EventLog;
using Microsoft.Data.Sqlite;

namespace Ledger.Benchmarks;

/// <summary>The floor: nothing but prepared inserts into the log's tables, one transaction a commit. No checks, no chain, no readers.</summary>
internal sealed class PreparedInserts : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _stream;
    private readonly SqliteCommand _event;
    private readonly SqliteCommand _command;
    private long _position;

    public PreparedInserts(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; INSERT INTO event_types VALUES (1, 'transaction-requested.1')");
        _stream = Prepare("INSERT INTO streams (id, name, version, hash) VALUES ($1, $2, 1, $3)", 3);
        _event = Prepare(
            "INSERT INTO events (position, stream_id, version, type_id, recorded_at, command_id, payload, hash) VALUES ($1, $2, 1, 1, $3, $4, $5, $6)", 6);
        _command = Prepare("INSERT INTO commands (id, fingerprint, reply, recorded_at) VALUES ($1, $2, $3, $4)", 4);
    }

    public void Commit(IReadOnlyList<AppendUnit> units)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var unit in units)
        {
            var write = unit.Writes[0];
            var @event = write.Events[0];
            var id = unit.Command.Id.ToByteArray(bigEndian: true);
            var at = ChainHash.ToNanoseconds(@event.RecordedAt);
            _position++;
            Insert(_stream, transaction, _position, write.Stream.ToString(), @event.Hash.ToArray());
            Insert(_event, transaction, _position, _position, at, id, @event.Payload.ToArray(), @event.Hash.ToArray());
            Insert(_command, transaction, id, unit.Command.Fingerprint.ToArray(), unit.Command.Reply.ToArray(), at);
        }

        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();

    private static void Insert(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var index = 0; index < values.Length; index++) command.Parameters[index].Value = values[index];
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var number = 1; number <= parameters; number++) command.Parameters.AddWithValue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"${number}"), 0);
        return command;
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
