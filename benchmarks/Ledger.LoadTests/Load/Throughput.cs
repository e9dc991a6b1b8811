using System.Diagnostics;

namespace Ledger.LoadTests.Load;

/// <summary>How many ended in each interval since the start. One worker counts; those of several are merged when they have ended.</summary>
/// <param name="startedAt">A <see cref="Stopwatch"/> timestamp.</param>
/// <param name="interval">Above zero.</param>
internal sealed class Throughput(long startedAt, TimeSpan interval)
{
    /// <summary>What comes later counts into the last one.</summary>
    public const int IntervalsMax = 100_000;

    private readonly List<long> _counts = [];

    public TimeSpan Interval { get; } = interval;

    public long Total { get; private set; }

    public IReadOnlyList<long> Counts => _counts;

    public void Add(long endedAt)
    {
        var elapsed = Stopwatch.GetElapsedTime(startedAt, endedAt);
        var index = (int)Math.Clamp(elapsed.Ticks / Interval.Ticks, 0, IntervalsMax - 1);
        while (_counts.Count <= index) _counts.Add(0);
        _counts[index]++;
        Total++;
    }

    public void Merge(Throughput other)
    {
        while (_counts.Count < other._counts.Count) _counts.Add(0);
        for (var index = 0; index < other._counts.Count; index++) _counts[index] += other._counts[index];
        Total += other.Total;
    }

    /// <summary>Seconds since the start (each interval's middle) and the rate a second in it.</summary>
    public IEnumerable<(double Seconds, double PerSecond)> Rates()
    {
        for (var index = 0; index < _counts.Count; index++) yield return ((index + 0.5) * Interval.TotalSeconds, _counts[index] / Interval.TotalSeconds);
    }
}
