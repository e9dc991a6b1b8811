namespace Ledger.Projections.Storage.Sqlite;

/// <summary>The write transaction of one store, used again and again with its prepared statements.</summary>
internal sealed class SqliteViewTransaction(SqliteViewStore store, SqliteDatabase writer, ViewSchema schema) : IViewTransaction
{
    private readonly Dictionary<ViewTable, Statements> _statements = schema.Tables.ToDictionary(static table => table, table => new Statements(writer, table));
    private readonly SqliteStatement _checkpoint = writer.Prepare("UPDATE checkpoint SET position = ?, hash = ?, recorded_at = ?, skipped = ? WHERE id = 1");
    private bool _isDone;

    public bool IsFar => false;

    public void Expect<TKey, TRow>(ViewTable<TKey, TRow> table, IReadOnlyCollection<TKey> keys)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        // The file is here.
    }

    public TRow? Find<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        var find = _statements[table].Find;
        table.WriteKey(key, find);
        try
        {
            return find.Step() ? table.Read(find) : null;
        }
        finally
        {
            find.Reset();
        }
    }

    public void Put<TKey, TRow>(ViewTable<TKey, TRow> table, TRow row)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        var put = _statements[table].Put;
        put.Reset();
        table.Write(row, put);
        put.Run();
    }

    public void Remove<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        var remove = _statements[table].Remove;
        remove.Reset();
        table.WriteKey(key, remove);
        remove.Run();
    }

    public void Commit(ViewCheckpoint checkpoint)
    {
        _checkpoint.Reset();
        _checkpoint.Integer(checkpoint.Position);
        _checkpoint.Blob(checkpoint.Hash.Span);
        _checkpoint.Integer(checkpoint.RecordedAt?.ToColumn());
        _checkpoint.Integer(checkpoint.Skipped);
        _checkpoint.Run();
        writer.Execute("COMMIT");
        _isDone = true;
        store.Checkpoint = checkpoint;
    }

    /// <summary>Undoes what was not committed; the object serves the next transaction.</summary>
    public void Dispose()
    {
        if (!_isDone) writer.ExecuteQuietly("ROLLBACK");
        _isDone = false;
    }

    /// <summary>Frees the statements.</summary>
    public void Close()
    {
        foreach (var statements in _statements.Values) statements.Dispose();
        _checkpoint.Dispose();
    }

    private sealed class Statements(SqliteDatabase writer, ViewTable table) : IDisposable
    {
        public SqliteStatement Find { get; } = writer.Prepare(SqliteSchema.Find(table));

        public SqliteStatement Put { get; } = writer.Prepare(SqliteSchema.Put(table));

        public SqliteStatement Remove { get; } = writer.Prepare(SqliteSchema.Remove(table));

        public void Dispose()
        {
            Find.Dispose();
            Put.Dispose();
            Remove.Dispose();
        }
    }
}
