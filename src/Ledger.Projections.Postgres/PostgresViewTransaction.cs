using Ledger.Projections.Storage;
using Npgsql;

namespace Ledger.Projections.Postgres;

/// <summary>
/// One write transaction, which holds the view's row. Rows that the fold expects are read by a statement a table, others one by one as it asks for them, and all are
/// written at once by the commit: a statement a table. Disposing gives the connection back.
/// </summary>
internal sealed class PostgresViewTransaction(PostgresViewStore store, NpgsqlConnection connection, NpgsqlTransaction transaction, int generation, bool isEmpty, Action<NpgsqlConnection> giveBack)
    : IViewTransaction
{
    /// <summary>A build's rows are many, and nobody waits for them.</summary>
    private const int NoTimeout = 0;

    private readonly Dictionary<ViewTable, IBuffer> _buffers = [];
    private readonly string _schema = ViewSql.SchemaOf(store.Schema.Name, generation);

    /// <summary>A view that has taken in nothing has no rows to look for but those that this transaction writes.</summary>
    public bool IsFar => !isEmpty;

    public void Expect<TKey, TRow>(ViewTable<TKey, TRow> table, IReadOnlyCollection<TKey> keys)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        if (!IsFar || keys.Count == 0) return;

        _ = ViewFaults.Guard(() =>
        {
            var buffer = BufferOf(table);
            using var command = new NpgsqlCommand(ViewSql.FindAll(_schema, table), connection, transaction);
            buffer.AddTo(command, keys);
            using var rows = command.ExecuteReader();
            var row = new PostgresRow(rows);
            while (rows.Read())
            {
                row.Rewind();
                buffer.Found(table.Read(row));
            }

            return 0;
        });
    }

    public TRow? Find<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        var buffer = BufferOf(table);
        if (buffer.TryFind(key, out var row)) return row;

        Expect(table, [key]);
        return buffer.TryFind(key, out row) ? row : null;
    }

    public void Put<TKey, TRow>(ViewTable<TKey, TRow> table, TRow row)
        where TKey : struct, IEquatable<TKey>
        where TRow : class => BufferOf(table).Rows[table.KeyOf(row)] = row;

    public void Remove<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class => BufferOf(table).Rows[key] = null;

    public void Commit(ViewCheckpoint checkpoint)
    {
        _ = ViewFaults.Guard(() =>
        {
            using var batch = new NpgsqlBatch(connection, transaction) { Timeout = store.IsBuilding ? NoTimeout : connection.CommandTimeout };
            foreach (var buffer in _buffers.Values) buffer.AddTo(batch, _schema);
            batch.BatchCommands.Add(ViewRegister.Move(store.Schema.Name, generation, checkpoint));
            batch.ExecuteNonQuery();
            var moved = batch.BatchCommands[^1].RecordsAffected;
            if (moved != 1) throw new ViewStoreException($"Generation {generation} of {store.Schema.Name} was removed meanwhile.");
            transaction.Commit();
            return moved;
        });
        store.Committed(checkpoint);
    }

    /// <summary>Undoes what was not committed.</summary>
    public void Dispose()
    {
        transaction.Dispose();
        giveBack(connection);
    }

    private Buffer<TKey, TRow> BufferOf<TKey, TRow>(ViewTable<TKey, TRow> table)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        if (_buffers.TryGetValue(table, out var known)) return (Buffer<TKey, TRow>)known;

        var buffer = new Buffer<TKey, TRow>(table);
        _buffers.Add(table, buffer);
        return buffer;
    }

    private interface IBuffer
    {
        void AddTo(NpgsqlBatch batch, string schema);
    }

    /// <summary>A table's rows: what was read ahead, and the last that was said of each.</summary>
    private sealed class Buffer<TKey, TRow>(ViewTable<TKey, TRow> table) : IBuffer
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        private readonly Dictionary<TKey, TRow?> _expected = [];

        /// <summary>To be written; null: it is removed.</summary>
        public Dictionary<TKey, TRow?> Rows { get; } = [];

        /// <summary>False: the database has to be asked.</summary>
        public bool TryFind(TKey key, out TRow? row) => Rows.TryGetValue(key, out row) || _expected.TryGetValue(key, out row);

        /// <summary>The keys, as the statement's parameters. Until they are <see cref="Found"/> they are not there.</summary>
        public void AddTo(NpgsqlCommand command, IReadOnlyCollection<TKey> keys)
        {
            var columns = new ViewColumns(table, table.KeyLength);
            foreach (var key in keys)
            {
                _expected[key] = null;
                table.WriteKey(key, columns);
            }

            foreach (var parameter in columns.Parameters()) command.Parameters.Add(parameter);
        }

        public void Found(TRow row) => _expected[table.KeyOf(row)] = row;

        public void AddTo(NpgsqlBatch batch, string schema)
        {
            var (put, removed) = (new ViewColumns(table, table.Columns.Length), new ViewColumns(table, table.KeyLength));
            var (puts, removals) = (0, 0);
            foreach (var (key, row) in Rows)
            {
                if (row is null)
                {
                    table.WriteKey(key, removed);
                    removals++;
                }
                else
                {
                    table.Write(row, put);
                    puts++;
                }
            }

            if (removals > 0) batch.BatchCommands.Add(Command(ViewSql.Remove(schema, table), removed));
            if (puts > 0) batch.BatchCommands.Add(Command(ViewSql.Put(schema, table), put));
        }

        private static NpgsqlBatchCommand Command(string sql, ViewColumns columns)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var parameter in columns.Parameters()) command.Parameters.Add(parameter);
            return command;
        }
    }
}
