using System.Data;
using System.Text;
using Ledger.Projections.Storage;
using Npgsql;

namespace Ledger.Projections.Postgres;

/// <summary>
/// One transaction that sees one state of the database: a generation and how far it is, and its rows at that point. Where the generation is removed before its first
/// question (another process has replaced it), it begins again with the one that serves then.
/// </summary>
internal sealed class PostgresSnapshot : IViewSnapshot
{
    private readonly string _view;
    private readonly int? _generation;
    private readonly NpgsqlConnection _connection;
    private readonly Action _returned;
    private NpgsqlTransaction _transaction;
    private ViewEntry _entry;
    private bool _isAsked;
    private bool _isDisposed;

    private PostgresSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, ViewEntry entry, string view, int? generation, Action returned) =>
        (_connection, _transaction, _entry, _view, _generation, _returned) = (connection, transaction, entry, view, generation, returned);

    public long Position => _entry.Checkpoint.Position;

    public int Generation => _entry.Generation;

    /// <param name="generation">Null: the one that serves.</param>
    /// <param name="returned">Called once, when it is disposed.</param>
    public static async ValueTask<PostgresSnapshot> OpenAsync(NpgsqlDataSource source, string view, int? generation, Action returned, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
            await using var command = ViewRegister.Finding(connection, view, generation);
            ViewEntry entry;
            await using (var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false))
            {
                entry = await rows.ReadAsync(cancellation).ConfigureAwait(false) ? ViewRegister.Entry(rows) : throw Missing(view);
            }

            return new PostgresSnapshot(connection, transaction, entry, view, generation, returned);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public IReadOnlyList<T> Query<T>(string sql, IReadOnlyList<SqlValue> parameters, Func<IRowReader, T> read) => ViewFaults.Guard(() =>
    {
        var question = Question(ViewSql.Numbered(sql), parameters);
        try
        {
            return Read(question, read);
        }
        catch (PostgresException exception) when (ViewFaults.IsGone(exception) && !_isAsked)
        {
            BeginAgain();
            return Read(Question(ViewSql.Numbered(sql), parameters), read);
        }
    });

    public IViewCursor Scan(ViewTable table) => ViewFaults.Guard(() =>
    {
        var batch = Batch(new NpgsqlBatchCommand(ViewSql.Scan(table)));

        // As long as it takes: it is for comparisons, which read everything.
        batch.BatchCommands.Insert(0, new NpgsqlBatchCommand("SET LOCAL statement_timeout = 0"));
        batch.Timeout = 0;
        return new Cursor(table, batch, batch.ExecuteReader());
    });

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        try
        {
            _transaction.Dispose();
        }
        catch (NpgsqlException)
        {
            // The connection is lost, and the transaction with it.
        }

        _connection.Dispose();
        _returned();
    }

    private void BeginAgain()
    {
        _transaction.Dispose();
        _transaction = _connection.BeginTransaction(IsolationLevel.RepeatableRead);
        _entry = ViewRegister.Find(_connection, _view, _generation) ?? throw Missing(_view);
    }

    private List<T> Read<T>(NpgsqlBatchCommand question, Func<IRowReader, T> read)
    {
        using var batch = Batch(question);
        using var rows = batch.ExecuteReader();
        var row = new PostgresRow(rows);
        var all = new List<T>();
        while (rows.Read())
        {
            row.Rewind();
            all.Add(read(row));
        }

        _isAsked = true;
        return all;
    }

    /// <summary>Questions name tables without a schema, as they are shared with SQLite: the first of a snapshot says where they stand.</summary>
    private NpgsqlBatch Batch(NpgsqlBatchCommand question)
    {
        var batch = new NpgsqlBatch(_connection, _transaction);
        if (!_isAsked) batch.BatchCommands.Add(new NpgsqlBatchCommand($"SET LOCAL search_path = {ViewSql.SchemaOf(_view, _entry.Generation)}"));
        batch.BatchCommands.Add(question);
        return batch;
    }

    private static NpgsqlBatchCommand Question(string sql, IReadOnlyList<SqlValue> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(value.Type switch
            {
                ColumnType.Integer => Ledger.Postgres.Parameter.Number(value.Integer),
                ColumnType.Text => Ledger.Postgres.Parameter.Text(value.Text),
                ColumnType.Id => Ledger.Postgres.Parameter.Id(value.Id),
            });
        }

        return command;
    }

    private static ViewStoreException Missing(string view) => new($"The database has no read model « {view} ». Run « ledger migrate ».");

    private sealed class Cursor(ViewTable table, NpgsqlBatch batch, NpgsqlDataReader rows) : ViewCursor(table)
    {
        private readonly PostgresRow _row = new(rows);

        public override void Dispose()
        {
            rows.Dispose();
            batch.Dispose();
        }

        protected override bool Step()
        {
            _row.Rewind();
            return ViewFaults.Guard(rows.Read);
        }

        protected override void Rewind() => _row.Rewind();

        protected override bool NextIsNull() => _row.NextIsNull();

        protected override long Integer() => _row.Integer();

        protected override ReadOnlySpan<byte> Utf8() => Encoding.UTF8.GetBytes(_row.Text());

        protected override Guid Id() => _row.Id();
    }
}
