namespace Ledger.Engine.Runtime;

/// <summary>One thread per shard and one for the committer, until the engine is disposed. What breaks in a shard stops the engine, nobody else.</summary>
internal sealed class EngineThreads
{
    private readonly Committer _committer;
    private readonly Shard[] _shards;
    private readonly Task[] _shardEnds;
    private readonly Task _committerEnd;

    public EngineThreads(Committer committer, Shard[] shards)
    {
        (_committer, _shards) = (committer, shards);
        _committerEnd = Start("ledger-commit", RunCommitter);
        _shardEnds = [.. shards.Select((shard, index) => Start($"ledger-shard-{index}", () => RunShard(shard)))];
    }

    /// <summary>Ends when all that was taken in has its reply.</summary>
    public async Task StopAsync()
    {
        foreach (var shard in _shards) shard.Mailbox.Close();
        await Task.WhenAll(_shardEnds).ConfigureAwait(false);
        _committer.Close();
        await _committerEnd.ConfigureAwait(false);
    }

    private static Task Start(string name, Action run)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            run();
            end.SetResult();
        })
        { Name = name, IsBackground = true };
        thread.Start();
        return end.Task;
    }

    private static void RunShard(Shard shard) => shard.RunGuarded(static shard =>
    {
        while (!shard.IsFinished)
        {
            shard.WaitForSomething();
            shard.RunOnce(commitsItself: true);
        }
    });

    private void RunCommitter()
    {
        while (_committer.WaitForSomething()) _committer.RunAlone();
    }
}
