using System.Diagnostics;

namespace Ledger.LoadTests.Load;

/// <summary>Time as a generator sees it, so that tests need not wait.</summary>
internal interface ILoadClock
{
    /// <summary>As <see cref="Stopwatch.GetTimestamp"/>.</summary>
    long Now { get; }

    /// <summary>Returns at about that time, never before it by more than the system's timer is off.</summary>
    void SleepUntil(long timestamp);
}

/// <summary>
/// The machine's. Sleeps in steps of the system's timer (a millisecond): two cores have none to spare for spinning, and a call that is sent late
/// for it has the delay in its latency, which counts from when it was due.
/// </summary>
internal sealed class SystemLoadClock : ILoadClock
{
    private const int StepMilliseconds = 1;

    public long Now => Stopwatch.GetTimestamp();

    public void SleepUntil(long timestamp)
    {
        var left = Stopwatch.GetElapsedTime(Now, timestamp);
        if (left > TimeSpan.Zero) Thread.Sleep(Math.Max(StepMilliseconds, (int)left.TotalMilliseconds));
    }
}

/// <summary>Gives out what is due, one by one, at its time or as soon after it as it is asked. Of one worker.</summary>
internal sealed class Pacer(Arrivals arrivals, ILoadClock clock, long startedAt)
{
    private long? _due;

    /// <summary>Waits until the next one is due.</summary>
    /// <param name="meanwhile">Run before each wait: what else the worker has to do.</param>
    /// <param name="dueAt">When it was meant to be sent; latency counts from here, also when the generator is late.</param>
    /// <returns>False when the run is over.</returns>
    public bool WaitNext(Action meanwhile, out long dueAt)
    {
        dueAt = 0;
        if (_due is null && !TryTake()) return false;

        dueAt = _due!.Value;
        while (clock.Now < dueAt)
        {
            meanwhile();
            clock.SleepUntil(dueAt);
        }

        _due = null;
        return true;
    }

    private bool TryTake()
    {
        if (!arrivals.TryNext(out var seconds)) return false;

        _due = startedAt + (long)Math.Round(seconds * Stopwatch.Frequency);
        return true;
    }
}
