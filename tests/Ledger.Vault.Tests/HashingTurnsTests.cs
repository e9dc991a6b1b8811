namespace Ledger.Vault.Tests;

public sealed class HashingTurnsTests
{
    [Fact]
    public async Task Few_hash_at_once_few_wait_and_more_are_refused_until_there_is_room()
    {
        using var turns = new HashingTurns();
        using var hold = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        var lockOfMost = new Lock();
        Task<bool> Hash() => Task.Factory.StartNew(() => turns.RunAsync(Work, default).AsTask(), default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

        using var started = new CountdownEvent(HashingTurns.RunningMax);
        Task<bool>[] first = [.. Enumerable.Range(0, HashingTurns.RunningMax).Select(_ => Hash())];
        Assert.True(started.Wait(Patience));
        Task<bool>[] waiting = [.. Enumerable.Range(0, HashingTurns.WaitingMax).Select(_ => turns.RunAsync(Work, default).AsTask())];
        await Assert.ThrowsAsync<HashingBusyException>(async () => await turns.RunAsync(Work, default));
        hold.Set();

        Assert.All(await Task.WhenAll([.. first, .. waiting]), Assert.True);
        Assert.InRange(most, 1, HashingTurns.RunningMax);
        Assert.True(await turns.RunAsync(Work, default));

        bool Work()
        {
            lock (lockOfMost) most = Math.Max(most, ++running);
            if (!hold.IsSet) started.Signal();
            hold.Wait();
            lock (lockOfMost) running--;
            return true;
        }
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_leaves_its_place()
    {
        using var turns = new HashingTurns();
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        for (var i = 0; i < 2 * HashingTurns.WaitingMax; i++) await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await turns.RunAsync(() => true, gone.Token));

        Assert.True(await turns.RunAsync(() => true, default));
    }

    private static TimeSpan Patience => TimeSpan.FromSeconds(30);
}
