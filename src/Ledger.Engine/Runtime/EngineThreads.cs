namespace Ledger.Engine.Runtime;

/// <summary>One thread per shard and one for the committer, until the engine is disposed. What breaks in them stops the engine, nobody else.</summary>
internal sealed class EngineThreads
{
    private readonly EngineState _engine;
    private readonly Committer _committer;
    private readonly Shard[] _shards;
    private readonly Task[] _shardEnds;
    private readonly Task _committerEnd;

    public EngineThreads(EngineState engine, Committer committer, Shard[] shards)
    {
        (_engine, _committer, _shards) = (engine, committer, shards);
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

    private void RunShard(Shard shard)
    {
        try
        {
            while (!shard.IsFinished)
            {
                shard.WaitForSomething();
                shard.RunOnce(commitsItself: true);
            }
        }
        catch (Exception exception)
        {
            // The thread's edge: this shard cannot go on, and the engine must not go on without it.
            var error = new EngineFaultedException(exception);
            _engine.Stop(error);
            shard.FailAll(error);
        }
    }

    private void RunCommitter()
    {
        while (_committer.WaitForSomething()) _committer.RunAlone();
    }
}
