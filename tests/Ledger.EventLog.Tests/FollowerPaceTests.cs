using Ledger.EventLog.Conformance;

namespace Ledger.EventLog.Tests;

public class FollowerPaceTests
{
    private const int BatchMax = 3;

    private readonly InMemoryEventLog _log = new();
    private readonly Appender _appender = new();
    private readonly FollowerPace _pace = new(TimeSpan.FromHours(1), TimeProvider.System);

    [Fact]
    public async Task After_a_quiet_while_a_batch_is_due_with_the_first_event()
    {
        var first = WaitAsync(0);
        Assert.False(first.IsCompleted);

        await AppendAsync(1);
        await first;
    }

    [Fact]
    public async Task Under_load_events_are_gathered()
    {
        await AppendAsync(1);
        await WaitAsync(0);
        await AppendAsync(1);

        using var cancel = new CancellationTokenSource();
        var next = _pace.WaitAsync(_log, 1, BatchMax, cancel.Token).AsTask();
        Assert.False(next.IsCompleted);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task Who_waits_hurries_the_batch_that_is_being_gathered()
    {
        await AppendAsync(1);
        await WaitAsync(0);
        await AppendAsync(1);
        var next = WaitAsync(1);

        _pace.Hurry();
        await next;
    }

    [Fact]
    public async Task Who_comes_while_a_batch_is_taken_in_hurries_the_next_one_and_no_other()
    {
        await AppendAsync(1);
        await WaitAsync(0);
        _pace.Hurry();
        await AppendAsync(1);
        await WaitAsync(1);
        await AppendAsync(1);

        Assert.False(WaitAsync(2).IsCompleted);
    }

    [Fact]
    public async Task A_full_batch_is_due_at_once()
    {
        await AppendAsync(1);
        await WaitAsync(0);
        await AppendAsync(BatchMax);

        await WaitAsync(1);
    }

    [Fact]
    public async Task Without_gathering_every_commit_is_due()
    {
        var pace = new FollowerPace(TimeSpan.Zero, TimeProvider.System);
        for (var position = 0; position < 3; position++)
        {
            await AppendAsync(1);
            await pace.WaitAsync(_log, position, BatchMax, Bounded());
        }
    }

    private Task WaitAsync(long position) => _pace.WaitAsync(_log, position, BatchMax, Bounded()).AsTask();

    private async Task AppendAsync(int count)
    {
        for (var number = 0; number < count; number++) await _log.AppendAsync([_appender.Unit(Appender.Stream(1))], Bounded());
    }

    private static CancellationToken Bounded() => new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token;
}
