using NodaTime;

namespace Ledger.Host.Demo;

/// <summary>
/// A clock that stands until it is moved, forward only. Once let go it runs at the real clock's pace, never behind where it was.
/// Safe for any number of threads.
/// </summary>
internal sealed class DemoClock(Instant start, IClock real) : IClock
{
    private readonly Lock _lock = new();
    private Instant _now = start;
    private Duration? _offset;

    public Instant GetCurrentInstant()
    {
        lock (_lock) return _offset is { } offset ? real.GetCurrentInstant() + offset : _now;
    }

    /// <summary>Moves to <paramref name="instant"/>; nothing when it is past, or the clock was let go.</summary>
    public void MoveTo(Instant instant)
    {
        lock (_lock) _now = Instant.Max(_now, instant);
    }

    public void Advance(Duration by) => MoveTo(GetCurrentInstant() + by);

    /// <summary>From now on real time; when the demo's day is ahead of it, real time's pace from where the demo stopped.</summary>
    public void LetGo()
    {
        lock (_lock) _offset ??= Duration.Max(Duration.Zero, _now - real.GetCurrentInstant());
    }
}
