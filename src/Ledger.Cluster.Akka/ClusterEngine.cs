using Akka.Actor;
using Ledger.Cluster.Akka.Wire;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka;

/// <summary>
/// The cluster as one engine: a command goes to the entity of its first stream, on whichever node that stands; reads are of this node's own engine, which asks the shared log whether
/// there is more. Safe for any number of callers.
/// </summary>
public sealed class ClusterEngine : ILedgerEngine
{
    private readonly ActorSystem _system;
    private readonly IActorRef _region;
    private readonly LedgerEngine _engine;
    private readonly Answers _answers;
    private readonly int _callsMax;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private volatile bool _isClosed;

    internal ClusterEngine(ActorSystem system, IActorRef region, LedgerEngine engine, ClusterNodeOptions options) =>
        (_system, _region, _engine, _answers, _callsMax) = (system, region, engine, new Answers(system, options.AnswerWithin), options.CallsMax);

    /// <inheritdoc/>
    /// <remarks>
    /// A command with a part that is built by a function cannot be sent, and is decided by this node's own engine: the log decides in any case whether it may stand.
    /// </remarks>
    /// <exception cref="EventLogUnavailableException">
    /// Nothing was appended; or no answer came within <see cref="ClusterNodeOptions.AnswerWithin"/>, as when the stream's node has just died, and it may have been: repeat it with the same id.
    /// </exception>
    public ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return CanBeSent(command) ? SendAsync(command, cancellation) : _engine.ExecuteAsync(command, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class => _engine.ReadAsync<TState>(stream, cancellation);

    /// <inheritdoc/>
    public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class => _engine.ReadAtAsync<TState>(stream, version, cancellation);

    /// <summary>Refuses new commands, and waits until those that were sent have their answers, each within its own bound.</summary>
    internal Task DrainAsync()
    {
        _isClosed = true;
        Interlocked.Increment(ref _calls);
        EndCall();
        return _drained.Task;
    }

    /// <summary>When the node has stopped: whoever waits is told so.</summary>
    internal void End() => _answers.Dispose();

    /// <summary>What is malformed is refused by the engine here, and is not sent either.</summary>
    private static bool CanBeSent(EngineCommand command)
    {
        if (command.Parts.IsDefaultOrEmpty || command.Parts.Length > LedgerEngine.PartsMax) return false;
        foreach (var part in command.Parts)
        {
            if (!CommandCodec.Knows(part.Content)) return false;
        }

        return true;
    }

    private async ValueTask<CommandReply> SendAsync(EngineCommand command, CancellationToken cancellation)
    {
        BeginCall();
        try
        {
            using var call = _answers.Begin();
            var message = new ExecuteCommand(call.Number, command);
            _ = message.ShardId;
            using var leaving = cancellation.UnsafeRegister(static (left, token) => ((Answers.Call)left!).TrySetCanceled(token), call);
            _region.Tell(message, _answers);
            return await call.Task.ConfigureAwait(false);
        }
        finally
        {
            EndCall();
        }
    }

    private void BeginCall()
    {
        var calls = Interlocked.Increment(ref _calls);
        if (!_isClosed && calls <= _callsMax && !_system.WhenTerminated.IsCompleted) return;

        EndCall();
        if (calls > _callsMax) throw new MailboxFullException();
        throw new EventLogUnavailableException("This node has left the cluster, or leaves it. Nothing was done; ask another node, with the same id.");
    }

    private void EndCall()
    {
        if (Interlocked.Decrement(ref _calls) == 0 && _isClosed) _drained.TrySetResult();
    }
}
