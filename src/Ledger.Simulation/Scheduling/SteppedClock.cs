using NodaTime;

namespace Ledger.Simulation.Scheduling;

/// <summary>The servers' clock: the real instant and an error that somebody or a time server changes by steps, back as well. One thread.</summary>
internal sealed class SteppedClock(Schedule schedule) : IClock
{
    public Duration Error { get; private set; } = Duration.Zero;

    public void Step(Duration error) => Error = error;

    public Instant GetCurrentInstant()
    {
        schedule.ThrowUnlessHere();
        return schedule.Now + Error;
    }
}

/// <summary>The right time, for everybody who is not a server of ours.</summary>
internal sealed class RightClock(Schedule schedule) : IClock
{
    public Instant GetCurrentInstant() => schedule.Now;
}
