using System.Diagnostics;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Tests;

public class ThroughputTests
{
    [Fact]
    public void What_ends_counts_into_the_interval_in_which_it_ended()
    {
        var throughput = new Throughput(startedAt: 0, TimeSpan.FromMilliseconds(100));
        foreach (var milliseconds in new[] { 0, 50, 99, 100, 350 }) throughput.Add(milliseconds * Stopwatch.Frequency / 1_000);

        Assert.Equal([3, 1, 0, 1], throughput.Counts);
        Assert.Equal((0.05, 30.0), throughput.Rates().First());
    }

    [Fact]
    public void Workers_are_added_up_interval_by_interval()
    {
        var (one, other) = (new Throughput(0, TimeSpan.FromSeconds(1)), new Throughput(0, TimeSpan.FromSeconds(1)));
        one.Add(0);
        other.Add(Stopwatch.Frequency * 2);
        one.Merge(other);

        Assert.Equal([1, 0, 1], one.Counts);
        Assert.Equal(2, one.Total);
    }

    [Theory]
    [InlineData(new[] { 3.0, 1, 2 }, 2)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 2.5)]
    public void The_median_is_the_middle(double[] values, double expected) => Assert.Equal(expected, Median.Of(values));
}
