using System.Diagnostics;
using HdrHistogram;

namespace Ledger.LoadTests.Load;

/// <summary>
/// Latencies of one worker, in a histogram of constant size: three digits hold from a nanosecond to <see cref="LatencyMax"/>. One worker records;
/// those of several are merged when they have ended.
/// </summary>
internal sealed class LatencyRecorder
{
    /// <summary>What takes longer counts as this long.</summary>
    public static readonly TimeSpan LatencyMax = TimeSpan.FromHours(1);

    private const int Digits = 3;
    private const double NanosecondsPerMillisecond = 1e6;

    private static readonly long NanosecondsMax = (long)LatencyMax.TotalNanoseconds;
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly LongHistogram _histogram = new(NanosecondsMax, Digits);

    public long Count => _histogram.TotalCount;

    /// <param name="startedAt">A <see cref="Stopwatch"/> timestamp: in open loop when it was meant to be sent.</param>
    /// <param name="endedAt">Not before <paramref name="startedAt"/>; a clock that steps back counts as no time.</param>
    public void Record(long startedAt, long endedAt) => RecordNanoseconds((long)((endedAt - startedAt) * NanosecondsPerTick));

    public void RecordNanoseconds(long nanoseconds) => _histogram.RecordValue(Math.Clamp(nanoseconds, 0, NanosecondsMax));

    public void Merge(LatencyRecorder other) => _histogram.Add(other._histogram);

    public Latencies Summarise()
    {
        if (Count == 0) return Latencies.None;

        return new Latencies(Count, _histogram.GetMean() / NanosecondsPerMillisecond, At(50), At(90), At(99), At(99.9), At(99.99), At(100));
    }

    private double At(double percentile) => _histogram.GetValueAtPercentile(percentile) / NanosecondsPerMillisecond;
}

/// <summary>Milliseconds; each at or below which that share of all lies.</summary>
internal sealed record Latencies(long Count, double Mean, double P50, double P90, double P99, double P999, double P9999, double Max)
{
    public static Latencies None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}
