using Ledger.Projections.Storage;
using Npgsql;

namespace Ledger.Projections.Postgres;

/// <summary>
/// A view in the database. One that is being built stands still at its generation, on a connection of its own, whose lock keeps others from building the same; one that
/// serves is whichever generation serves at the moment of each transaction and each snapshot, so that another process's rebuild is followed without being told of.
/// </summary>
internal sealed class PostgresViewStore : IViewStore
{
    /// <summary>Reads at one time; others wait for one to end.</summary>
    public const int SnapshotsMax = 4;

    private readonly NpgsqlDataSource _source;
    private readonly string _shape;
    private readonly SemaphoreSlim _snapshots = new(SnapshotsMax, SnapshotsMax);
    private NpgsqlConnection? _building;
    private int? _fixed;
    private int _generation;
    private bool _isFinished;

    /// <param name="isFixed">Stays at this generation until <see cref="ServesNow"/>.</param>
    /// <param name="building">Its own connection for a build, with the lock; null otherwise.</param>
    public PostgresViewStore(NpgsqlDataSource source, ViewSchema schema, ViewEntry entry, bool isFixed, NpgsqlConnection? building)
    {
        (_source, Schema, _shape, _building, _isFinished) = (source, schema, ViewSql.ShapeOf(schema), building, building is null);
        (_fixed, _generation, ReadyFrom, Checkpoint) = (isFixed ? entry.Generation : null, entry.Generation, entry.ReadyFrom, entry.Checkpoint);
    }

    public ViewSchema Schema { get; }

    /// <summary>As of the last transaction or snapshot.</summary>
    public int Generation => Volatile.Read(ref _generation);

    public long ReadyFrom { get; }

    public ViewCheckpoint Checkpoint { get; private set; }

    internal bool IsBuilding => _building is not null;

    public IViewTransaction Begin() => ViewFaults.Guard(() =>
    {
        var connection = _building ?? _source.OpenConnection();
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = connection.BeginTransaction();
            var entry = ViewRegister.Lock(connection, Schema.Name, _fixed) ?? throw Missing();
            if (entry.Shape != _shape) throw PostgresViewStorage.OfAnotherShape(Schema);

            Checkpoint = entry.Checkpoint;
            Follow(entry.Generation);
            return new PostgresViewTransaction(this, connection, transaction, entry.Generation, isEmpty: entry.Checkpoint.Position == 0, GiveBack);
        }
        catch
        {
            transaction?.Dispose();
            GiveBack(connection);
            throw;
        }
    });

    public async ValueTask<IViewSnapshot> OpenSnapshotAsync(CancellationToken cancellation)
    {
        await _snapshots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var snapshot = await ViewFaults.GuardAsync(() => PostgresSnapshot.OpenAsync(_source, Schema.Name, _fixed, () => _snapshots.Release(), cancellation)).ConfigureAwait(false);
            Follow(snapshot.Generation);
            return snapshot;
        }
        catch
        {
            _snapshots.Release();
            throw;
        }
    }

    public void Finish()
    {
        if (_isFinished) return;

        // May be called again after it failed half way: each step leaves alone what is done.
        var schema = ViewSql.SchemaOf(Schema.Name, Generation);
        _ = ViewFaults.Guard(() =>
        {
            foreach (var table in Schema.Tables)
            {
                foreach (var index in table.Indexes) ViewRegister.RunLong(_building!, ViewSql.Create(schema, table, index));
                ViewRegister.RunLong(_building!, $"ANALYZE {schema}.{table.Name}");
            }

            return 0;
        });
        _isFinished = true;
    }

    public void Dispose()
    {
        EndBuild();
        _snapshots.Dispose();
    }

    /// <summary>What was built serves: from now on it is whichever serves.</summary>
    internal void ServesNow()
    {
        EndBuild();
        _fixed = null;
    }

    internal void Committed(ViewCheckpoint checkpoint) => Checkpoint = checkpoint;

    /// <summary>A later generation replaces an earlier one, never the other way round, whoever of many hears of it last.</summary>
    private void Follow(int generation)
    {
        for (var known = Generation; known < generation; known = Generation) Interlocked.CompareExchange(ref _generation, generation, known);
    }

    private void EndBuild()
    {
        if (_building is not { } connection) return;

        _building = null;
        try
        {
            // The pool resets a connection only when it is taken again.
            ViewRegister.Run(connection, "SELECT pg_advisory_unlock_all()");
        }
        catch (NpgsqlException)
        {
            // The connection is lost, and the lock with it.
        }

        connection.Dispose();
    }

    private void GiveBack(NpgsqlConnection connection)
    {
        if (connection != _building) connection.Dispose();
    }

    private ViewStoreException Missing() => new($"The database has no read model « {Schema.Name} » any more. Stop the servers and run « ledger migrate ».");
}
