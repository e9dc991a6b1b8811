namespace Ledger.Projections.Storage.Sqlite;

/// <summary>Connections for reading: at most <paramref name="countMax"/>, each with its prepared queries. Any thread.</summary>
internal sealed class SqliteSnapshotPool(string path, int countMax) : IDisposable
{
    private readonly SemaphoreSlim _free = new(countMax, countMax);
    private readonly Lock _lock = new();
    private readonly Stack<SqliteReader> _idle = [];

    public async ValueTask<IViewSnapshot> OpenAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        SqliteReader? reader = null;
        try
        {
            reader = Take() ?? new SqliteReader(path);
            return reader.Begin(this);
        }
        catch
        {
            reader?.Dispose();
            _free.Release();
            throw;
        }
    }

    public void Return(SqliteReader reader)
    {
        lock (_lock) _idle.Push(reader);
        _free.Release();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var reader in _idle) reader.Dispose();
            _idle.Clear();
        }

        _free.Dispose();
    }

    private SqliteReader? Take()
    {
        lock (_lock) return _idle.TryPop(out var reader) ? reader : null;
    }
}

/// <summary>One connection for reading. One snapshot at a time.</summary>
internal sealed class SqliteReader(string path) : IDisposable
{
    /// <summary>Filters make a few dozen texts; past this many, all are prepared anew.</summary>
    private const int QueriesMax = 64;

    private readonly SqliteDatabase _database = Configured(SqliteDatabase.Open(path, SqliteAccess.Read));
    private readonly Dictionary<string, SqliteStatement> _queries = new(StringComparer.Ordinal);

    public IViewSnapshot Begin(SqliteSnapshotPool pool)
    {
        _database.Execute("BEGIN");
        return new Snapshot(this, pool, ReadPosition());
    }

    public void Dispose()
    {
        ClearQueries();
        _database.Dispose();
    }

    private static SqliteDatabase Configured(SqliteDatabase database)
    {
        database.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096");
        return database;
    }

    private long ReadPosition()
    {
        var statement = Query("SELECT position FROM checkpoint WHERE id = 1");
        try
        {
            if (statement.Step()) return statement.Integer();
            throw new ViewStoreException($"{path} has no checkpoint: rebuild the projection.") { IsUnusable = true };
        }
        finally
        {
            statement.Reset();
        }
    }

    private SqliteStatement Query(string sql)
    {
        if (_queries.TryGetValue(sql, out var known)) return known;
        if (_queries.Count >= QueriesMax) ClearQueries();

        return _queries[sql] = _database.Prepare(sql);
    }

    private void ClearQueries()
    {
        foreach (var query in _queries.Values) query.Dispose();
        _queries.Clear();
    }

    private sealed class Snapshot(SqliteReader reader, SqliteSnapshotPool pool, long position) : IViewSnapshot
    {
        private bool _isDisposed;

        public long Position => position;

        public IReadOnlyList<T> Query<T>(string sql, IReadOnlyList<SqlValue> parameters, Func<IRowReader, T> read)
        {
            var statement = reader.Query(sql);
            try
            {
                foreach (var parameter in parameters) statement.Bind(parameter);
                var rows = new List<T>();
                while (statement.Step()) rows.Add(read(statement));
                return rows;
            }
            finally
            {
                statement.Reset();
            }
        }

        public IViewCursor Scan(ViewTable table) => new Cursor(table, reader._database.Prepare(SqliteSchema.Scan(table)));

        public void Dispose()
        {
            if (_isDisposed) return;
            _isDisposed = true;
            reader._database.ExecuteQuietly("ROLLBACK");
            pool.Return(reader);
        }
    }

    private sealed class Cursor(ViewTable table, SqliteStatement statement) : ViewCursor(table)
    {
        public override void Dispose() => statement.Dispose();

        protected override bool Step() => statement.Step();

        protected override void Rewind() => statement.Rewind();

        protected override bool NextIsNull() => statement.NextIsNull();

        protected override long Integer() => statement.Integer();

        protected override ReadOnlySpan<byte> Utf8() => statement.Utf8();

        protected override Guid Id() => statement.Id();
    }
}
