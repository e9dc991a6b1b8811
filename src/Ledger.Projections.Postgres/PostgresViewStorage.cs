using System.Collections.Immutable;
using Ledger.Postgres;
using Ledger.Projections.Storage;
using Npgsql;

namespace Ledger.Projections.Postgres;

/// <summary>
/// Read models in the database of the log, one copy for all servers: whoever holds a view's row takes the next events in, and its rows and its place in the log
/// change in one transaction. See specs/decisions/0023. Any thread.
/// </summary>
/// <remarks>
/// Folds and reads wait for the database on threads of the pool, some with a view's row held: a process needs 40 threads that start at once
/// (<see cref="ThreadPool.SetMinThreads"/>), or they wait for each other until the pool adds some.
/// </remarks>
public sealed class PostgresViewStorage : IViewStorage
{
    /// <summary>« LGVW »: with a view's name, the lock of whoever builds it.</summary>
    private const int BuildLock = 0x4C47_5657;

    private readonly NpgsqlDataSource _source;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, int Generation), PostgresViewStore> _built = [];

    /// <param name="database">Stays the caller's: disposed after everything that reads or writes here.</param>
    public PostgresViewStorage(PostgresDatabase database) => _source = database.Source;

    public bool IsShared => true;

    /// <summary>Makes an empty read model for each that is missing or of another shape; servers fill it from the log. Servers must not run.</summary>
    /// <returns>Names of those made.</returns>
    /// <exception cref="ViewStoreException">The database could not do it; what was made before stands.</exception>
    public static async Task<ImmutableArray<string>> MigrateAsync(PostgresOptions options, IEnumerable<ViewSchema> schemas, CancellationToken cancellation)
    {
        await using var database = await PostgresDatabase.OpenAsync(options, cancellation).ConfigureAwait(false);
        var storage = new PostgresViewStorage(database);
        return [.. schemas.Where(storage.Migrate).Select(static schema => schema.Name)];
    }

    public ImmutableDictionary<string, int> ReadManifest() =>
        Run(ViewRegister.List).Where(static entry => entry.IsServing).ToImmutableDictionary(static entry => entry.Name, static entry => entry.Generation, StringComparer.Ordinal);

    public bool TryServe(string name, int generation)
    {
        var serves = RunWhole(connection =>
        {
            var serving = ViewRegister.Lock(connection, name, null);
            var built = ViewRegister.Lock(connection, name, generation) ?? throw new ViewStoreException($"Generation {generation} of {name} is not there.");
            return !(serving?.Checkpoint.Position > built.Checkpoint.Position) && ViewRegister.Serve(connection, name, generation);
        });
        if (serves) Take(name, generation)?.ServesNow();
        return serves;
    }

    public IViewStore Create(ViewSchema schema, int generation, bool building) => ViewFaults.Guard(() =>
    {
        var connection = building ? BuildConnection(schema.Name) : null;
        try
        {
            var entry = building ? Whole(connection!, MakeIt) : RunWhole(MakeIt);
            var store = new PostgresViewStore(_source, schema, entry, isFixed: true, connection);
            if (building) Keep(schema.Name, generation, store);
            return store;
        }
        catch
        {
            connection?.Dispose();
            throw;
        }

        ViewEntry MakeIt(NpgsqlConnection within) => Make(within, schema, generation, building);
    });

    public IViewStore Open(ViewSchema schema, int generation, long logPosition) => RunWhole(connection =>
    {
        ViewRegister.Begin(connection, schema.Name, logPosition);
        var entry = ViewRegister.Find(connection, schema.Name, null) ?? throw new ViewStoreException($"The database has no read model « {schema.Name} ».") { IsUnusable = true };
        return entry.Shape == ViewSql.ShapeOf(schema) ? new PostgresViewStore(_source, schema, entry, isFixed: false, building: null) : throw OfAnotherShape(schema);
    });

    public void Delete(string name, int generation)
    {
        _ = Take(name, generation);
        _ = RunWhole(connection =>
        {
            ViewRegister.Remove(connection, name, generation);
            return 0;
        });
    }

    public IReadOnlyList<(string Name, int Generation)> List() => [.. Run(ViewRegister.List).Select(static entry => (entry.Name, entry.Generation))];

    internal static ViewStoreException OfAnotherShape(ViewSchema schema) =>
        new($"The read model « {schema.Name} » in the database has the shape of another version of Ledger. Stop the servers and run « ledger migrate ».") { IsUnusable = true };

    private static ViewEntry Make(NpgsqlConnection connection, ViewSchema schema, int generation, bool building)
    {
        foreach (var rest in Rests(connection, schema.Name, generation, building)) ViewRegister.Remove(connection, schema.Name, rest);

        var place = ViewSql.SchemaOf(schema.Name, generation);
        ViewRegister.Run(connection, $"CREATE SCHEMA {place}");
        foreach (var table in schema.Tables)
        {
            ViewRegister.Run(connection, ViewSql.Create(place, table));
            if (building) continue;
            foreach (var index in table.Indexes) ViewRegister.Run(connection, ViewSql.Create(place, table, index));
        }

        ViewRegister.Add(connection, schema, generation);
        return ViewRegister.Find(connection, schema.Name, generation)!;
    }

    /// <summary>What stands in its place; and whoever builds alone removes builds that were broken off: those newer than what serves.</summary>
    private static IEnumerable<int> Rests(NpgsqlConnection connection, string name, int generation, bool building)
    {
        var all = ViewRegister.List(connection).Where(entry => entry.Name == name).ToList();
        var serving = all.Find(static entry => entry.IsServing).Generation;
        var brokenOff = building ? all.Where(entry => entry.Generation > serving).Select(static entry => entry.Generation) : [];
        return brokenOff.Append(generation).Distinct();
    }

    /// <summary>A session with the lock of whoever builds this view: it ends with the session, however that ends.</summary>
    private NpgsqlConnection BuildConnection(string name)
    {
        var connection = _source.OpenConnection();
        try
        {
            using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1, hashtext($2))", connection)
            {
                Parameters = { new NpgsqlParameter<int> { TypedValue = BuildLock }, Parameter.Text(name) },
            };
            if (command.ExecuteScalar() is not true) throw new ViewStoreException($"{name} is being rebuilt by another process: wait for that to end.");

            ViewRegister.Run(connection, "SET statement_timeout = 0");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private bool Migrate(ViewSchema schema)
    {
        var entry = Run(connection => ViewRegister.Find(connection, schema.Name, null));
        if (entry?.Shape == ViewSql.ShapeOf(schema)) return false;

        var generation = List().Where(known => known.Name == schema.Name).Select(static known => known.Generation).DefaultIfEmpty(0).Max() + 1;
        return RunWhole(connection =>
        {
            // One after another, also where several migrate at once.
            ViewRegister.Run(connection, "LOCK TABLE ledger.views IN SHARE ROW EXCLUSIVE MODE");
            if (ViewRegister.Find(connection, schema.Name, null)?.Shape == ViewSql.ShapeOf(schema)) return false;

            Make(connection, schema, generation, building: false);
            ViewRegister.Serve(connection, schema.Name, generation);
            if (entry is not null) ViewRegister.Remove(connection, schema.Name, entry.Generation);
            return true;
        });
    }

    private void Keep(string name, int generation, PostgresViewStore store)
    {
        lock (_lock) _built[(name, generation)] = store;
    }

    private PostgresViewStore? Take(string name, int generation)
    {
        lock (_lock) return _built.Remove((name, generation), out var store) ? store : null;
    }

    private T Run<T>(Func<NpgsqlConnection, T> run) => ViewFaults.Guard(() =>
    {
        using var connection = _source.OpenConnection();
        return run(connection);
    });

    private T RunWhole<T>(Func<NpgsqlConnection, T> run) => Run(connection => Whole(connection, run));

    private static T Whole<T>(NpgsqlConnection connection, Func<NpgsqlConnection, T> run)
    {
        using var transaction = connection.BeginTransaction();
        var result = run(connection);
        transaction.Commit();
        return result;
    }
}
