using Ledger.Domain;
using Ledger.Domain.Merchants;
using Ledger.EventLog;
using Ledger.Projections.History;
using Ledger.Projections.Revenue;
using Ledger.Projections.Running;
using Ledger.Testing;
using NodaTime;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Running;

public class RunnerTests
{
    private static HistoryQuery Payments => new() { MerchantId = Bakery, Today = Day };

    [Fact]
    [Rule("R087"), Rule("E35")]
    public async Task A_read_waits_for_the_position_it_asks_for()
    {
        await using var world = new World { Options = new ReadModelOptions { WaitMax = TimeSpan.FromSeconds(60) } };
        var models = await world.OpenAsync();
        var reading = models.History.QueryAsync(Payments with { AtLeastPosition = 4 }, World.Bounded());
        Assert.False(reading.IsCompleted);

        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);

        var answer = Assert.IsType<Answer<HistoryPage>.Reflected>(await reading);
        Assert.Equal((4, 1), (answer.Position, answer.Value.Entries.Count));
    }

    [Fact]
    [Rule("R087")]
    public async Task A_read_that_waits_is_not_kept_by_the_gathering_of_events()
    {
        await using var world = new World { Options = new ReadModelOptions { WaitMax = TimeSpan.FromSeconds(60), GatherFor = TimeSpan.FromHours(1) } };
        var models = await world.OpenAsync();
        var writer = new LogWriter(world.Log);
        for (var payment = 1; payment <= 3; payment++)
        {
            writer.Append(StreamOf(Payment(payment)), [.. Paid(payment)]);
            var answer = await models.History.QueryAsync(Payments with { AtLeastPosition = 4 * payment }, World.Bounded());
            Assert.Equal(4 * payment, Assert.IsType<Answer<HistoryPage>.Reflected>(answer).Position);
        }
    }

    [Fact]
    [Rule("R087")]
    public async Task A_read_of_what_has_not_come_is_told_how_far_the_view_is()
    {
        await using var world = new World { Options = new ReadModelOptions { WaitMax = TimeSpan.FromMilliseconds(1) } };
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);
        var models = await world.OpenAsync();
        await models.Drained();

        var answer = await models.History.QueryAsync(Payments with { AtLeastPosition = 5 }, World.Bounded());
        Assert.Equal(new Answer<HistoryPage>.Behind("history", 5, 4, null), answer);
    }

    [Fact]
    public async Task Waiting_reads_are_bounded_and_can_be_cancelled()
    {
        await using var world = new World { Options = new ReadModelOptions { WaitMax = TimeSpan.FromSeconds(60) } };
        var models = await world.OpenAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, ServedView.WaitersMax).Select(_ => models.Journal.TrialBalanceAsync(1, cancel.Token).AsTask()).ToArray();

        var refused = await models.Journal.TrialBalanceAsync(1, World.Bounded());
        await cancel.CancelAsync();

        Assert.IsType<Answer<Ledger.Projections.Journal.TrialBalanceSheet>.Behind>(refused);
        foreach (var one in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
    }

    [Fact]
    public async Task An_unknown_event_stops_the_views_that_read_its_stream_and_no_other()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        writer.AppendRaw(StreamOf(Payment(1)), "transaction-tipped.1", "{}", At(Day, 13));
        writer.Append(StreamOf(Payment(2)), [.. Paid(2)]);
        var models = await world.OpenAsync();
        await models.Settled();

        Assert.Equal(["history", "journal", "revenue"], models.Statuses.Where(s => s.Condition == ProjectionCondition.Stopped).Select(s => s.Name));
        var stopped = models.Statuses[0];
        Assert.Equal((4, StopKind.UnknownEventType, 5, "transaction-tipped.1"), (stopped.Position, stopped.Stop!.Kind, stopped.Stop.Position, stopped.Stop.EventType));
        Assert.Equal((9, ProjectionCondition.Live), (models.Statuses.Single(s => s.Name == "terminals").Position, models.Statuses.Single(s => s.Name == "terminals").Condition));
    }

    [Fact]
    public async Task An_event_of_a_kind_of_stream_that_nobody_knows_stops_every_view()
    {
        await using var world = new World();
        new LogWriter(world.Log).AppendRaw(new StreamName("chargeback", "1"), "chargeback-opened.1", "{}", At(Day, 13));
        var models = await world.OpenAsync();
        await models.Settled();

        Assert.All(models.Statuses, s => Assert.Equal((0, StopKind.UnknownEventType), (s.Position, s.Stop!.Kind)));
    }

    [Fact]
    public async Task What_is_declared_skippable_is_passed_over_and_counted()
    {
        await using var world = new World { Options = new ReadModelOptions { SkippableTypes = new HashSet<string> { "chargeback-opened.1" } } };
        var writer = new LogWriter(world.Log);
        writer.AppendRaw(new StreamName("chargeback", "1"), "chargeback-opened.1", "{}", At(Day, 13));
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        var models = await world.OpenAsync();
        await models.Settled();

        Assert.All(models.Statuses, s => Assert.Equal((5, 1, ProjectionCondition.Live), (s.Position, s.SkippedEvents, s.Condition)));
        await world.CloseAsync();
        Assert.All((await world.OpenAsync()).Statuses, s => Assert.Equal(1, s.SkippedEvents));
    }

    [Fact]
    public async Task A_poison_event_stops_its_view_alone_after_what_was_good_and_answers_go_on()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        writer.Append(StreamOf(Payment(2)), Completed());
        writer.Append(StreamOf(Payment(3)), [.. Paid(3)]);
        var models = await world.OpenAsync();
        await models.Settled();

        var history = models.Statuses.Single(s => s.Name == "history");
        Assert.Equal((4, StopKind.PoisonEvent, 5), (history.Position, history.Stop!.Kind, history.Stop.Position));
        Assert.Contains(StreamOf(Payment(2)).ToString(), history.Stop.Reason, StringComparison.Ordinal);
        Assert.Equal(9, models.Statuses.Single(s => s.Name == "revenue").Position);

        models.Resume("history");
        await models.Settled();
        var behind = Assert.IsType<Answer<HistoryPage>.Behind>(await models.History.QueryAsync(Payments with { AtLeastPosition = 9 }, World.Bounded()));
        Assert.Equal((9, 4), (behind.Asked, behind.Reached));
    }

    [Fact]
    public async Task A_stopped_view_answers_what_it_has_and_says_at_once_why_there_is_no_more()
    {
        await using var world = new World { Options = new ReadModelOptions { WaitMax = TimeSpan.FromHours(1) } };
        var writer = new LogWriter(world.Log);
        var models = await world.OpenAsync();
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        writer.Append(StreamOf(Payment(2)), Completed());
        await models.Settled();

        Assert.Equal(4, Assert.IsType<Answer<HistoryPage>.Reflected>(await models.History.QueryAsync(Payments, World.Bounded())).Position);
        var behind = Assert.IsType<Answer<HistoryPage>.Behind>(await models.History.QueryAsync(Payments with { AtLeastPosition = 5 }, World.Bounded()));
        Assert.NotNull(behind.StoppedBecause);
    }

    [Fact]
    public async Task An_event_that_cannot_be_decoded_is_poison()
    {
        await using var world = new World();
        new LogWriter(world.Log).AppendRaw(StreamOf(Payment(1)), "transaction-completed.1", "{\"Amount\":1", At(Day, 13));
        using var driven = new HandDriven(new RevenueProjection(), world.Log);

        Assert.Equal((StopKind.PoisonEvent, 1L), await driven.Builder.StepAsync(10, CancellationToken.None) is { } stop ? (stop.Kind, stop.Position) : default);
    }

    [Fact]
    public async Task Another_currency_stops_revenue_instead_of_being_added_to_euros()
    {
        await using var world = new World();
        var dollars = new Money(1_00, new Currency("USD"));
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), Completed() with { Amount = dollars });
        using var driven = new HandDriven(new RevenueProjection(), world.Log);

        Assert.Equal(StopKind.PoisonEvent, (await driven.Builder.StepAsync(10, CancellationToken.None))?.Kind);
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_is_tried_again_and_nothing_is_taken_in_twice()
    {
        await using var world = new World { Options = new ReadModelOptions { Timer = new HastyTime() } };
        var storage = new FailingStorage(world.Storage);
        await using var models = await ReadModels.OpenAsync(storage, world.Log, EventCodec.Default, world.Clock, world.Options, World.Bounded());
        storage.FailNext(ProjectionRunner.AttemptsMax - 1);
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);
        await models.Drained();

        Assert.All(models.Statuses, s => Assert.Equal((4, ProjectionCondition.Live), (s.Position, s.Condition)));
        Assert.Equal(1, (await Day1(models)).Payments);
    }

    [Fact]
    public async Task A_store_that_keeps_failing_stops_the_view_until_it_is_resumed()
    {
        await using var world = new World { Options = new ReadModelOptions { Timer = new HastyTime() } };
        var storage = new FailingStorage(world.Storage);
        await using var models = await ReadModels.OpenAsync(storage, world.Log, EventCodec.Default, world.Clock, world.Options, World.Bounded());
        storage.FailNext(int.MaxValue);
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);
        await models.Settled();
        Assert.All(models.Statuses, s => Assert.Equal((0, StopKind.StoreUnavailable), (s.Position, s.Stop!.Kind)));

        storage.FailNext(0);
        foreach (var status in models.Statuses) models.Resume(status.Name);
        await models.Drained();
        Assert.All(models.Statuses, s => Assert.Equal((4, ProjectionCondition.Live), (s.Position, s.Condition)));
        Assert.Throws<ArgumentException>(() => models.Resume("histoire"));
    }

    [Fact]
    public async Task What_other_processes_have_too_goes_on_by_itself_when_its_store_is_back_however_long_that_took()
    {
        await using var world = new World { Options = new ReadModelOptions { Timer = new HastyTime() } };
        await world.OpenAsync();
        await world.CloseAsync();
        var storage = new FailingStorage(world.Storage) { IsShared = true };
        await using var models = await ReadModels.OpenAsync(storage, world.Log, EventCodec.Default, world.Clock, world.Options, World.Bounded());
        storage.FailNext(10 * ProjectionRunner.AttemptsMax * models.Statuses.Count);
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);

        await models.Drained();
        Assert.All(models.Statuses, s => Assert.Equal((4, ProjectionCondition.Live), (s.Position, s.Condition)));
    }

    [Fact]
    [Rule("R087")]
    public async Task A_status_says_how_many_events_and_how_much_time_a_view_is_behind()
    {
        await using var world = new World();
        var gate = new GatedLog(world.Log);
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        await (await world.OpenAsync()).Drained();
        await world.CloseAsync();
        writer.Append(StreamOf(Payment(2)), [.. Paid(2)]);
        await using var models = await ReadModels.OpenAsync(world.Folder, gate, EventCodec.Default, world.Clock, world.Options, World.Bounded());

        var status = models.Statuses[0];
        Assert.Equal((4, 8, 4, (Instant?)At(Day, 12, 3), (Duration?)(world.Clock.Now - At(Day, 12, 3))), (status.Position, status.LogPosition, status.EventsBehind, status.AsOf, status.Lag));
        gate.Open();
        await models.Drained();
        Assert.Equal((0, (Duration?)Duration.Zero), (models.Statuses[0].EventsBehind, models.Statuses[0].Lag));
    }

    private static async Task<RevenueRow> Day1(ReadModels models) =>
        (await models.Revenue.QueryAsync(new RevenueQuery(Bakery, RevenuePeriod.Day, Day, Day), World.Bounded()).Value())[0];
}

internal static class WaitingExtensions
{
    /// <summary>Until every view stands where the log does.</summary>
    public static Task Drained(this ReadModels models) => models.Until(static s => s.EventsBehind == 0 && s.Condition == ProjectionCondition.Live);

    /// <summary>Until every view is there or has stopped.</summary>
    public static Task Settled(this ReadModels models) => models.Until(static s => s.EventsBehind == 0 || s.Stop is not null);

    private static async Task Until(this ReadModels models, Func<ProjectionStatus, bool> holds)
    {
        var bound = World.Bounded();
        while (!models.Statuses.All(holds))
        {
            bound.ThrowIfCancellationRequested();
            await Task.Delay(1, bound);
        }
    }
}
