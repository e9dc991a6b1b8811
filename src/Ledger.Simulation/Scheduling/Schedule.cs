using NodaTime;

namespace Ledger.Simulation.Scheduling;

/// <summary>
/// The one thread of a simulation: what happens, in which order, at which virtual instant. Two things at one instant happen in the order in
/// which they were arranged. Everything that is awaited in a run is completed from here, so that nothing reaches the thread pool.
/// </summary>
internal sealed class Schedule(Instant start)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _later = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State, HomeContext Home)> _ready = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;
    private long _now = start.ToUnixTimeTicks();

    /// <summary>What really is the time; a server's clock may think otherwise.</summary>
    public Instant Now => Instant.FromUnixTimeTicks(_now);

    public long NowTicks => _now;

    /// <summary>Things that happened so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Mixed from all that happened: two runs are the same when theirs are.</summary>
    public ulong Digest { get; private set; } = 0xCBF29CE484222325;

    public void After(Duration wait, Action then) => After(wait.BclCompatibleTicks, then);

    public void After(long waitTicks, Action then)
    {
        ThrowUnlessHere();
        _later.Enqueue(then, (_now + Math.Max(waitTicks, 0), _order++));
    }

    public void At(Instant instant, Action then) => After(instant.ToUnixTimeTicks() - _now, then);

    /// <summary>A pause of whoever awaits it.</summary>
    public Task PauseAsync(Duration wait)
    {
        var over = new TaskCompletionSource();
        After(wait, over.SetResult);
        return over.Task;
    }

    /// <summary>What goes on as soon as this step is over, before time passes.</summary>
    public void Post(SendOrPostCallback callback, object? state, HomeContext home)
    {
        ThrowUnlessHere();
        _ready.Enqueue((callback, state, home));
    }

    /// <summary>Lets the next thing happen.</summary>
    /// <returns>False when nothing ever happens again.</returns>
    public bool RunNext()
    {
        if (_ready.TryDequeue(out var ready))
        {
            Steps++;
            ready.Home.Run(ready.Callback, ready.State);
            return true;
        }

        if (!_later.TryDequeue(out var next, out var at)) return false;

        Steps++;
        _now = at.At;
        next();
        return true;
    }

    /// <summary>Takes something that happened into the digest.</summary>
    public void Note(ulong what)
    {
        unchecked
        {
            Digest = (Digest ^ what ^ (ulong)_now) * 0x100000001B3;
            Digest ^= Digest >> 29;
        }
    }

    /// <exception cref="InvalidOperationException">Something of this run runs on another thread: it would not be the same the next time.</exception>
    public void ThrowUnlessHere()
    {
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("A part of the simulation left its thread: what it awaits must be completed by the schedule.");
    }
}
