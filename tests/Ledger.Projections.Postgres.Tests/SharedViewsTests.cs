using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Postgres.Schema;
using Ledger.Projections.Conformance;
using Ledger.Projections.History;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Projections.Postgres.Tests;

/// <summary>Several servers over one database have one copy of the read models: each event is taken in once, whoever does it, and all answer by it.</summary>
public sealed class SharedViewsTests(PostgresFixture fixture) : IAsyncLifetime
{
    private const int Steps = 60;

    private static readonly LocalDate FirstDay = new(2026, 3, 27);

    private readonly List<IAsyncDisposable> _open = [];
    private readonly ManualClock _clock = new(Sample.At(FirstDay, 18));
    private PostgresOptions _options = null!;

    public async ValueTask InitializeAsync()
    {
        _options = await fixture.CreateLogAsync();
        Assert.Equal(ReadModels.Names.Length, (await PostgresViewStorage.MigrateAsync(_options, ReadModels.Schemas, default)).Length);
    }

    public async ValueTask DisposeAsync()
    {
        for (var index = _open.Count - 1; index >= 0; index--) await _open[index].DisposeAsync();
    }

    [Fact]
    public async Task Two_servers_answer_alike_and_the_rows_are_those_of_a_view_in_a_file()
    {
        var (log, first) = await OpenAsync();
        var (_, second) = await OpenAsync();
        var life = new TradingLife(20_261_128, log, FirstDay);
        for (var round = 0; round < 5; round++)
        {
            life.Live(Steps / 5);
            foreach (var models in (ReadModels[])[first, second])
            {
                var sheet = Assert.IsType<Answer<Journal.TrialBalanceSheet>.Reflected>(await models.Journal.TrialBalanceAsync(log.LastPosition, default));
                Assert.True(sheet.Position >= log.LastPosition);
            }
        }

        await ReachAsync(first, log.LastPosition);
        var (storage, _) = await StorageAsync();
        foreach (var projection in Projections()) Assert.Equal(await DigestInFileAsync(projection, log), await DigestAsync(storage, projection.Schema));
    }

    /// <summary>Its own log's news are late, the database's read models are not.</summary>
    [Fact]
    public async Task A_server_that_starts_while_another_is_ahead_of_what_it_has_heard_of_waits_for_that_and_serves()
    {
        var (log, first) = await OpenAsync();
        await using var late = new LateLog(log);
        new TradingLife(20_261_128, log, FirstDay).Live(Steps);
        await ReachAsync(first, log.LastPosition);

        await using var second = await ReadModels.OpenAsync((await StorageAsync()).Storage, late, EventCodec.Default, _clock, new ReadModelOptions(), default);

        Assert.Equal(first.Statuses.Select(static status => status.Name), second.Statuses.Select(static status => status.Name));
        Assert.True(late.HasHeard);
    }

