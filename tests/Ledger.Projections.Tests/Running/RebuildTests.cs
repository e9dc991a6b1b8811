using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Projections.History;
using Ledger.Projections.Running;
using Ledger.Testing;
using Microsoft.Data.Sqlite;
using NodaTime;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Running;

public class RebuildTests
{
    private static readonly RebuildOptions SwitchOver = new();

    [Fact]
    [Rule("E35"), Rule("I20"), Rule("R087")]
    public async Task A_rebuild_while_writes_go_on_gives_what_the_live_view_has_and_readers_never_step_back()
    {
        await using var world = new World();
        var life = new TradingLife(7, world.Log, new LocalDate(2026, 3, 27)).Live(100);
        var models = await world.OpenAsync();
        await models.Drained();
        using var done = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var step = 0; step < 200 && !done.IsCancellationRequested; step++) life.Live(1);
        });
        var reading = Task.Run(() => ReadForward(models, done.Token));

        foreach (var name in models.Statuses.Select(s => s.Name))
        {
            var report = await models.RebuildAsync(name, SwitchOver, null, World.Bounded());
            Assert.True(report.Comparison!.IsEqual, string.Join("; ", report.Comparison.Differences));
            Assert.Equal((report.Comparison.ServingDigest, 2, true), (report.Comparison.RebuiltDigest, report.Generation, report.SwitchedOver));
        }

        await writing;
        await done.CancelAsync();
        await reading;
        await models.Drained();
        await world.CloseAsync();
        foreach (var projection in World.AllProjections) Assert.Equal(await Digest(world, projection, 2), await FreshDigest(world, projection));
        Assert.DoesNotContain(world.Storage.List(), entry => entry.Generation == 1);
    }

    [Fact]
    public async Task A_row_that_was_changed_added_or_taken_away_from_outside_is_found_and_put_right()
    {
        await using var world = await WithPayments(5);
        await Tamper(world, "history", 1, "UPDATE entry SET amount = amount + 1 WHERE number = 1; DELETE FROM entry WHERE number = 2; INSERT INTO remittance VALUES ('boulangerie-1', 20260101, 20260102, 1)");
        var models = await world.OpenAsync();

        var report = await models.RebuildAsync("history", SwitchOver with { SwitchOver = false }, null, World.Bounded());
        Assert.Equal((3, 5, 5, false, 1), (report.Comparison!.DifferenceCount, report.Comparison.ServingRows, report.Comparison.RebuiltRows, report.SwitchedOver, report.Generation));
        Assert.NotEqual(report.Comparison.ServingDigest, report.Comparison.RebuiltDigest);
        Assert.Contains("amount = 4201", report.Comparison.Differences[0].Serving, StringComparison.Ordinal);
        Assert.Contains("amount = 4200", report.Comparison.Differences[0].Rebuilt, StringComparison.Ordinal);
        Assert.Null(report.Comparison.Differences[1].Serving);
        Assert.Null(report.Comparison.Differences[2].Rebuilt);
        Assert.Equal(("remittance", "merchant = boulangerie-1, day = 20260101"), (report.Comparison.Differences[2].Table, report.Comparison.Differences[2].Key));

        await models.RebuildAsync("history", SwitchOver, null, World.Bounded());
        Assert.True((await models.RebuildAsync("history", SwitchOver, null, World.Bounded())).Comparison!.IsEqual);
    }

    [Fact]
    public async Task Differences_are_all_counted_and_the_first_hundred_listed()
    {
        await using var world = await WithPayments(150);
        await Tamper(world, "history", 1, "UPDATE entry SET number = 7");
        var report = await (await world.OpenAsync()).RebuildAsync("history", SwitchOver, null, World.Bounded());

        Assert.Equal((149, ViewComparison.DifferencesMax), (report.Comparison!.DifferenceCount, report.Comparison.Differences.Count));
    }

    [Fact]
    public async Task A_view_that_stopped_because_its_rows_were_spoilt_lives_again_after_a_rebuild()
    {
        await using var world = await WithPayments(2);
        await Tamper(world, "history", 1, "DELETE FROM entry WHERE number = 1");
        var models = await world.OpenAsync();
        var writer = new LogWriter(world.Log, await Heads(world.Log));
        writer.Append(StreamOf(Payment(1)), new TransactionEvent.Remitted(new(Bakery, Day), At(Day.PlusDays(1), 0)));
        writer.Append(StreamOf(Payment(7)), [.. Paid(7)]);
        await models.Settled();
        Assert.Equal(ProjectionCondition.Stopped, models.Statuses[0].Condition);

        var report = await models.RebuildAsync("history", SwitchOver, null, World.Bounded());
        await models.Drained();

        Assert.Equal((1, 8), (report.Comparison!.DifferenceCount, report.Comparison.Position));
        Assert.Equal((ProjectionCondition.Live, 13), (models.Statuses[0].Condition, models.Statuses[0].Position));
        Assert.Equal(TransactionStatus.Remitted, (await models.History.FindAsync(new HistoryLookup(Payment(1), null, null), World.Bounded()).Value())!.Payment.Status);
    }

    [Fact]
    public async Task A_rebuild_that_meets_a_bad_event_leaves_what_serves_alone()
    {
        await using var world = await WithPayments(2);
        var models = await world.OpenAsync();
        new LogWriter(world.Log).Append(StreamOf(Payment(9)), Completed());
        await models.Settled();

        var failure = await Assert.ThrowsAsync<ProjectionFailedException>(() => models.RebuildAsync("history", SwitchOver, null, World.Bounded()));
        Assert.Equal((StopKind.PoisonEvent, 9), (failure.Stop!.Kind, failure.Stop.Position));
        Assert.Equal((1, 8), (models.Statuses[0].Generation, models.Statuses[0].Position));
        Assert.Equal(2, (await models.History.QueryAsync(new HistoryQuery { MerchantId = Bakery, Today = Day }, World.Bounded()).Value()).Entries.Count);
        Assert.DoesNotContain(world.Storage.List(), entry => entry.Generation == 2);
    }

    [Fact]
    public async Task Progress_is_told_and_only_one_rebuild_of_a_view_runs()
    {
        await using var world = await WithPayments(3);
        var models = await world.OpenAsync();
        var told = new List<RebuildProgress>();
        Exception? second = null;
        await models.RebuildAsync("history", SwitchOver, new Telling(p =>
        {
            told.Add(p);
            world.Clock.Advance(Duration.FromSeconds(1));
            second ??= Record.ExceptionAsync(() => models.RebuildAsync("history", SwitchOver, null, World.Bounded())).AsTask().GetAwaiter().GetResult();
        }), World.Bounded());

        Assert.IsType<ProjectionFailedException>(second);
        Assert.Equal([RebuildStage.Folding, RebuildStage.Comparing, RebuildStage.Finishing, RebuildStage.Switching, RebuildStage.Done], told.Select(p => p.Stage).Distinct());
        Assert.Equal((12, 12), (told[^1].Position, told[^1].Target));
        Assert.Equal((3.0, (Duration?)Duration.Zero), (told[^1].EventsPerSecond, told[^1].TimeLeft));
        Assert.Null(told[0].EventsPerSecond);
    }

    [Fact]
    [Rule("E35")]
    public async Task What_readers_saw_while_the_new_build_was_finished_is_in_it_when_it_takes_over()
    {
        await using var world = await WithPayments(3);
        var models = await world.OpenAsync();
        var told = new List<RebuildProgress>();
        await models.RebuildAsync("history", SwitchOver, new Telling(p =>
        {
            told.Add(p);
            if (p.Stage != RebuildStage.Finishing) return;
            new LogWriter(world.Log).Append(StreamOf(Payment(50)), [.. Paid(50)]);
            models.Drained().GetAwaiter().GetResult();
        }), World.Bounded());

        Assert.Equal((12, 16), (told.Single(p => p.Stage == RebuildStage.Finishing).Position, told.Single(p => p.Stage == RebuildStage.Switching).Position));
    }

    [Fact]
    public async Task The_old_generation_is_kept_when_asked_and_a_cancelled_rebuild_leaves_nothing()
    {
        await using var world = await WithPayments(3);
        var models = await world.OpenAsync();
        await models.RebuildAsync("revenue", SwitchOver with { KeepOld = true }, null, World.Bounded());
        Assert.Equal([1, 2], world.Storage.List().Where(e => e.Name == "revenue").Select(e => e.Generation).Order());

        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => models.RebuildAsync("revenue", SwitchOver, new Telling(_ => cancel.Cancel()), cancel.Token));
        Assert.Equal([1, 2], world.Storage.List().Where(e => e.Name == "revenue").Select(e => e.Generation).Order());
        Assert.Equal(2, world.Storage.ReadManifest()["revenue"]);
        await Assert.ThrowsAsync<ArgumentException>(() => models.RebuildAsync("turnover", SwitchOver, null, World.Bounded()));
    }

    [Fact]
    [Rule("E35"), Rule("I20")]
    public async Task Rebuilt_together_from_one_reading_all_give_what_the_slow_fold_of_each_gives()
    {
        await using var world = new World();
        new TradingLife(11, world.Log, new LocalDate(2026, 3, 27)).Live(350);
        Assert.True(world.Log.LastPosition > SharedReading.PageMax, $"Only {world.Log.LastPosition} events: less than two pages.");
        var models = await world.OpenAsync();
        await models.Drained();

        var reports = await models.RebuildTogetherAsync(ReadModels.Names, SwitchOver, static _ => null, World.Bounded());

        Assert.Equal(ReadModels.Names, reports.Select(report => report.Name));
        Assert.All(reports, report => Assert.True(report.Comparison!.IsEqual && report.SwitchedOver && report.Events == world.Log.LastPosition));
        await world.CloseAsync();
        foreach (var projection in World.AllProjections) Assert.Equal(await FreshDigest(world, projection), await Digest(world, projection, 2));
    }

    [Fact]
    public async Task One_that_fails_does_not_hold_up_those_it_is_rebuilt_with()
    {
        await using var world = await WithPayments(2);
        var models = await world.OpenAsync();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(9)), new TransactionEvent.Remitted(new(Bakery, Day), At(Day.PlusDays(1), 0)));
        writer.Append(StreamOf(Payment(10)), [.. Paid(10)]);
        await models.Settled();
        await models.RebuildAsync("revenue", SwitchOver, null, World.Bounded());

        var failure = await Assert.ThrowsAsync<ProjectionFailedException>(() => models.RebuildTogetherAsync(["history", "revenue"], SwitchOver, static _ => null, World.Bounded()));

        Assert.Equal((StopKind.PoisonEvent, 9), (failure.Stop!.Kind, failure.Stop.Position));
        Assert.Equal((1, 3), (models.Statuses.Single(s => s.Name == "history").Generation, models.Statuses.Single(s => s.Name == "revenue").Generation));
        await Assert.ThrowsAsync<ArgumentException>(() => models.RebuildTogetherAsync(["revenue", "revenue"], SwitchOver, static _ => null, World.Bounded()));
        await Assert.ThrowsAsync<ArgumentException>(() => models.RebuildTogetherAsync(["revenue", "turnover"], SwitchOver, static _ => null, World.Bounded()));
    }

    private static async Task ReadForward(ReadModels models, CancellationToken done)
    {
        var (position, count) = (0L, 0);
        while (!done.IsCancellationRequested)
        {
            var query = new HistoryQuery { MerchantId = Bakery, Today = new LocalDate(2027, 1, 1), Statuses = HistoryStatuses.All, Limit = 200 };
            var answer = Assert.IsType<Answer<HistoryPage>.Reflected>(await models.History.QueryAsync(query, CancellationToken.None));
            Assert.True(answer.Position >= position);
            Assert.True(answer.Value.Entries.Count >= count);
            (position, count) = (answer.Position, answer.Value.Entries.Count);
        }
    }

    private static async Task<World> WithPayments(int count)
    {
        var world = new World();
        var writer = new LogWriter(world.Log);
        for (var number = 1; number <= count; number++) writer.Append(StreamOf(Payment(number)), [.. Paid(number)]);
        await (await world.OpenAsync()).Drained();
        await world.CloseAsync();
        return world;
    }

    internal static async Task Tamper(World world, string name, int generation, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={world.Storage.PathOf(name, generation)};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<Dictionary<StreamName, (long Version, ReadOnlyMemory<byte> Hash)>> Heads(IEventLog log) =>
        (await log.ReadHeadsAsync(null, 1_000, CancellationToken.None)).ToDictionary(h => h.Stream, h => (h.Version, h.Hash));

    internal static async Task<string> Digest(World world, IProjection projection, int generation)
    {
        using var store = world.Storage.Open(projection.Schema, generation, world.Log.LastPosition);
        using var snapshot = await store.OpenSnapshotAsync(CancellationToken.None);
        return ViewComparer.DigestOf(projection.Schema, snapshot);
    }

    internal static async Task<string> FreshDigest(World world, IProjection projection)
    {
        using var driven = await new HandDriven(projection, world.Log).FoldAsync();
        return await driven.DigestAsync();
    }

    private sealed class Telling(Action<RebuildProgress> tell) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => tell(value);
    }
}
