using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>Something that waits in a shard's mailbox.</summary>
internal interface IShardWork
{
    void RunOn(Shard shard);

    /// <summary>The engine stopped before it could run.</summary>
    void Fail(Exception error);
}

/// <summary>One caller's command on its way through a shard. Only the shard touches it, but for the result, which the committer may set.</summary>
internal sealed class PendingCommand(EngineCommand command) : TaskCompletionSource<CommandReply>(TaskCreationOptions.RunContinuationsAsynchronously), IShardWork
{
    private PendingCommand? _followers;

    public EngineCommand Command { get; } = command;

    /// <summary>How often it was decided.</summary>
    public int Attempts { get; set; }

    public void RunOn(Shard shard) => shard.Execute(this);

    public bool HasFingerprint(ReadOnlySpan<byte> fingerprint) => Command.Fingerprint.Span.SequenceEqual(fingerprint);

    /// <summary>A repeat that came while the first was under way gets what the first gets.</summary>
    public void Follow(PendingCommand follower)
    {
        follower._followers = _followers;
        _followers = follower;
    }

    public void Complete(CommandReply reply)
    {
        TrySetResult(reply);
        if (_followers is null) return;

        var replayed = reply with { Replayed = true };
        for (var follower = _followers; follower is not null; follower = follower._followers) follower.TrySetResult(replayed);
    }

    public void Fail(Exception error)
    {
        TrySetException(error);
        for (var follower = _followers; follower is not null; follower = follower._followers) follower.TrySetException(error);
    }
}

/// <summary>A read of a stream's committed state: when that is ahead of the log, it waits for the commit.</summary>
/// <param name="isAfterOthers">The log has more than this process knows of: see <see cref="IPendingRead.IsAfterOthers"/>.</param>
internal sealed class PendingRead<TState>(StreamName stream, bool isAfterOthers) : TaskCompletionSource<StreamState<TState>>(TaskCreationOptions.RunContinuationsAsynchronously), IPendingRead
    where TState : class
{
    private StreamState<TState>? _seen;

    public StreamName Stream { get; } = stream;

    public bool IsAfterOthers { get; } = isAfterOthers;

    public void RunOn(Shard shard) => shard.Read(this);

    public void See(Actor actor) => _seen = new StreamState<TState>(actor.Stream, actor.Version, (TState)actor.State);

    public void Complete() => TrySetResult(_seen!);

    public void Fail(Exception error) => TrySetException(error);
}

internal interface IPendingRead : IShardWork
{
    StreamName Stream { get; }

    /// <summary>An actor in memory does not do as it is: it takes in first what other processes wrote.</summary>
    bool IsAfterOthers { get; }

    /// <summary>Takes the actor's state down.</summary>
    void See(Actor actor);

    /// <summary>What was seen is durable.</summary>
    void Complete();
}
