using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Akka.Actor;
using Ledger.Cluster.Akka.Wire;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka;

/// <summary>
/// Where a node's callers wait: one reference, to which entities on all nodes answer by the number of the call. Akka's own way to ask makes a reference, a timer and a task for each call, and the entity
/// keeps the last of them for as long as it lives. Safe for any thread.
/// </summary>
internal sealed class Answers : MinimalActorRef, IDisposable
{
    /// <summary>How often in <see cref="ClusterNodeOptions.AnswerWithin"/> it is looked whose time is over; so a caller waits at most that much longer.</summary>
    private const int LooksPerPatience = 16;

    private readonly ConcurrentDictionary<long, Call> _calls = new();
    private readonly TimeSpan _patience;
    private readonly Timer _looks;

    /// <summary>From a random one on: an answer to what a node at this address asked before it was started anew finds nobody here.</summary>
    private long _lastNumber = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private volatile bool _isOver;

    public Answers(ActorSystem system, TimeSpan patience)
    {
        Provider = ((ExtendedActorSystem)system).Provider;
        Path = Provider.TempPath();
        Provider.RegisterTempActor(this, Path);
        _patience = patience;
        // A timer counts whole milliseconds, and takes 0 for never again.
        var pause = TimeSpan.FromMilliseconds(Math.Max(1, (patience / LooksPerPatience).TotalMilliseconds));
        _looks = new Timer(static answers => ((Answers)answers!).GiveUpLate(), this, pause, pause);
    }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider { get; }

    /// <summary>A call that can be answered from now on. To be disposed when its caller does not wait any more.</summary>
    public Call Begin()
    {
        var call = new Call(this, Interlocked.Increment(ref _lastNumber));
        _calls[call.Number] = call;
        // Whoever ends looks at the calls after it has said so.
        if (_isOver) call.TrySetException(NodeHasStopped());
        return call;
    }

    /// <summary>Whoever still waits is told that the node has stopped.</summary>
    public void Dispose()
    {
        _isOver = true;
        _looks.Dispose();
        Provider.UnregisterTempActor(Path);
        foreach (var call in _calls.Values) call.TrySetException(NodeHasStopped());
    }

    /// <summary>What answers nobody any more, and what is no answer, is dropped: this is also where a stranger in the cluster may send to.</summary>
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is not Answer answer || !_calls.TryGetValue(answer.CallNumber, out var call)) return;

        if (answer is CommandAnswered answered) call.TrySetResult(answered.Reply);
        else if (answer is CommandFailed failed) call.TrySetException(failed.Error);
    }

    private static EventLogUnavailableException NodeHasStopped() => new("This node has stopped. The command may have taken effect: repeat it at another node, with the same id.");

    private void GiveUpLate()
    {
        foreach (var (_, call) in _calls)
        {
            if (Stopwatch.GetElapsedTime(call.BeganAt) < _patience) continue;
            call.TrySetException(new EventLogUnavailableException(string.Create(CultureInfo.InvariantCulture, $"No answer within {_patience.TotalSeconds:0.#} s. The command may have taken effect: repeat it with the same id.")));
        }
    }

    /// <summary>One command that waits for its answer. Its continuation runs on a thread of the pool, never on the one that brings the answer.</summary>
    internal sealed class Call(Answers answers, long number) : TaskCompletionSource<CommandReply>(TaskCreationOptions.RunContinuationsAsynchronously), IDisposable
    {
        /// <summary>None comes twice while the node runs, nor, but by a chance of 1 to 2^64, after it was started anew.</summary>
        public long Number { get; } = number;

        public long BeganAt { get; } = Stopwatch.GetTimestamp();

        public void Dispose() => answers._calls.TryRemove(Number, out _);
    }
}
