using System.Collections.Concurrent;
using Ledger.EventLog.Conformance;
using Ledger.EventLog.Postgres.Leases;
using Ledger.EventLog.ToDo;
using Ledger.Testing.Postgres;
using NodaTime;

namespace Ledger.EventLog.Postgres.Tests;

/// <summary>What one process alone may do: never two at a time, and taken over when its holder is silent.</summary>
public class LeaseTests(PostgresFixture fixture)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_works_at_a_time_and_the_next_begins_when_it_ends()
    {
        await using var log = await PostgresEventLog.OpenAsync(await fixture.CreateLogAsync(), default);
        using var bound = new CancellationTokenSource(Bound);
        var began = new BlockingCollection<int>();
        var working = 0;
        var runs = Enumerable.Range(0, 3).Select(number => new CancellationTokenSource()).ToArray();
        var tasks = runs.Select((run, number) => log.NewLease("work", Guid.CreateVersion7()).RunAsync(
            async token =>
            {
                Assert.Equal(1, Interlocked.Increment(ref working));
                began.Add(number, CancellationToken.None);
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.Decrement(ref working);
            },
            Trouble,
            run.Token)).ToArray();

        for (var turn = 0; turn < runs.Length; turn++)
        {
            var number = await Task.Run(() => began.Take(bound.Token));
            await runs[number].CancelAsync();
            await tasks[number];
        }

        Assert.Empty(began);
        foreach (var run in runs) run.Dispose();
    }

    [Fact]
    public async Task A_holder_that_is_silent_is_succeeded_and_can_write_nothing_more()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await PostgresEventLog.OpenAsync(options, default);
        using var bound = new CancellationTokenSource(Bound);
        var silent = log.NewLease("work", Guid.CreateVersion7());
        var list = log.NewToDoStore(silent);
        using var stop = new CancellationTokenSource();
        var running = await HoldAsync(silent, stop.Token, bound.Token);
        await list.CommitAsync("tickets", 1, [new ToDoChange.Put("a", null, "")], default);

        // As if its time had run out while it stood still.
        await PostgresFixture.ExecuteAsync(options.ConnectionString, "UPDATE ledger.leases SET held_until = clock_timestamp() - interval '1 second', holder = gen_random_uuid(), epoch = epoch + 1");

        await Assert.ThrowsAsync<EventLogFencedException>(async () => await list.CommitAsync("tickets", 2, [new ToDoChange.Put("b", null, "")], default));
        await Assert.ThrowsAsync<EventLogFencedException>(async () => await list.RescheduleAsync("tickets", "a", Instant.FromUnixTimeSeconds(0), default));
        Assert.Equal(1, await list.ReadCheckpointAsync("tickets", default));
        Assert.Null(list.Find("tickets", "b"));
        Assert.Equal(0, list.Find("tickets", "a")!.Attempts);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task What_a_dead_process_held_is_taken_when_its_time_is_over_and_not_before()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await PostgresEventLog.OpenAsync(options, default);
        using var bound = new CancellationTokenSource(Bound);
        await PostgresFixture.ExecuteAsync(
            options.ConnectionString, $"INSERT INTO ledger.leases VALUES ('work', gen_random_uuid(), 7, clock_timestamp() + interval '{PostgresLease.Duration.TotalSeconds} seconds')");
        using var stop = new CancellationTokenSource();
        var lease = log.NewLease("work", Guid.CreateVersion7());
        var running = await HoldAsync(lease, stop.Token, bound.Token);

        Assert.Equal(8, lease.Epoch);
        await stop.CancelAsync();
        await running;
        Assert.Equal(0, lease.Epoch);
    }

    /// <returns>Once it is held; the task of the work, which goes on until it is stopped.</returns>
    private static async Task<Task> HoldAsync(PostgresLease lease, CancellationToken stop, CancellationToken bound)
    {
        var held = new TaskCompletionSource();
        var running = lease.RunAsync(
            async token =>
            {
                held.TrySetResult();
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            },
            Trouble,
            stop);
        await held.Task.WaitAsync(bound);
        return running;
    }

    private static void Trouble(Exception exception) => Assert.Fail(exception.Message);
}

public sealed class PostgresToDoStoreTests(PostgresFixture fixture) : ToDoStoreConformance
{
    private PostgresEventLog? _log;

    protected override async ValueTask<IToDoStore> OpenAsync()
    {
        _log = await PostgresEventLog.OpenAsync(await fixture.CreateLogAsync(), default);
        return new Owned(_log.NewToDoStore(null), _log);
    }

    protected override ValueTask<IToDoStore> ReopenAsync(IToDoStore store) => new(new Owned(_log!.NewToDoStore(null), _log));

    /// <summary>The suite disposes the store alone.</summary>
    private sealed class Owned(IToDoStore store, PostgresEventLog log) : IToDoStore
    {
        public ValueTask<long> ReadCheckpointAsync(string process, CancellationToken cancellation) => store.ReadCheckpointAsync(process, cancellation);

        public ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation) => store.CommitAsync(process, checkpoint, changes, cancellation);

        public ToDoItem? Find(string process, string key) => store.Find(process, key);

        public IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax) => store.Scan(process, keyPrefix, countMax);

        public IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax) => store.ReadDue(process, now, countMax);

        public ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation) => store.RescheduleAsync(process, key, dueAt, cancellation);

        public Instant? NextDue(string process) => store.NextDue(process);

        public ValueTask DisposeAsync() => log.DisposeAsync();
    }
}
