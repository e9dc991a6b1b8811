namespace Ledger.Simulation.Scheduling;

/// <summary>Timers of one party, in virtual time. They ring on the schedule's thread, and not at all once the party is dead.</summary>
internal sealed class VirtualTimers(Schedule schedule, HomeContext home) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => schedule.Now.ToDateTimeOffset();

    public override long GetTimestamp() => schedule.NowTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(schedule, home, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Rings once; nothing in the product asks for a period.</summary>
    private sealed class VirtualTimer(Schedule schedule, HomeContext home, Action ring) : ITimer
    {
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var setting = ++_setting;
            if (dueTime == Timeout.InfiniteTimeSpan) return true;

            schedule.After(dueTime.Ticks, () =>
            {
                if (setting == _setting && !home.IsDead) ring();
            });
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
