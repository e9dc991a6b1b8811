using NodaTime;

namespace Ledger.Testing;

/// <summary>A clock that stands still until it is told otherwise; may be set back. Safe for any thread.</summary>
public sealed class ManualClock(Instant start) : IClock
{
    private long _ticks = start.ToUnixTimeTicks();

    public Instant Now
    {
        get => Instant.FromUnixTimeTicks(Volatile.Read(ref _ticks));
        set => Volatile.Write(ref _ticks, value.ToUnixTimeTicks());
    }

    public Instant GetCurrentInstant() => Now;

    public void Advance(Duration by) => Now += by;
}
