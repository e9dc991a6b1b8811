using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.EventLog.Conformance;

/// <summary>What every to-do store does.</summary>
public abstract class ToDoStoreConformance : IAsyncLifetime
{
    private const string Process = "tickets";

    private static readonly Instant Noon = Instant.FromUtc(2026, 11, 22, 12, 0);

    private IToDoStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new, empty store.</summary>
    protected abstract ValueTask<IToDoStore> OpenAsync();

    /// <summary>Closes the store and opens it again; one without durability gives back the same.</summary>
    protected abstract ValueTask<IToDoStore> ReopenAsync(IToDoStore store);

    [Fact]
    public async Task A_new_process_starts_at_0_with_nothing_to_do()
    {
        Assert.Equal(0, await _store.ReadCheckpointAsync(Process, default));
        Assert.Null(_store.Find(Process, "a"));
        Assert.Empty(_store.Scan(Process, "", 10));
        Assert.Empty(_store.ReadDue(Process, Instant.MaxValue, 10));
        Assert.Null(_store.NextDue(Process));
    }

    [Fact]
    public async Task Changes_and_checkpoint_are_there_together_also_after_reopening()
    {
        await _store.CommitAsync(Process, 7, [Put("a", Noon), Put("b", null), Put("c", Noon), new ToDoChange.Remove("c"), new ToDoChange.Remove("never")], default);
        _store = await ReopenAsync(_store);

        Assert.Equal(7, await _store.ReadCheckpointAsync(Process, default));
        Assert.Equal(new ToDoItem("a", Noon, "data of a", 0), _store.Find(Process, "a"));
        Assert.Equal(new ToDoItem("b", null, "data of b", 0), _store.Find(Process, "b"));
        Assert.Null(_store.Find(Process, "c"));
    }

    [Fact]
    public async Task A_checkpoint_never_goes_back()
    {
        await _store.CommitAsync(Process, 7, [Put("a", Noon)], default);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _store.CommitAsync(Process, 6, [new ToDoChange.Remove("a")], default));
        await _store.CommitAsync(Process, 7, [], default);

        Assert.NotNull(_store.Find(Process, "a"));
        Assert.Equal(7, await _store.ReadCheckpointAsync(Process, default));
    }

    [Fact]
    public async Task Processes_do_not_see_each_other()
    {
        await _store.CommitAsync(Process, 7, [Put("a", Noon)], default);
        await _store.CommitAsync("remittance", 3, [Put("a", null)], default);

        Assert.Equal(3, await _store.ReadCheckpointAsync("remittance", default));
        Assert.Null(_store.NextDue("remittance"));
        Assert.Equal(Noon, _store.Find(Process, "a")!.DueAt);
    }

    [Fact]
    public async Task What_is_due_comes_in_order_of_instant_then_key()
    {
        await _store.CommitAsync(
            Process,
            1,
            [Put("z", Noon), Put("b", Noon), Put("a", Noon.PlusNanoseconds(1)), Put("first", Noon - Duration.FromHours(1)), Put("later", Noon + Duration.FromHours(1)), Put("never", null)],
            default);

        Assert.Equal(["first", "b", "z"], _store.ReadDue(Process, Noon, 10).Select(item => item.Key));
        Assert.Equal(["first", "b", "z", "a"], _store.ReadDue(Process, Noon.PlusNanoseconds(1), 10).Select(item => item.Key));
        Assert.Equal(["first", "b"], _store.ReadDue(Process, Noon, 2).Select(item => item.Key));
        Assert.Equal(Noon - Duration.FromHours(1), _store.NextDue(Process));
    }

    [Fact]
    public async Task A_scan_gives_the_keys_with_a_prefix_in_ordinal_order()
    {
        string[] keys = ["day/2", "day/10", "day/1", "Day/1", "day", "daz", "day/é", "day/\U0001F3EA", "day_%", "d"];
        await _store.CommitAsync(Process, 1, [.. keys.Select(key => Put(key, null))], default);

        Assert.Equal(["day/1", "day/10", "day/2", "day/é", "day/\U0001F3EA"], _store.Scan(Process, "day/", 10).Select(item => item.Key));
        Assert.Equal(["day/1", "day/10"], _store.Scan(Process, "day/", 2).Select(item => item.Key));
        Assert.Equal(keys.Order(StringComparer.Ordinal), _store.Scan(Process, "", 100).Select(item => item.Key));
        Assert.Empty(_store.Scan(Process, "e", 10));
    }

    [Fact]
    public async Task Putting_off_counts_the_attempt_and_putting_anew_starts_from_0()
    {
        await _store.CommitAsync(Process, 1, [Put("a", Noon)], default);
        await _store.RescheduleAsync(Process, "a", Noon + Duration.FromMinutes(1), default);
        await _store.RescheduleAsync(Process, "a", Noon + Duration.FromMinutes(5), default);
        _store = await ReopenAsync(_store);

        Assert.Equal(new ToDoItem("a", Noon + Duration.FromMinutes(5), "data of a", 2), _store.Find(Process, "a"));
        Assert.Equal(Noon + Duration.FromMinutes(5), _store.NextDue(Process));
        Assert.Empty(_store.ReadDue(Process, Noon, 10));

        await _store.CommitAsync(Process, 2, [Put("a", Noon)], default);
        Assert.Equal(0, _store.Find(Process, "a")!.Attempts);
    }

    [Fact]
    public async Task Putting_off_what_is_gone_does_nothing()
    {
        await _store.RescheduleAsync(Process, "gone", Noon, default);
        Assert.Null(_store.Find(Process, "gone"));
        Assert.Null(_store.NextDue(Process));
    }

    [Fact]
    public async Task A_cancelled_change_changes_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _store.CommitAsync(Process, 9, [Put("a", Noon)], new CancellationToken(true)));
        Assert.Equal(0, await _store.ReadCheckpointAsync(Process, default));
        Assert.Null(_store.Find(Process, "a"));
    }

    private static ToDoChange.Put Put(string key, Instant? dueAt) => new(key, dueAt, $"data of {key}");
}
