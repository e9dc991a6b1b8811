using System.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Measurements;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Runtimes;

namespace Ledger.LoadTests.Scenarios;

/// <summary>What scenarios are told beside the common options.</summary>
internal static class ScenarioOptions
{
    private const long PeakCommandsFull = 200_000;

    public static Option<double?> Rate() => new("--rate") { Description = "Commands (or, over HTTP, payments) a second. Default: a share of what a closed loop reaches first." };

    public static Option<double> Seconds(double byDefault) => new("--seconds") { Description = "How long it takes at scale 1.", DefaultValueFactory = _ => byDefault };

    /// <summary>The rate given, or a share of what a saturated closed loop on SQLite reaches now.</summary>
    public static async Task<double> RateAsync(RunContext run, RunReport report, double? given, double share, CancellationToken cancellation)
    {
        var path = run.In("closed.db");
        var rate = await RateAsync(run, report, given, share, _ => ValueTask.FromResult<IRunningEngine>(EmbeddedEngine.Open(path, run.Options.Engine)), long.MaxValue, cancellation);
        LogFiles.Delete(path);
        return rate;
    }

    /// <summary>The rate given, or a share of what a saturated closed loop on such an engine reaches now.</summary>
    /// <param name="open">An empty engine.</param>
    /// <param name="commandsMax">More are not asked of it.</param>
    public static async Task<double> RateAsync(
        RunContext run, RunReport report, double? given, double share, Func<CancellationToken, ValueTask<IRunningEngine>> open, long commandsMax, CancellationToken cancellation)
    {
        if (given is { } rate) return rate;

        var closed = await EnginePeak.OneAsync(run, open, Math.Min(run.Options.Size(PeakCommandsFull, 2_000), commandsMax), cancellation);
        report.Add("closed loop, saturated: of which the rate is a share", closed);
        return closed.Rate * share;
    }
}
