using System.Collections.Concurrent;
using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Engine.Processes;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Engine.Tests.Processes;

public class ProcessRunnerTests
{
    private static readonly Instant Noon = Shop.At(Shop.Day, 12);

    [Fact]
    public async Task Rows_are_acted_on_when_they_are_due_and_go_when_done()
    {
        var (shop, night, process) = await OpenAsync(static (_, _, _) => new ToDoOutcome.Done());
        await using var _ = shop;

        await night.RunAsync(Noon - Duration.FromSeconds(1));
        Assert.Empty(process.Acted);

        await night.RunAsync(Noon);
        Assert.Equal(["T0000001", "T0000002", "T0000003"], process.Acted.Order(StringComparer.Ordinal));
        Assert.Empty(night.Store.Scan("test", "", 10));
    }

    [Fact]
    public async Task A_row_that_fails_is_said_and_tried_again_later_and_keeps_no_other_waiting()
    {
        var (shop, night, process) = await OpenAsync(static (item, _, _) => item.Key == "T0000002" ? throw new InvalidOperationException("broken") : new ToDoOutcome.Done());
        await using var _ = shop;

        await night.RunAsync(Noon);
        Assert.Equal(3, process.Acted.Count);
        Assert.Equal("T0000002", Assert.Single(night.Failures).Key);

        await night.RunAsync(Noon + Duration.FromSeconds(1));
        await night.RunAsync(Noon + Duration.FromSeconds(2));
        await night.RunAsync(Noon + Duration.FromSeconds(3));
        Assert.Equal(5, process.Acted.Count);
        Assert.Equal(2, Assert.Single(night.Store.Scan("test", "T0000002", 10)).Attempts - 1);
    }

    [Fact]
    public void The_wait_after_a_failure_doubles_up_to_its_bound()
    {
        var options = new ProcessOptions();

        Assert.Equal([Duration.FromSeconds(1), Duration.FromSeconds(2), Duration.FromSeconds(4)], Enumerable.Range(0, 3).Select(options.BackoffAfter));
        Assert.Equal(options.BackoffMax, options.BackoffAfter(int.MaxValue));
    }

    [Fact]
    public async Task Rows_are_acted_on_side_by_side_up_to_the_bound()
    {
        var started = 0;
        var all = new TaskCompletionSource();
        var (shop, night, _) = await OpenAsync(async (_, _, cancellation) =>
        {
            if (Interlocked.Increment(ref started) == 3) all.SetResult();
            await all.Task.WaitAsync(cancellation);
            return new ToDoOutcome.Done();
        });
        await using var _ = shop;

        await night.RunAsync(Noon);

        Assert.Equal(3, started);
    }

    [Fact]
    public async Task A_row_is_given_up_for_now_when_it_takes_too_long()
    {
        var (shop, night, _) = await OpenAsync(
            async (_, _, cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                return new ToDoOutcome.Done();
            },
            new ProcessOptions { ActionTimeout = Duration.FromMilliseconds(50) });
        await using var _ = shop;

        await night.RunAsync(Noon);

        Assert.Equal(3, night.Failures.Count);
        Assert.All(night.Failures, static failure => Assert.IsAssignableFrom<OperationCanceledException>(failure.Error));
    }

    [Fact]
    public async Task A_crash_while_taking_events_in_loses_none_and_takes_none_twice()
    {
        var (shop, night, process) = await OpenAsync(static (_, _, _) => new ToDoOutcome.Done(), new ProcessOptions { EventsPerBatchMax = 3 });
        await using var _ = shop;
        process.BreaksAtPosition = 5;
        await Assert.ThrowsAsync<BrokenOffException>(async () => await night.Runner.CatchUpAsync(default));
        Assert.Equal(3, night.Runner.Checkpoint);

        process.BreaksAtPosition = -1;
        night.Restart();
        await night.RunAsync(Noon);

        Assert.Equal(3, process.Acted.Count);
        Assert.Equal(shop.Log.LastPosition, night.Runner.Checkpoint);
    }

    [Fact]
    public async Task What_was_put_in_a_batch_is_found_in_it()
    {
        var store = new InMemoryToDoStore();
        await store.CommitAsync("test", 1, [new ToDoChange.Put("a/1", null, "old"), new ToDoChange.Put("a/2", null, "old"), new ToDoChange.Put("b/1", null, "old")], default);
        var overlay = new ToDoOverlay(store, "test");

        overlay.Put("a/3", Noon, "new");
        overlay.Put("a/2", null, "new");
        overlay.Remove("a/1");

        Assert.Null(overlay.Find("a/1"));
        Assert.Equal("new", overlay.Find("a/2")?.Data);
        Assert.Equal(["a/2 new", "a/3 new"], overlay.Scan("a/", 10).Select(static item => $"{item.Key} {item.Data}"));
        Assert.Equal(["a/2"], overlay.Scan("a/", 1).Select(static item => item.Key));
        Assert.Equal(["b/1"], overlay.Scan("b/", 10).Select(static item => item.Key));
        Assert.Equal(3, overlay.Changes.Count);
    }

