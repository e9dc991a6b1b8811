namespace Ledger.Projections.Storage.Sqlite;

/// <summary>
/// One generation in one file: WAL, <c>synchronous=NORMAL</c>. A power loss may take the last commits, never half of one; the log gives them back.
/// </summary>
internal sealed class SqliteViewStore : IViewStore
{
    /// <summary>Reads at one time; others wait for one to end.</summary>
    public const int SnapshotsMax = 8;

    private readonly string _path;
    private readonly SqliteDatabase _writer;
    private readonly SqliteViewTransaction _transaction;
    private readonly SqliteSnapshotPool _snapshots;
    private bool _isBuilding;

    private SqliteViewStore(ViewSchema schema, string path, int generation, SqliteDatabase writer, bool isBuilding)
    {
        (Schema, Generation, _path, _writer, _isBuilding) = (schema, generation, path, writer, isBuilding);
        _transaction = new SqliteViewTransaction(this, writer, schema);
        _snapshots = new SqliteSnapshotPool(path, SnapshotsMax);
        Checkpoint = ReadCheckpoint();
    }

    public ViewSchema Schema { get; }

    public int Generation { get; }

    /// <summary>One whose first build broke off is not opened again but built anew.</summary>
    public long ReadyFrom => 0;

    public ViewCheckpoint Checkpoint { get; internal set; }

    /// <exception cref="ViewStoreException">The file cannot be made.</exception>
    public static SqliteViewStore Create(ViewSchema schema, string path, int generation, bool building)
    {
        var writer = SqliteDatabase.Open(path, SqliteAccess.Create);
        return Guarded(writer, () =>
        {
            Configure(writer, building);
            writer.Execute("BEGIN IMMEDIATE");
            writer.Execute($"PRAGMA application_id = {SqliteSchema.ApplicationId}; PRAGMA user_version = {SqliteSchema.FormatVersion}");
            writer.Execute(SqliteSchema.CreateCheckpoint);
            writer.Execute($"INSERT INTO checkpoint VALUES (1, '{SqliteSchema.ShapeOf(schema)}', {(building ? 0 : 1)}, 0, x'', NULL, 0)");
            foreach (var table in schema.Tables) writer.Execute(SqliteSchema.Create(table));
            if (!building) CreateIndexes(writer, schema);
            writer.Execute("COMMIT");
            return new SqliteViewStore(schema, path, generation, writer, building);
        });
    }

    /// <exception cref="ViewStoreException">The file is missing, damaged, another program's, or of another shape.</exception>
    public static SqliteViewStore Open(ViewSchema schema, string path, int generation)
    {
        if (!File.Exists(path)) throw new ViewStoreException($"{path} is missing.") { IsUnusable = true };

        var writer = SqliteDatabase.Open(path, SqliteAccess.Write);
        return Guarded(writer, () =>
        {
            CheckUsable(writer, schema, path);
            Configure(writer, building: false);
            return new SqliteViewStore(schema, path, generation, writer, isBuilding: false);
        });
    }

    public IViewTransaction Begin()
    {
        _writer.Execute("BEGIN IMMEDIATE");
        return _transaction;
    }

    public async ValueTask<IViewSnapshot> OpenSnapshotAsync(CancellationToken cancellation) => await _snapshots.OpenAsync(cancellation).ConfigureAwait(false);

    public void Finish()
    {
        if (!_isBuilding) return;

        // May be called again after it failed half way: each step leaves alone what is done.
        CreateIndexes(_writer, Schema);
        Configure(_writer, building: false);
        SyncToDisk();
        _writer.Execute("UPDATE checkpoint SET finished = 1");
        _isBuilding = false;
    }

    public void Dispose()
    {
        _snapshots.Dispose();
        _transaction.Close();
        _writer.Dispose();
    }

    /// <summary>A build aside needs no rollback and no disk until it is finished: what breaks off is thrown away.</summary>
    private static void Configure(SqliteDatabase writer, bool building)
    {
        writer.Execute(building
            ? "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = NORMAL"
            : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864");
        writer.Execute($"PRAGMA temp_store = MEMORY; PRAGMA cache_size = {(building ? -131072 : -16384)}");
    }

    private static void CreateIndexes(SqliteDatabase writer, ViewSchema schema)
    {
        foreach (var table in schema.Tables)
        {
            foreach (var index in table.Indexes) writer.Execute(SqliteSchema.Create(table, index));
        }
    }

    private static void CheckUsable(SqliteDatabase writer, ViewSchema schema, string path)
    {
        if (writer.ReadInteger("PRAGMA application_id") != SqliteSchema.ApplicationId || writer.ReadInteger("PRAGMA user_version") != SqliteSchema.FormatVersion)
        {
            throw new ViewStoreException($"{path} is no read model of this version of Ledger.") { IsUnusable = true };
        }

        using var statement = writer.Prepare("SELECT shape, finished FROM checkpoint WHERE id = 1");
        if (!statement.Step() || statement.Text() != SqliteSchema.ShapeOf(schema) || statement.Integer() != 1)
        {
            throw new ViewStoreException($"{path} has the shape of another version of Ledger, or was not finished.") { IsUnusable = true };
        }
    }

    private static SqliteViewStore Guarded(SqliteDatabase writer, Func<SqliteViewStore> make)
    {
        try
        {
            return make();
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private ViewCheckpoint ReadCheckpoint()
    {
        using var statement = _writer.Prepare("SELECT position, hash, recorded_at, skipped FROM checkpoint WHERE id = 1");
        if (!statement.Step()) throw new ViewStoreException($"{_path} has no checkpoint: rebuild the projection.") { IsUnusable = true };
        return new ViewCheckpoint(
            statement.Integer(), statement.Blob().ToArray(), ViewValues.ToInstantOrNull(statement.IntegerOrNull()), statement.Integer());
    }

    private void SyncToDisk()
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            file.Flush(flushToDisk: true);
        }
        catch (IOException exception)
        {
            throw new ViewStoreException($"{_path} could not be put on disk: {exception.Message}", exception);
        }
    }
}
