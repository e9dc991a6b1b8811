using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Reporting;

/// <summary>Plots that several subcommands make.</summary>
internal static class Plots
{
    private static readonly (string Name, Func<Latencies, double> Of)[] Percentiles =
    [
        ("p50", static at => at.P50), ("p90", static at => at.P90), ("p99", static at => at.P99), ("p99.9", static at => at.P999), ("p99.99", static at => at.P9999), ("max", static at => at.Max),
    ];

    public static Plot LatencyAgainstLoad(string file, string title, string across, IReadOnlyList<(double Rate, Latencies Latencies)> points) => new(
        file, title, across, "milliseconds", IsLogarithmic: true,
        [.. Percentiles.Select(percentile => new Line(percentile.Name, [.. points.Select(point => (point.Rate, percentile.Of(point.Latencies)))]))]);

    public static Plot ThroughputOverTime(string file, string title, params ReadOnlySpan<(string Name, Throughput Throughput)> lines)
    {
        var drawn = new List<Line>();
        foreach (var (name, throughput) in lines) drawn.Add(new Line(name, [.. throughput.Rates()]));
        return new Plot(file, title, "seconds", "a second", IsLogarithmic: false, drawn);
    }
}
