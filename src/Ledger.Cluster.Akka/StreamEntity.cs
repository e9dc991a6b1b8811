using Akka.Actor;
using Ledger.Cluster.Akka.Wire;
using Ledger.Engine;

namespace Ledger.Cluster.Akka;

/// <summary>
/// One stream's place in the cluster. Hands its commands to its node's own engine, which decides and commits them with those of the node's other entities, and passes the answers
/// on; keeps how many are under way, so that it stops only when none is. An actor: one message at a time.
/// </summary>
internal sealed class StreamEntity : UntypedActor
{
    private readonly LedgerEngine _engine;
    private int _underWay;
    private volatile bool _isStopping;

    private StreamEntity(LedgerEngine engine) => _engine = engine;

    public static Props PropsOf(LedgerEngine engine) => Props.CreateBy(new Producer(engine));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ExecuteCommand execute:
                Execute(execute);
                break;
            case Ended:
                StopIfDone();
                break;
            case StopWhenDone:
                _isStopping = true;
                // Before it is read how many are under way: whoever ends the last one looks at these in the other order.
                Interlocked.MemoryBarrier();
                StopIfDone();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Execute(ExecuteCommand execute)
    {
        Interlocked.Increment(ref _underWay);
        _ = AnswerAsync(execute, Sender, Self);
    }

    /// <summary>Its first part runs in the actor's turn, the rest where the engine answers: of the actor it touches only how many are under way.</summary>
    private async Task AnswerAsync(ExecuteCommand execute, IActorRef caller, IActorRef self)
    {
        Answer answer;
        try
        {
            answer = new CommandAnswered(execute.CallNumber, await _engine.ExecuteAsync(execute.Command, CancellationToken.None).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            // The actor's edge: the caller gets whatever it was.
            answer = new CommandFailed(execute.CallNumber, error);
        }

        caller.Tell(answer, self);
        if (Interlocked.Decrement(ref _underWay) == 0 && _isStopping) self.Tell(Ended.Instance, self);
    }

    private void StopIfDone()
    {
        if (_isStopping && Volatile.Read(ref _underWay) == 0) Context.Stop(Self);
    }

    /// <summary>Sent by its shard when the stream was idle, or when the shard moves to another node.</summary>
    public sealed class StopWhenDone
    {
        public static readonly StopWhenDone Instance = new();
    }

    /// <summary>To itself, when it stops and nothing is under way any more.</summary>
    private sealed class Ended
    {
        public static readonly Ended Instance = new();
    }

    private sealed class Producer(LedgerEngine engine) : IIndirectActorProducer
    {
        public Type ActorType => typeof(StreamEntity);

        public ActorBase Produce() => new StreamEntity(engine);

        public void Release(ActorBase actor)
        {
        }
    }
}
