using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using Ledger.Testing;

namespace Ledger.Engine.Tests;

/// <summary>Bounds: mailboxes, batches, actors in memory; and what a restart gives back.</summary>
public class LoadTests
{
    [Fact]
    public async Task No_more_is_decided_than_may_be_in_flight()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log, new EngineOptions { InFlightUnitsMax = 2, ShardCount = 1, HasThreads = false });
        log.Hold();
        for (var number = 1; number <= 5; number++) _ = shop.Do(Shop.SerialOf(number).Stream, shop.Register(number));

        shop.RunUntilIdle();

        Assert.Equal((3, 2), (shop.Engine.Status.QueueDepth, shop.Engine.Status.InFlightUnits));
    }

    [Fact]
    public async Task Batches_are_as_large_as_what_came_while_the_last_one_was_on_its_way()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log, new EngineOptions { BatchUnitsMax = 8, ShardCount = 1, HasThreads = false });
        var first = shop.Do(Shop.SerialOf(1).Stream, shop.Register(1));
        log.Hold();
        shop.RunUntilIdle();
        var rest = Enumerable.Range(2, 20).Select(number => shop.Do(Shop.SerialOf(number).Stream, shop.Register(number))).ToArray();
        shop.RunUntilIdle();
        log.LetGo();

        var patience = Shop.Soon();
        while (!Task.WhenAll(rest).IsCompleted && !patience.IsCancellationRequested) shop.RunUntilIdle();

        Assert.True((await first).IsAccepted);
        Assert.Equal([1, 8, 8, 4], log.BatchSizes);
    }

    [Fact]
    public async Task Idle_actors_leave_the_memory_and_come_back_as_they_were()
    {
        await using var shop = new Shop(options: new EngineOptions { ActorsMax = 3, UnpackedActorsMax = 3, ShardCount = 1 });
        await shop.OpenAsync(terminals: 10);
        var started = new List<TransactionId>();
        for (var number = 1; number <= 10; number++)
        {
            var id = shop.NewTransaction(Shop.SerialOf(number));
            await Shop.Accepted(shop.Engine.ExecuteAsync(shop.Start(shop.NextId(), id, Shop.SerialOf(number)), Shop.Soon()).AsTask());
            started.Add(id);
        }

        for (var number = 1; number <= 10; number++)
        {
            Assert.Equal(started[number - 1], (await shop.StateAsync<TerminalState>(Shop.SerialOf(number).Stream)).Work.Open?.TransactionId);
            await Shop.Accepted(shop.Do(started[number - 1], new TransactionCommand.Abort(AbortReason.CancelledByMerchant, shop.Clock.Now)));
        }

        // Ten transactions, packed or not, and the rest of a few that are not packed.
        Assert.InRange(shop.Engine.Status.ActorCount, 11, 14);
    }

    [Fact]
    public async Task A_stream_that_is_new_is_not_looked_for_in_the_log()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log);

        await Shop.Accepted(shop.Do(Shop.Serial.Stream, shop.Register(1)));
        Assert.Equal(0, log.StreamReads);

        await shop.RestartAsync();
        Assert.Equal(CommandOutcome.AlreadyDone, (await shop.Do(Shop.Serial.Stream, shop.Register(1))).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("I20")]
    public async Task A_restart_gives_back_every_state_and_number(bool onFile)
    {
        var folder = Directory.CreateTempSubdirectory("ledger-engine-");
        try
        {
            await using IEventLog log = onFile ? SqliteEventLog.Open(Path.Combine(folder.FullName, "log.db"), SqliteEventLogOptions.Default) : new InMemoryEventLog();
            await using var shop = new Shop(log);
            await shop.OpenAsync();
            var ids = new List<TransactionId>();
            for (var payment = 0; payment < 20; payment++) ids.Add(await shop.PayAsync());
            await shop.CancelAsync(ids[3]);
            var before = await StatesAsync();

            await shop.RestartAsync();

            Assert.Equal(before, await StatesAsync());
            ids.Add(await shop.PayAsync());
            Assert.Equal(21, Transaction.FactsOf(await shop.StateAsync(ids[^1]))?.Number);

            async Task<string> StatesAsync() => string.Join('\n', await Task.WhenAll(ids.Select(shop.StateAsync))) + await shop.StateAsync<TerminalState>(Shop.Serial.Stream);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Disposing_ends_what_was_taken_in_and_refuses_the_rest()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        var shop = new Shop(log);
        log.Hold();
        var waiting = Enumerable.Range(1, 50).Select(number => shop.Do(Shop.SerialOf(number).Stream, shop.Register(number))).ToArray();
        var disposing = shop.DisposeAsync();
        log.LetGo();
        await disposing;

        Assert.All(await Task.WhenAll(waiting), static reply => Assert.True(reply.IsAccepted));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => shop.Do(Shop.Serial.Stream, shop.Register(1)));
        Assert.Equal(EngineHealth.Stopped, shop.Engine.Status.Health);
    }

    [Fact]
    public async Task Disposing_waits_for_a_log_that_hangs_no_longer_than_its_bound()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        var shop = new Shop(log, new EngineOptions { StopWaitMax = TimeSpan.FromMilliseconds(1) });
        log.Hold();
        var late = shop.Do(Shop.Serial.Stream, shop.Register(1));
        await log.HeldAsync();

        var error = await Assert.ThrowsAsync<TimeoutException>(async () => await shop.DisposeAsync());

        Assert.Contains("repeat them with the same id", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => shop.Do(Shop.Serial.Stream, shop.Register(1)));
        log.LetGo();
        Assert.True((await late).IsAccepted);
    }

    [Fact]
    public async Task Without_threads_what_waits_fails_when_the_engine_is_disposed()
    {
        var shop = new Shop(options: new EngineOptions { HasThreads = false });
        var waiting = shop.Do(Shop.Serial.Stream, shop.Register(1));

        await shop.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task A_caller_who_stops_waiting_does_not_stop_the_command()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log);
        using var impatient = new CancellationTokenSource();
        log.Hold();
        var command = Shop.One(Shop.Id(1), Shop.Serial.Stream, shop.Register(1));
        var waiting = shop.Engine.ExecuteAsync(command, impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        log.LetGo();

        Assert.True((await shop.Engine.ExecuteAsync(command, Shop.Soon())).Replayed);
    }

    [Fact]
    public void Bounds_below_one_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new EngineOptions { ShardCount = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new EngineOptions { MailboxCapacity = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new EngineOptions { StopWaitMax = TimeSpan.Zero });
    }
}
