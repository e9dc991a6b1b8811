using System.Diagnostics;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Scenarios;

namespace Ledger.LoadTests.Tests;

public class PacingTests
{
    [Fact]
    public void Even_spacing_has_one_gap_between_all()
    {
        var due = Take(new Arrivals(static _ => 100, Spacing.Even, seconds: 1, seed: 1));

        Assert.Equal(100, due.Count);
        for (var index = 0; index < due.Count; index++) Assert.Equal(index / 100.0, due[index], 9);
    }

    [Fact]
    public void Phases_put_one_workers_arrivals_between_the_others()
    {
        var first = Take(new Arrivals(static _ => 10, Spacing.Even, seconds: 1, seed: 1, phase: 0));
        var second = Take(new Arrivals(static _ => 10, Spacing.Even, seconds: 1, seed: 2, phase: 0.5));

        Assert.All(first.Zip(second), static pair => Assert.Equal(0.05, pair.Second - pair.First, 9));
    }

    [Fact]
    public void Poisson_spacing_keeps_the_rate_and_has_gaps_as_spread_as_they_are_long()
    {
        var due = Take(new Arrivals(static _ => 1_000, Spacing.Poisson, seconds: 100, seed: 5));
        double[] gaps = [.. due.Zip(due.Skip(1), static (before, after) => after - before)];
        var mean = gaps.Average();
        var deviation = Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));

        Assert.InRange(due.Count, 98_000, 102_000);
        Assert.InRange(deviation / mean, 0.97, 1.03);
    }

    [Fact]
    public void The_same_seed_gives_the_same_arrivals_and_another_others()
    {
        var arrivals = Take(new Arrivals(static _ => 100, Spacing.Poisson, 1, seed: 5));

        Assert.Equal(arrivals, Take(new Arrivals(static _ => 100, Spacing.Poisson, 1, seed: 5)));
        Assert.NotEqual(arrivals, Take(new Arrivals(static _ => 100, Spacing.Poisson, 1, seed: 6)));
    }

    [Fact]
    public void A_rate_that_falls_to_nothing_for_a_while_goes_on_afterwards()
    {
        var due = Take(new Arrivals(static at => at is > 1 and < 5 ? 0 : 100, Spacing.Even, seconds: 10, seed: 1));

        Assert.InRange(due.Count(static at => at is > 1.1 and < 5), 0, 5);
        Assert.InRange(due.Count(static at => at > 6), 380, 410);
    }

    [Fact]
    public void What_is_due_is_given_at_its_time_and_never_before()
    {
        var clock = new FakeLoadClock();
        var pacer = new Pacer(new Arrivals(static _ => 10, Spacing.Even, seconds: 1, seed: 1), clock, startedAt: 0);

        var count = 0;
        while (pacer.WaitNext(static () => { }, out var dueAt))
        {
            Assert.Equal(count++ * Stopwatch.Frequency / 10, dueAt);
            Assert.Equal(dueAt, clock.Now);
        }

        Assert.Equal(10, count);
    }

    /// <summary>The point of an open loop: a generator that was held up gives out at once all that was due meanwhile, each with the time it was meant for.</summary>
    [Fact]
    public void A_stall_of_the_sender_does_not_move_what_was_due()
    {
        var clock = new FakeLoadClock();
        var pacer = new Pacer(new Arrivals(static _ => 10, Spacing.Even, seconds: 1, seed: 1), clock, startedAt: 0);
        Assert.True(pacer.WaitNext(static () => { }, out _));
        clock.Now = Stopwatch.Frequency / 2;

        var latencies = new LatencyRecorder();
        for (var number = 1; number <= 5; number++)
        {
            Assert.True(pacer.WaitNext(static () => throw new InvalidOperationException("It waited for what was due."), out var dueAt));
            latencies.Record(dueAt, clock.Now);
        }

        Assert.InRange(latencies.Summarise().Max, 399, 401);
        Assert.Equal(0, clock.Sleeps);
    }

    [Fact]
    public void The_worker_does_its_other_work_while_it_waits()
    {
        var clock = new FakeLoadClock();
        var pacer = new Pacer(new Arrivals(static _ => 10, Spacing.Even, seconds: 1, seed: 1, phase: 0.5), clock, startedAt: 0);
        var meanwhile = 0;

        Assert.True(pacer.WaitNext(() => meanwhile++, out _));

        Assert.Equal(1, meanwhile);
    }

    [Fact]
    public void Saturday_begins_and_ends_at_a_quarter_of_its_peak()
    {
        var rate = SteadyTraffic.Saturday(peak: 1_000, seconds: 60);

        Assert.Equal(250, rate(0), 6);
        Assert.Equal(1_000, rate(30), 6);
        Assert.Equal(250, rate(60), 6);
        Assert.True(rate(10) < rate(20));
    }

    private static List<double> Take(Arrivals arrivals)
    {
        var taken = new List<double>();
        while (arrivals.TryNext(out var at)) taken.Add(at);
        return taken;
    }

    /// <summary>Time passes by sleeping alone.</summary>
    private sealed class FakeLoadClock : ILoadClock
    {
        public long Now { get; set; }

        public int Sleeps { get; private set; }

        public void SleepUntil(long timestamp)
        {
            Now = timestamp;
            Sleeps++;
        }
    }
}
