using System.CommandLine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Http;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Measurements;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Runtimes;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Scenarios;

internal enum TrafficTarget
{
    /// <summary>In this process: a request a transaction.</summary>
    Engine = 1,

    /// <summary>A server process: whole payments.</summary>
    Http = 2,
}

/// <summary>Open-loop traffic at one rate, or along a Saturday afternoon's curve.</summary>
internal static class SteadyTraffic
{
    private const long HttpPeakPaymentsFull = 3_000;

    /// <summary>A Saturday begins and ends at this share of its peak.</summary>
    private const double SaturdayShareLeast = 0.25;

    private static readonly Option<double?> Rate = ScenarioOptions.Rate();
    private static readonly Option<double> Seconds = ScenarioOptions.Seconds(60);
    private static readonly Option<int> Phones = HttpCallers.PhonesOption();
    private static readonly Option<TrafficTarget> Target = new("--target") { Description = "Engine (in this process, see --log and --runtime) or Http (a server process).", DefaultValueFactory = static _ => TrafficTarget.Engine };

    private static readonly EngineChoice Choice = new("sqlite", "embedded");

    public static Command SteadyCommand() => LoadCommands.Measurement(
        "steady", "Open loop at one rate.", [Target, .. Choice.Options, Rate, Seconds, Phones], static (run, arguments, cancellation) => RunAsync(run, arguments, "steady", "Steady traffic", 0.5, static (rate, _) => _ => rate, cancellation));

    public static Command SaturdayCommand() => LoadCommands.Measurement(
        "saturday", "Open loop along a Saturday afternoon: a quarter of the peak, up to it, and down again.", [Target, .. Choice.Options, Rate, Seconds, Phones],
        static (run, arguments, cancellation) => RunAsync(run, arguments, "saturday", "Saturday afternoon", 0.8, Saturday, cancellation));

    /// <summary>From a quarter of the peak up to it in the middle, and down again.</summary>
    public static Func<double, double> Saturday(double peak, double seconds) =>
        at => peak * (SaturdayShareLeast + ((1 - SaturdayShareLeast) * Math.Pow(Math.Sin(Math.PI * Math.Clamp(at / seconds, 0, 1)), 2)));

    private static async Task<RunReport> RunAsync(
        RunContext run, ParseResult arguments, string name, string title, double share, Func<double, double, Func<double, double>> curve, CancellationToken cancellation)
    {
        var report = new RunReport(name, $"{title}, {arguments.GetValue(Target)}")
        {
            WarmUp = arguments.GetValue(Target) == TrafficTarget.Engine ? "a tenth of the time at half the rate" : "the closed loop",
        };
        var seconds = run.Options.Time(arguments.GetValue(Seconds));
        var (peak, result) = arguments.GetValue(Target) switch
        {
            TrafficTarget.Engine => await EngineAsync(run, report, arguments, share, seconds, curve, cancellation),
            TrafficTarget.Http => await HttpAsync(run, report, arguments, share, seconds, curve, cancellation),
        };
        report.Add("all", result.Checked());
        report.Fact("highest rate offered", peak, "a second");
        report.Fact("offered", result.Tally.Offered, "in all");
        report.Fact("refused", result.Tally.Refused, "in all");
        report.Add(Plots.ThroughputOverTime($"{name}-throughput.svg", $"{title}: answered over time", ("answered", result.Tally.Throughput)));
        report.Note("Open loop: latency counts from when each was due.");
        return report;
    }

    private static async Task<(double Peak, LoadResult Result)> EngineAsync(
        RunContext run, RunReport report, ParseResult arguments, double share, double seconds, Func<double, double, Func<double, double>> curve, CancellationToken cancellation)
    {
        var kind = Choice.Engine(arguments, run.Options.Engine);
        await using var places = new EnginePlaces(run);
        var peak = await ScenarioOptions.RateAsync(run, report, arguments.GetValue(Rate), share, token => places.OpenAsync(kind, token), kind.CommandsMax, cancellation);
        var load = new OpenLoad(curve(peak, seconds), seconds, run.Options.Spacing, run.Options.Workers, run.Options.Seed);
        using var commits = new CommitSizes();
        await using var engine = await places.OpenAsync(kind, cancellation);
        var traffic = new PreparedTraffic(run, load);
        await traffic.WarmUpAsync(engine.Engine, peak, seconds, run.Options, cancellation);
        using var pauses = new CollectorPauses();
        using var watch = TimeBar.Start(run.Progress, "traffic", seconds);
        var result = await OpenLoop.RunAsync(engine.Engine, load, traffic.Next, cancellation);
        report.Note($"{kind.Name}. Commits: {commits.Describe()}. The collector made {pauses.Describe()}.");
        return (peak, result);
    }

    private static async Task<(double Peak, LoadResult Result)> HttpAsync(
        RunContext run, RunReport report, ParseResult arguments, double share, double seconds, Func<double, double, Func<double, double>> curve, CancellationToken cancellation)
    {
        await using var server = await ServerProcess.StartLedgerAsync(run.Options.Host, run.In("data"), cancellation);
        using var phones = await PhoneLoad.ConnectAsync(server.Address, await Shop.OpenAsync(server, arguments.GetValue(Phones), cancellation), cancellation);
        var closed = await phones.ClosedAsync(run.Options.Size(HttpPeakPaymentsFull, 30), null, cancellation);
        report.Add("closed loop: of which the rate is a share", closed[0].Checked());
        var peak = arguments.GetValue(Rate) ?? closed[0].Rate * share;
        var load = new OpenLoad(curve(peak, seconds), seconds, run.Options.Spacing, 1, run.Options.Seed);
        using var watch = TimeBar.Start(run.Progress, "traffic", seconds);
        return (peak, (await phones.OpenAsync(load, cancellation))[0]);
    }
}
