using Ledger.Engine;

namespace Ledger.Acquiring.Tests;

public sealed class KeyedTurnsTests
{
    private readonly KeyedTurns<int> _turns = new();

    [Fact]
    public async Task Work_on_one_key_goes_one_at_a_time_and_on_another_at_once()
    {
        var held = new TaskCompletionSource();
        var (isSecondOn, isOtherOn) = (false, false);
        var first = _turns.RunAsync(1, () => Until(held.Task, 1), default);

        var second = _turns.RunAsync(1, () => Now(() => isSecondOn = true, 2), default);
        var other = _turns.RunAsync(2, () => Now(() => isOtherOn = true, 3), default);

        Assert.Equal((false, true), (isSecondOn, isOtherOn));
        held.SetResult();
        int[] results = await Task.WhenAll(first, second, other);
        Assert.Equal([1, 2, 3], results);
        Assert.True(isSecondOn);
    }

    [Fact]
    public async Task Work_goes_on_to_its_end_when_its_caller_leaves_and_frees_its_key_when_it_fails()
    {
        var held = new TaskCompletionSource();
        var ended = new TaskCompletionSource<int>();
        using var caller = new CancellationTokenSource();
        var left = _turns.RunAsync(1, () => Until(held.Task, 1, () => ended.SetResult(7)), caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        held.SetResult();
        Assert.Equal(7, await ended.Task);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _turns.RunAsync<int>(1, static () => throw new InvalidOperationException("no"), default));
        Assert.Equal(2, await _turns.RunAsync(1, static () => Task.FromResult(2), default));
    }

    [Fact]
    public async Task More_work_than_the_bound_is_refused_before_it_begins()
    {
        var held = new TaskCompletionSource();
        var waiting = Enumerable.Range(0, KeyedTurns<int>.CountMax).Select(n => _turns.RunAsync(n, () => Until(held.Task, n), default)).ToList();
        var isOn = false;

        await Assert.ThrowsAsync<MailboxFullException>(() => _turns.RunAsync(-1, () => Now(() => isOn = true, 1), default));

        Assert.False(isOn);
        held.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal(1, await _turns.RunAsync(-1, () => Now(static () => { }, 1), default));
    }

    private static async Task<int> Until(Task released, int result, Action? then = null)
    {
        await released;
        then?.Invoke();
        return result;
    }

    private static Task<int> Now(Action act, int result)
    {
        act();
        return Task.FromResult(result);
    }
}
