using Ledger.Projections.Storage;
using Npgsql;

namespace Ledger.Projections.Postgres;

/// <summary>
/// One write transaction, which holds the view's row. Rows are looked up one by one, as the fold asks for them, and written all at once by the commit: a statement a
/// table. Disposing gives the connection back.
/// </summary>
internal sealed class PostgresViewTransaction(PostgresViewStore store, NpgsqlConnection connection, NpgsqlTransaction transaction, int generation, bool isEmpty, Action<NpgsqlConnection> giveBack)
    : IViewTransaction
{
    /// <summary>A build's rows are many, and nobody waits for them.</summary>
    private const int NoTimeout = 0;

    private readonly Dictionary<ViewTable, IBuffer> _buffers = [];
    private readonly Dictionary<ViewTable, string> _finds = [];
    private readonly string _schema = ViewSql.SchemaOf(store.Schema.Name, generation);

    public TRow? Find<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        if (_buffers.TryGetValue(table, out var buffer) && ((Buffer<TKey, TRow>)buffer).TryFind(key, out var row)) return row;

        // What a new build has not written is not there.
        return isEmpty ? null : ViewFaults.Guard(() => Read(table, key));
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

    private TRow? Read<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        if (!_finds.TryGetValue(table, out var sql)) _finds.Add(table, sql = ViewSql.Find(_schema, table));
        using var command = new NpgsqlCommand(sql, connection, transaction);
        table.WriteKey(key, new KeyParameters(command.Parameters));
        using var rows = command.ExecuteReader();
        return rows.Read() ? table.Read(new PostgresRow(rows)) : null;
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

    /// <summary>The last that was said of each row; null: it is removed.</summary>
    private sealed class Buffer<TKey, TRow>(ViewTable<TKey, TRow> table) : IBuffer
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        public Dictionary<TKey, TRow?> Rows { get; } = [];

        public bool TryFind(TKey key, out TRow? row) => Rows.TryGetValue(key, out row);

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