    [Fact]
    public async Task A_rebuild_at_one_server_while_another_takes_events_in_is_equal_and_serves_at_both()
    {
        var (log, first) = await OpenAsync();
        var (_, second) = await OpenAsync();
        var life = new TradingLife(5, log, FirstDay).Live(Steps);
        await ReachAsync(second, log.LastPosition);
        var living = Task.Run(() => life.Live(Steps));

        foreach (var name in ReadModels.Names)
        {
            var report = await first.RebuildAsync(name, new RebuildOptions(), null, Bounded());
            Assert.True(report.SwitchedOver && report.Comparison!.IsEqual, string.Join('\n', report.Comparison!.Differences));
        }

        await living;
        foreach (var models in (ReadModels[])[first, second])
        {
            await ReachAsync(models, log.LastPosition);
            Assert.All(models.Statuses, static status => Assert.Equal((2, ProjectionCondition.Live), (status.Generation, status.Condition)));
        }

        var (storage, database) = await StorageAsync();
        Assert.All(storage.List(), static entry => Assert.Equal(2, entry.Generation));
        Assert.Equal(ReadModels.Names.Length, await CountAsync(database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'ledger\\_view\\_%'"));
        foreach (var projection in Projections()) Assert.Equal(await DigestInFileAsync(projection, log), await DigestAsync(storage, projection.Schema));
    }

    [Fact]
    public async Task One_view_is_rebuilt_by_one_process_at_a_time_and_what_broke_off_is_cleared_away()
    {
        var (one, other) = (await StorageAsync(), await StorageAsync());
        var schema = ReadModels.Schemas[0];
        var building = one.Storage.Create(schema, 2, building: true);

        Assert.Contains("another process", Assert.Throws<ViewStoreException>(() => other.Storage.Create(schema, 3, building: true)).Message, StringComparison.Ordinal);

        building.Dispose();
        using var next = other.Storage.Create(schema, 3, building: true);
        Assert.Equal([1, 3], other.Storage.List().Where(entry => entry.Name == schema.Name).Select(static entry => entry.Generation).Order());
    }

    [Fact]
    public async Task A_build_that_has_less_than_what_serves_does_not_come_to_serve()
    {
        var (storage, _) = await StorageAsync();
        var schema = ReadModels.Schemas[0];
        using var serving = storage.Open(schema, 1, 0);
        using (var transaction = serving.Begin()) transaction.Commit(new ViewCheckpoint(5, new byte[32], null, 0));
        using var built = storage.Create(schema, 2, building: true);
        built.Finish();

        Assert.False(storage.TryServe(schema.Name, 2));
        Assert.Equal(1, storage.ReadManifest()[schema.Name]);

        using (var transaction = built.Begin()) transaction.Commit(new ViewCheckpoint(5, new byte[32], null, 0));
        Assert.True(storage.TryServe(schema.Name, 2));
        using (serving.Begin()) Assert.Equal((2, 5), (serving.Generation, serving.Checkpoint.Position));
    }

    [Fact]
    public async Task A_reader_whose_generation_is_removed_before_its_first_question_reads_the_one_that_serves()
    {
        var (storage, _) = await StorageAsync();
        var schema = ReadModels.Schemas[0];
        using var serving = storage.Open(schema, 1, 0);
        using var snapshot = await serving.OpenSnapshotAsync(default);
        using (var built = storage.Create(schema, 2, building: true))
        {
            built.Finish();
            using (var transaction = built.Begin()) transaction.Commit(new ViewCheckpoint(7, new byte[32], null, 0));
            Assert.True(storage.TryServe(schema.Name, 2));
        }

        storage.Delete(schema.Name, 1);

        Assert.Equal([0], snapshot.Query($"SELECT COUNT(*) FROM {schema.Tables[0].Name}", [], static row => row.Integer()));
        Assert.Equal(7, snapshot.Position);
    }

    [Fact]
    public async Task A_server_that_has_nothing_to_take_in_says_the_generation_that_its_readers_see()
    {
        var (storage, _) = await StorageAsync();
        var schema = ReadModels.Schemas[0];
        using var serving = storage.Open(schema, 1, 0);
        using var built = storage.Create(schema, 2, building: true);
        built.Finish();
        Assert.True(storage.TryServe(schema.Name, 2));
        Assert.Equal(1, serving.Generation);

        using (await serving.OpenSnapshotAsync(default)) Assert.Equal(2, serving.Generation);
    }

    [Fact]
    public async Task A_database_without_read_models_or_with_others_is_refused_until_it_is_migrated()
    {
        var empty = await fixture.CreateLogAsync();
        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(() => OpenAsync(empty));
        Assert.Contains("ledger migrate", refused.Message, StringComparison.Ordinal);

        await PostgresFixture.ExecuteAsync(_options.ConnectionString, "UPDATE ledger.views SET shape = 'older' WHERE name = 'history'");
        Assert.Contains("ledger migrate", (await Assert.ThrowsAsync<EventLogRefusedException>(() => OpenAsync(_options))).Message, StringComparison.Ordinal);

        Assert.Equal(["history"], await PostgresViewStorage.MigrateAsync(_options, ReadModels.Schemas, default));
        Assert.Empty(await PostgresViewStorage.MigrateAsync(_options, ReadModels.Schemas, default));
        var (log, models) = await OpenAsync();
        new TradingLife(3, log, FirstDay).Live(20);
        await ReachAsync(models, log.LastPosition);
    }

    [Fact]
    public async Task A_view_that_is_filled_for_the_first_time_is_not_shown_before_it_has_what_the_log_held_then()
    {
        await using (var log = await PostgresEventLog.OpenAsync(_options, default)) new TradingLife(9, log, FirstDay).Live(Steps);
        var (storage, database) = await StorageAsync();
        var position = await CountAsync(database, "SELECT max(position) FROM ledger.events");

        using var first = storage.Open(ReadModels.Schemas[0], 1, position);
        using (var transaction = first.Begin()) transaction.Commit(new ViewCheckpoint(1, new byte[32], null, 0));
        using var second = storage.Open(ReadModels.Schemas[0], 1, position + 10);

        Assert.Equal((position, position), (first.ReadyFrom, second.ReadyFrom));
    }

    [Fact]
    public async Task The_database_away_is_said_and_the_views_go_on_when_it_is_back()
    {
        var (log, models) = await OpenAsync();
        var life = new TradingLife(11, log, FirstDay).Live(20);
        await ReachAsync(models, log.LastPosition);

        await PostgresFixture.ExecuteAsync(
            fixture.Server.ConnectionString,
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new Npgsql.NpgsqlConnectionStringBuilder(_options.ConnectionString).Database}'");
        await LiveWhenThereAsync(life, log);
        await ReachAsync(models, log.LastPosition);
    }

    [Fact]
    public async Task After_a_failover_to_a_replica_all_servers_answer_by_it_and_the_rows_are_those_of_a_view_in_a_file()
    {
        var servers = Keep(new OwnServers());
        var primary = await servers.StartAsync();
        var replica = await servers.StartSynchronousReplicaAsync(primary);
        var options = new PostgresOptions(primary.ConnectionToEither(replica));
        await PostgresSchema.MigrateAsync(options, default);
        await PostgresViewStorage.MigrateAsync(options, ReadModels.Schemas, default);
        var (log, first) = await OpenAsync(options);
        var (_, second) = await OpenAsync(options);
        var life = new TradingLife(13, log, FirstDay).Live(Steps / 4);
        foreach (var models in (ReadModels[])[first, second]) await ReachAsync(models, log.LastPosition);

        await primary.CrashAsync(default);
        await replica.PromoteAsync(default);
        await LiveWhenThereAsync(life, log);
        life.Live(Steps);

        foreach (var models in (ReadModels[])[first, second]) await ReachAsync(models, log.LastPosition);
        var (storage, _) = await StorageAsync(options);
        foreach (var projection in Projections()) Assert.Equal(await DigestInFileAsync(projection, log), await DigestAsync(storage, projection.Schema));
    }

    private static CancellationToken Bounded() => new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token;

    /// <summary>Lives on until something was appended; each of the pool's connections is found dead once.</summary>
    private static async Task LiveWhenThereAsync(TradingLife life, IEventLog log)
    {
        var (before, bound) = (log.LastPosition, Bounded());
        while (log.LastPosition == before)
        {
            bound.ThrowIfCancellationRequested();
            try
            {
                life.Live(1);
            }
            catch (EventLogUnavailableException)
            {
                await Task.Yield();
            }
        }
    }

    private static IProjection[] Projections() =>
        [new HistoryProjection(), new Revenue.RevenueProjection(), new Remittances.RemittancesProjection(), new Journal.JournalProjection(), new Terminals.TerminalsProjection()];

    /// <summary>Asks every view for an answer that has the position, again while it is behind or cannot be read.</summary>
    private static async Task ReachAsync(ReadModels models, long position)
    {
        var bound = Bounded();
        await AgainAsync(async () => await models.History.FindAsync(new HistoryLookup(new(Guid.Empty), null, null, position), bound), bound);
        await AgainAsync(async () => await models.Revenue.QueryAsync(new(Sample.Bakery, Revenue.RevenuePeriod.Day, FirstDay, FirstDay, position), bound), bound);
        await AgainAsync(async () => await models.Remittances.ListAsync(new(null, AtLeastPosition: position), bound), bound);
        await AgainAsync(async () => await models.Journal.TrialBalanceAsync(position, bound), bound);
        await AgainAsync(async () => await models.Terminals.ListAsync(new(AtLeastPosition: position), bound), bound);
    }

    private static async Task AgainAsync<T>(Func<Task<Answer<T>>> ask, CancellationToken bound)
    {
        while (true)
        {
            bound.ThrowIfCancellationRequested();
            try
            {
                if (await ask() is Answer<T>.Reflected) return;
            }
            catch (ViewStoreException)
            {
                // Just now it cannot be read.
            }
        }
    }

    private static async Task<string> DigestAsync(IViewStorage storage, ViewSchema schema)
    {
        using var store = storage.Open(schema, 1, 0);
        using var snapshot = await store.OpenSnapshotAsync(default);
        return ViewComparer.DigestOf(schema, snapshot);
    }

    /// <summary>The embedded store is the oracle.</summary>
    private static async Task<string> DigestInFileAsync(IProjection projection, IEventLog log)
    {
        var folder = Directory.CreateTempSubdirectory("ledger-views-");
        try
        {
            using var store = new Storage.Sqlite.SqliteViewStorage(folder.FullName).Create(projection.Schema, 1, building: false);
            var builder = new ViewBuilder(projection, store, new EventSource(log, EventCodec.Default, new HashSet<string>()));
            while (builder.Position < log.LastPosition) Assert.Null(await builder.StepAsync(1_000, default));
            using var snapshot = await store.OpenSnapshotAsync(default);
            return ViewComparer.DigestOf(projection.Schema, snapshot);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<long> CountAsync(PostgresDatabase database, string sql)
    {
        await using var command = database.Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Task<(PostgresEventLog Log, ReadModels Models)> OpenAsync() => OpenAsync(_options);

    private async Task<(PostgresEventLog Log, ReadModels Models)> OpenAsync(PostgresOptions options)
    {
        var database = Keep(await PostgresDatabase.OpenAsync(options, default));
        var log = Keep(await PostgresEventLog.OpenAsync(database, default));
        return (log, Keep(await ReadModels.OpenAsync(new PostgresViewStorage(database), log, EventCodec.Default, _clock, new ReadModelOptions(), default)));
    }

    private Task<(PostgresViewStorage Storage, PostgresDatabase Database)> StorageAsync() => StorageAsync(_options);

    private async Task<(PostgresViewStorage Storage, PostgresDatabase Database)> StorageAsync(PostgresOptions options)
    {
        var database = Keep(await PostgresDatabase.OpenAsync(options, default));
        return (new PostgresViewStorage(database), database);
    }

    private T Keep<T>(T opened)
        where T : IAsyncDisposable
    {
        _open.Add(opened);
        return opened;
    }
}
