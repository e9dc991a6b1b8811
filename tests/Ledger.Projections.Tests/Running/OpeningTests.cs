using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Projections.History;
using Ledger.Projections.Running;
using Ledger.Testing;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Running;

public class OpeningTests
{
    private static HistoryQuery Payments => new() { MerchantId = Bakery, Today = Day };

    [Fact]
    public async Task What_was_taken_in_is_not_read_again()
    {
        await using var world = await WithPayments(3);
        var log = new GatedLog(world.Log);
        log.Open();
        new LogWriter(world.Log).Append(StreamOf(Payment(9)), [.. Paid(9)]);
        await using var models = await ReadModels.OpenAsync(world.Folder, log, EventCodec.Default, world.Clock, world.Options, World.Bounded());
        await models.Drained();

        Assert.Equal(11, log.ReadFrom);
        Assert.Equal(4, (await models.History.QueryAsync(Payments, World.Bounded()).Value()).Entries.Count);
        Assert.All(models.Statuses, s => Assert.Null(s.Note));
    }

    [Fact]
    [Rule("E35")]
    public async Task A_first_build_is_not_shown_half_built()
    {
        await using var world = new World { Options = new ReadModelOptions { WaitMax = TimeSpan.FromMilliseconds(1) } };
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);
        var log = new GatedLog(world.Log);
        await using var models = await ReadModels.OpenAsync(world.Folder, log, EventCodec.Default, world.Clock, world.Options, World.Bounded());

        Assert.Equal(new Answer<HistoryPage>.Behind("history", 4, 0, null), await models.History.QueryAsync(Payments, World.Bounded()));
        Assert.Equal(ProjectionCondition.CatchingUp, models.Statuses[0].Condition);
        var rebuilding = models.RebuildAsync("history", new RebuildOptions(), null, World.Bounded());
        Assert.False(rebuilding.IsCompleted);

