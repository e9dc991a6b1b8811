namespace Ledger.Acquiring.Tests;

/// <summary>Timers that ring when they are told to: no test waits for a clock.</summary>
internal sealed class ManualTimers : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];

    /// <summary>How long the timers that are set now would take.</summary>
    public IReadOnlyList<TimeSpan> Set
    {
        get
        {
            lock (_lock) return [.. _timers.Select(static t => t.DueTime)];
        }
    }

    public void RingAll()
    {
        List<Timer> timers;
        lock (_lock)
        {
            timers = [.. _timers];
            _timers.Clear();
        }

        timers.ForEach(static t => t.Ring());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state)) { DueTime = dueTime };
        lock (_lock) _timers.Add(timer);
        return timer;
    }

    private sealed class Timer(ManualTimers owner, Action ring) : ITimer
    {
        public TimeSpan DueTime { get; set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            DueTime = dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (owner._lock) owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
