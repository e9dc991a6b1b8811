using System.Diagnostics;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Tests;

public class LatencyRecorderTests
{
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>Three digits hold: a thousandth of the value either way, and the histogram gives the upper end of a bucket.</summary>
    private const double Tolerance = 0.002;

    [Fact]
    public void Percentiles_are_those_of_the_sorted_values()
    {
        var recorder = new LatencyRecorder();
        long[] values = [.. Enumerable.Range(1, 100_000).Select(static number => number * 1_000L)];
        new Random(7).Shuffle(values);
        foreach (var value in values) recorder.RecordNanoseconds(value);

        var at = recorder.Summarise();

        Assert.Equal(100_000, at.Count);
        AssertNear(50, at.P50);
        AssertNear(90, at.P90);
        AssertNear(99, at.P99);
        AssertNear(99.9, at.P999);
        AssertNear(99.99, at.P9999);
        AssertNear(100, at.Max);
        AssertNear(50.0005, at.Mean);
    }

    [Fact]
    public void One_slow_call_in_ten_thousand_shows_in_the_last_percentile_and_in_no_other()
    {
        var recorder = new LatencyRecorder();
        for (var count = 0; count < 9_998; count++) recorder.RecordNanoseconds((long)NanosecondsPerMillisecond);
        recorder.RecordNanoseconds((long)(500 * NanosecondsPerMillisecond));
        recorder.RecordNanoseconds((long)(500 * NanosecondsPerMillisecond));

        var at = recorder.Summarise();

        AssertNear(1, at.P999);
        AssertNear(500, at.P9999);
        AssertNear(500, at.Max);
    }

    [Fact]
    public void Merged_recorders_give_what_one_recorder_of_all_gives()
    {
        var chance = new Random(11);
        LatencyRecorder[] parts = [new(), new(), new()];
        var whole = new LatencyRecorder();
        for (var count = 0; count < 30_000; count++)
        {
            var value = chance.NextInt64(100, 5_000_000_000);
            parts[count % parts.Length].RecordNanoseconds(value);
            whole.RecordNanoseconds(value);
        }

        var merged = new LatencyRecorder();
        foreach (var part in parts) merged.Merge(part);

        Assert.Equal(whole.Summarise(), merged.Summarise());
    }

    [Fact]
    public void Timestamps_are_recorded_as_the_time_between_them()
    {
        var recorder = new LatencyRecorder();
        recorder.Record(1_000, 1_000 + (Stopwatch.Frequency / 4));

        AssertNear(250, recorder.Summarise().Max);
    }

    [Fact]
    public void A_clock_that_steps_back_counts_as_no_time_and_hours_as_the_most()
    {
        var recorder = new LatencyRecorder();
        recorder.Record(2_000, 1_000);
        recorder.RecordNanoseconds(long.MaxValue);

        var at = recorder.Summarise();

        Assert.Equal(2, at.Count);
        Assert.Equal(0, at.P50);
        AssertNear(LatencyRecorder.LatencyMax.TotalMilliseconds, at.Max);
    }

    [Fact]
    public void Nothing_recorded_is_said_as_nothing() => Assert.Equal(Latencies.None, new LatencyRecorder().Summarise());

    private static void AssertNear(double expected, double actual) => Assert.InRange(actual, expected * (1 - Tolerance), expected * (1 + Tolerance));
}