    [Fact]
    public async Task Running_wakes_on_events_and_on_due_rows_and_ends_when_it_is_told_to()
    {
        var acted = new SemaphoreSlim(0);
        var (shop, night, process) = await OpenAsync(
            (_, _, _) =>
            {
                acted.Release();
                return new ToDoOutcome.Done();
            },
            new ProcessOptions { PollMax = Duration.FromMilliseconds(20) });
        await using var _ = shop;
        using var stop = new CancellationTokenSource();
        var running = night.Runner.RunAsync(stop.Token);

        shop.Clock.Now = Noon;
        for (var row = 0; row < 3; row++) Assert.True(await acted.WaitAsync(TimeSpan.FromSeconds(20)));
        await shop.SupplyAsync(Shop.SerialOf(4), 4);
        Assert.True(await acted.WaitAsync(TimeSpan.FromSeconds(20)));
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(4, process.Acted.Distinct().Count());
        Assert.Null(night.Runner.Failure);
    }

    [Fact]
    public async Task A_process_that_cannot_take_an_event_in_says_so_and_goes_on_when_it_can()
    {
        var (shop, night, process) = await OpenAsync(static (_, _, _) => new ToDoOutcome.Done(), new ProcessOptions { BackoffMin = Duration.FromMilliseconds(1), PollMax = Duration.FromMilliseconds(20) });
        await using var _ = shop;
        shop.Clock.Now = Noon;
        process.BreaksAtPosition = 1;
        using var stop = new CancellationTokenSource();
        var running = night.Runner.RunAsync(stop.Token);
        while (night.Failures.IsEmpty) await Task.Yield();
        Assert.NotNull(night.Runner.Failure);

        process.BreaksAtPosition = -1;
        var patience = Shop.Soon();
        while (process.Acted.Count < 3 && !patience.IsCancellationRequested) await Task.Yield();
        await stop.CancelAsync();
        await running;

        Assert.Equal(3, process.Acted.Count);
    }

    [Fact]
    public async Task Processes_whose_commands_are_each_others_events_run_until_none_has_anything_to_do()
    {
        await using var shop = new Shop();
        await shop.OpenAsync();
        var first = new Night(shop, engine => new Relay(engine, "first"));
        var second = new Night(shop, engine => new Relay(engine, "second"));
        var group = new ProcessGroup([first.Runner, second.Runner]);

        Assert.True(await group.RunUntilIdleAsync(Noon, 50, Shop.Soon()));
        Assert.False(await group.RunUntilIdleAsync(Noon, 0, Shop.Soon()));

        Assert.Equal(Relay.TerminalsMax, (await shop.EventsAsync()).OfType<TerminalEvent.TerminalRegistered>().Count());
    }

    private static Task<(Shop Shop, Night Night, Alarm Process)> OpenAsync(Func<ToDoItem, Instant, CancellationToken, ToDoOutcome> act, ProcessOptions? options = null) =>
        OpenAsync((item, now, cancellation) => Task.FromResult(act(item, now, cancellation)), options);

    private static async Task<(Shop Shop, Night Night, Alarm Process)> OpenAsync(Func<ToDoItem, Instant, CancellationToken, Task<ToDoOutcome>> act, ProcessOptions? options = null)
    {
        var shop = new Shop();
        shop.Clock.Now = Noon - Duration.FromHours(1);
        await shop.OpenAsync(terminals: 3);
        var process = new Alarm(act);
        var night = new Night(shop, _ => process) { Options = options ?? new ProcessOptions() };
        night.Restart();
        return (shop, night, process);
    }

    /// <summary>A row per terminal, due at noon.</summary>
    private sealed class Alarm(Func<ToDoItem, Instant, CancellationToken, Task<ToDoOutcome>> act) : IProcess
    {
        public string Name => "test";

        public ConcurrentQueue<string> Acted { get; } = [];

        public long BreaksAtPosition { get; set; } = -1;

        public void Apply(RecordedEvent recorded, ILedgerEvent @event, IToDoList list)
        {
            if (recorded.Position == BreaksAtPosition) throw new BrokenOffException();
            if (@event is TerminalEvent.TerminalRegistered) list.Put(recorded.Stream.Id, Noon, "");
        }

        public async ValueTask<ToDoOutcome> ActAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation)
        {
            Acted.Enqueue(item.Key);
            return await act(item, now, cancellation);
        }
    }

    /// <summary>Registers one terminal more for each one registered, up to a bound; both processes want the same ones.</summary>
    private sealed class Relay(ILedgerEngine engine, string name) : IProcess
    {
        public const int TerminalsMax = 6;

        public string Name => name;

        public void Apply(RecordedEvent recorded, ILedgerEvent @event, IToDoList list)
        {
            if (@event is TerminalEvent.TerminalRegistered { TerminalNumber: < TerminalsMax } e) list.Put(recorded.Stream.Id, Noon, $"{e.TerminalNumber + 1}");
        }

        public async ValueTask<ToDoOutcome> ActAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation)
        {
            var serial = Shop.SerialOf(int.Parse(item.Data, System.Globalization.CultureInfo.InvariantCulture));
            var command = new TerminalCommand.Register(serial, "Move 5000", AcceptanceCountry.France, int.Parse(item.Data, System.Globalization.CultureInfo.InvariantCulture), now);
            await engine.ExecuteAsync(DerivedCommand.Of(serial.Stream, command, "test/register", serial.Value), cancellation);
            return new ToDoOutcome.Done();
        }
    }
}
