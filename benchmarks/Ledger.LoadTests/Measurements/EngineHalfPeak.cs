using System.CommandLine;
using System.Globalization;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Measurements;

/// <summary>
/// Open loop on the embedded engine: searches for the highest rate that it keeps up with, then half of it (latency), three times of it (what is
/// refused, what is still answered, memory) and shares of it between (the plot).
/// </summary>
internal static class EngineHalfPeak
{
    private const double P99Target = 10;
    private const double P999Target = 25;
    private const double OverloadTarget = 0.9;
    private const double OverloadFactor = 3;
    private const int Halvings = 4;

    /// <summary>Of one step of the search: long enough for a target to catch up after a stall before the last quarter, which is what is judged.</summary>
    private const double SearchSeconds = 8;

    private const double StepSeconds = 4;
    private const double RoundSeconds = 15;
    private const long PeakCommandsFull = 300_000;

    private static readonly double[] Shares = [0.1, 0.25, 0.5, 0.75, 0.9, 1];

    private static readonly Option<double?> Peak = new("--peak") { Description = "Commands a second that it keeps up with; searched for when left out." };

    public static Command Command() => LoadCommands.Measurement(
        "engine-half-peak", "Open loop: the highest rate kept up with, then latency at half of it, overload at three times, a sweep.", [Peak], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var report = new RunReport("engine-half-peak", "Engine in open loop: half its peak, three times its peak, and between") { WarmUp = "before each run a tenth of its time at half its rate, on the same log" };
        var peak = arguments.GetValue(Peak) ?? await SearchAsync(run, report, cancellation);
        await HalfAsync(run, report, peak, cancellation);
        await OverloadAsync(run, report, peak, cancellation);
        await SweepAsync(run, report, peak, cancellation);
        report.Note("Open loop: commands are sent when they are due, whatever became of those before, and latency counts from then (coordinated omission accounted for). "
            + "The sender sleeps in steps of 1 ms, so up to a millisecond and what the sender is late is in every latency.");
        return report;
    }

    /// <summary>The highest rate that is kept up with; begins at what a closed loop reaches.</summary>
    public static async Task<double> SearchAsync(RunContext run, RunReport report, CancellationToken cancellation)
    {
        var path = run.In("closed.db");
        var closed = await EnginePeak.OneAsync(run, path, run.Options.Size(PeakCommandsFull, 2_000), cancellation);
        LogFiles.Delete(path);
        report.Add("closed loop, saturated: where the search begins", closed);
        var (peak, steps) = await RateSearch.RunAsync(closed.Rate * 0.8, Halvings, async rate =>
        {
            var seconds = run.Options.Time(SearchSeconds);
            return RateStep.Of(rate, seconds, await OpenAsync(run, rate, seconds, "search", cancellation));
        });
        foreach (var step in steps) report.Note($"Search: {step.Describe()}.");
        report.Fact("peak: highest offered rate kept up with", peak.Offered, "commands/s");
        return peak.Offered;
    }

    /// <summary>One open loop on a log of its own, with a short warm-up on it.</summary>
    public static async Task<LoadResult> OpenAsync(RunContext run, double rate, double seconds, string title, CancellationToken cancellation)
    {
        var path = run.In("open.db");
        LoadResult result;
        await using (var engine = EmbeddedEngine.Open(path, run.Options.Engine))
        {
            var traffic = new PreparedTraffic(run, OpenLoad.Steady(rate, seconds, run.Options) with { ResendsRefused = true });
            await traffic.WarmUpAsync(engine.Engine, rate, seconds, run.Options, cancellation);
            using var watch = TimeBar.Start(run.Progress, $"{title}: {rate:N0}/s", seconds);
            result = (await OpenLoop.RunAsync(engine.Engine, traffic.Load, traffic.Next, cancellation)).Checked();
        }

        LogFiles.Delete(path);
        return result;
    }

    private static async Task HalfAsync(RunContext run, RunReport report, double peak, CancellationToken cancellation)
    {
        var results = new List<LoadResult>();
        using var commits = new CommitSizes();
        using var pauses = new CollectorPauses();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            var result = await OpenAsync(run, peak / 2, run.Options.Time(RoundSeconds), "half the peak", cancellation);
            results.Add(result);
            report.Add($"round {round}: half the peak", result);
        }

        report.Judge("half the peak: p99, median", Median.Of(results.Select(static one => one.Latencies.P99)), "ms", Bound.AtMost, P99Target);
        report.Judge("half the peak: p99.9, median", Median.Of(results.Select(static one => one.Latencies.P999)), "ms", Bound.AtMost, P999Target);
        report.Note($"Commits at half the peak: {commits.Describe()}.");
        report.Note($"Garbage collector meanwhile, preparing and warming up included: {pauses.Describe()}.");
        report.Add(new Plot(
            "engine-half-peak-throughput.svg", "Half the peak: answered over time", "seconds", "commands a second", IsLogarithmic: false,
            [.. results.Select(static (one, round) => new Line($"round {round + 1}", [.. one.Tally.Throughput.Rates()]))]));
    }

    private static async Task OverloadAsync(RunContext run, RunReport report, double peak, CancellationToken cancellation)
    {
        var ratios = new List<double>();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            using var memory = MemoryPeak.Start();
            var result = await OpenAsync(run, peak * OverloadFactor, run.Options.Time(RoundSeconds / 2), "three times the peak", cancellation);
            report.Add($"round {round}: three times the peak (of those answered)", result);
            report.Fact($"round {round}: refused at once (MailboxFull)", result.Tally.Refused, $"of {result.Tally.Offered:N0} commands");
            report.Fact($"round {round}: not sent, the generator's bound was reached", result.Tally.Unsent, "commands");
            report.Fact($"round {round}: offered", result.Tally.Offered / run.Options.Time(RoundSeconds / 2), "commands/s");
            report.Fact($"round {round}: memory of the process at most", memory.Megabytes, "MB");
            ratios.Add(result.Rate / peak);
        }

        report.Judge("three times the peak: answered, of the peak, median", Median.Of(ratios), "×", Bound.AtLeast, OverloadTarget);
        report.Note("The generator shares the cores with the engine: what it takes to send three times the peak, most of it to be refused, is missing from what is answered. What was refused is sent again as a later arrival.");
    }

    private static async Task SweepAsync(RunContext run, RunReport report, double peak, CancellationToken cancellation)
    {
        var points = new List<(double Rate, Latencies Latencies)>();
        foreach (var share in Shares)
        {
            var result = await OpenAsync(run, peak * share, run.Options.Time(StepSeconds), "sweep", cancellation);
            report.Add(string.Create(CultureInfo.InvariantCulture, $"sweep: {share:0.00} of the peak"), result);
            points.Add((peak * share, result.Latencies));
        }

        report.Add(Plots.LatencyAgainstLoad("engine-latency-load.svg", "Engine, open loop: latency against offered load", "commands a second offered", points));
    }
}