        log.Open();
        Assert.True((await rebuilding).Comparison!.IsEqual);
        await models.Drained();
        Assert.Single((await models.History.QueryAsync(Payments, World.Bounded()).Value()).Entries);
    }

    [Fact]
    [Rule("I20")]
    public async Task First_builds_take_the_log_from_one_reading_and_give_what_the_slow_fold_of_each_gives()
    {
        await using var world = new World();
        new TradingLife(11, world.Log, Day).Live(350);
        Assert.True(world.Log.LastPosition > SharedReading.PageMax, $"Only {world.Log.LastPosition} events: less than two pages.");
        var log = new GatedLog(world.Log);
        log.Open();
        await using (var models = await ReadModels.OpenAsync(world.Folder, log, EventCodec.Default, world.Clock, world.Options, World.Bounded()))
        {
            await models.Drained();
            Assert.Equal(world.Log.LastPosition, log.EventsRead);
            Assert.All(models.Statuses, s => Assert.Equal(ProjectionCondition.Live, s.Condition));
        }

        foreach (var projection in World.AllProjections) Assert.Equal(await RebuildTests.FreshDigest(world, projection), await RebuildTests.Digest(world, projection, 1));
    }

    [Fact]
    public async Task A_bad_event_in_a_first_build_stops_its_view_after_what_was_good_and_holds_up_no_other()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        writer.Append(StreamOf(Payment(9)), new TransactionEvent.Remitted(new(Bakery, Day), At(Day.PlusDays(1), 0)));
        writer.Append(StreamOf(Payment(10)), [.. Paid(10)]);
        var models = await world.OpenAsync();
        await models.Settled();

        var (history, revenue) = (models.Statuses.Single(s => s.Name == "history"), models.Statuses.Single(s => s.Name == "revenue"));
        Assert.Equal((4, StopKind.PoisonEvent, 5), (history.Position, history.Stop!.Kind, history.Stop.Position));
        Assert.Equal((9, ProjectionCondition.Live), (revenue.Position, revenue.Condition));
    }

    [Fact]
    public async Task A_first_build_whose_store_fails_for_a_while_goes_on_and_takes_nothing_in_twice()
    {
        await using var world = new World { Options = new ReadModelOptions { Timer = new HastyTime() } };
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);
        var storage = new FailingStorage(world.Storage);
        storage.FailNext(ProjectionRunner.AttemptsMax - 1);
        await using var models = await ReadModels.OpenAsync(storage, world.Log, EventCodec.Default, world.Clock, world.Options, World.Bounded());
        await models.Drained();

        Assert.All(models.Statuses, s => Assert.Equal((4, ProjectionCondition.Live), (s.Position, s.Condition)));
        Assert.Single((await models.History.QueryAsync(Payments, World.Bounded()).Value()).Entries);
    }

    [Theory]
    [InlineData("UPDATE checkpoint SET shape = 'older'", "another version")]
    [InlineData("UPDATE checkpoint SET finished = 0", "not finished")]
    [InlineData("PRAGMA user_version = 99", "no read model of this version")]
    [InlineData("PRAGMA application_id = 1", "no read model of this version")]
    [InlineData("UPDATE checkpoint SET position = 999", "another log")]
    [InlineData("UPDATE checkpoint SET hash = zeroblob(32)", "another log")]
    public async Task What_cannot_serve_is_built_anew_and_the_status_says_why(string sql, string why)
    {
        await using var world = await WithPayments(3);
        await RebuildTests.Tamper(world, "history", 1, sql);
        await CheckBuiltAnew(world, why);
    }

    [Fact]
    public async Task A_damaged_or_missing_file_is_built_anew_and_the_status_says_why()
    {
        await using var world = await WithPayments(3);
        await File.WriteAllTextAsync(world.Storage.PathOf("history", 1), new string('x', 10_000));
        await CheckBuiltAnew(world, "damaged");

        File.Delete(world.Storage.PathOf("history", 2));
        await CheckBuiltAnew(world, "missing", generation: 3);
    }

    [Fact]
    public async Task A_damaged_manifest_costs_a_rebuild_and_nothing_else()
    {
        await using var world = await WithPayments(3);
        await File.WriteAllTextAsync(Path.Combine(world.Folder, "views.json"), "{");
        await CheckBuiltAnew(world, "views.json", generation: 1);
    }

    [Fact]
    public async Task What_a_killed_rebuild_left_behind_is_deleted()
    {
        await using var world = await WithPayments(3);
        using (var store = world.Storage.Create(new HistoryProjection().Schema, 2, building: true)) await new ViewBuilder(new HistoryProjection(), store, SourceOf(world)).StepAsync(5, CancellationToken.None);
        await (await world.OpenAsync()).Drained();

        Assert.Equal([1], world.Storage.List().Where(e => e.Name == "history").Select(e => e.Generation));
        Assert.Equal(1, world.Models.Statuses[0].Generation);
    }

    [Fact]
    [Rule("I20")]
    public async Task A_copy_of_the_files_taken_at_any_moment_as_after_a_kill_goes_on_to_the_same_rows()
    {
        await using var world = new World();
        new TradingLife(11, world.Log, Day).Live(60);
        foreach (var projection in World.AllProjections)
        {
            using var whole = await new HandDriven(projection, world.Log).FoldAsync();
            using var running = world.Storage.Create(projection.Schema, 1, building: false);
            var builder = new ViewBuilder(projection, running, SourceOf(world));
            while (builder.Position < world.Log.LastPosition)
            {
                await builder.StepAsync(70, CancellationToken.None);
                using var copy = new TemporaryFolder();
                foreach (var file in Directory.EnumerateFiles(world.Folder, $"{projection.Schema.Name}.1.db*")) File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
                using var after = new Ledger.Projections.Storage.Sqlite.SqliteViewStorage(copy.Path).Open(projection.Schema, 1, world.Log.LastPosition);
                Assert.Equal(builder.Position, after.Checkpoint.Position);
                var resumed = new ViewBuilder(projection, after, SourceOf(world));
                while (resumed.Position < world.Log.LastPosition) Assert.Null(await resumed.StepAsync(500, CancellationToken.None));
                using var snapshot = await after.OpenSnapshotAsync(CancellationToken.None);
                Assert.Equal(await whole.DigestAsync(), ViewComparer.DigestOf(projection.Schema, snapshot));
            }
        }
    }

    [Fact]
    public async Task A_first_build_that_stopped_is_healed_by_a_rebuild_that_need_not_stop()
    {
        await using var world = new World { Options = new ReadModelOptions { Timer = new HastyTime() } };
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);
        var storage = new FailingStorage(world.Storage);
        storage.FailNext(int.MaxValue);
        await using var models = await ReadModels.OpenAsync(storage, world.Log, EventCodec.Default, world.Clock, world.Options, World.Bounded());
        await models.Settled();
        storage.FailNext(0);

        var report = await models.RebuildAsync("history", new RebuildOptions(), null, World.Bounded());
        Assert.Equal((true, 2, (ViewComparison?)null), (report.SwitchedOver, report.Generation, report.Comparison));
        Assert.Single((await models.History.QueryAsync(Payments, World.Bounded()).Value()).Entries);
    }

    private static EventSource SourceOf(World world) => new(world.Log, EventCodec.Default, new HashSet<string>());

    private static async Task<World> WithPayments(int count)
    {
        var world = new World();
        var writer = new LogWriter(world.Log);
        for (var number = 1; number <= count; number++) writer.Append(StreamOf(Payment(number)), [.. Paid(number)]);
        await (await world.OpenAsync()).Drained();
        await world.CloseAsync();
        return world;
    }

    private static async Task CheckBuiltAnew(World world, string why, int generation = 2)
    {
        var models = await world.OpenAsync();
        await models.Drained();
        var status = models.Statuses.Single(s => s.Name == "history");
        Assert.Contains(why, status.Note, StringComparison.Ordinal);
        Assert.Equal((12, generation), (status.Position, status.Generation));
        Assert.Equal(3, (await models.History.QueryAsync(Payments, World.Bounded()).Value()).Entries.Count);
        await world.CloseAsync();
        Assert.Null((await world.OpenAsync()).Statuses.Single(s => s.Name == "history").Note);
        await world.CloseAsync();
    }
}
