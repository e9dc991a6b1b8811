using System.CommandLine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Measurements;

/// <summary>One caller that waits for each durable reply, beside the same file system's 4 KiB write + fdatasync.</summary>
internal static class EngineLatency
{
    private const double RatioTarget = 1.5;
    private const long CommandsFull = 3_000;

    public static Command Command() => LoadCommands.Measurement(
        "engine-latency", "One caller waiting for each reply, beside a loop of 4 KiB write + fdatasync.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        var commands = run.Options.Size(CommandsFull, 100);
        var report = new RunReport("engine-latency", "One caller waiting for each durable reply") { WarmUp = "one round" };
        var (overwriting, appending) = (new List<double>(), new List<double>());
        await using var engine = EmbeddedEngine.Open(run.In("engine.db"), run.Options.Engine);
        await WaitingCallers.RunAsync(engine.Engine, 1, commands, run.Traffic.Request, cancellation);
        using var bar = run.Progress.Start("one caller", run.Options.Rounds * commands, "commands");
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            var first = round * commands;
            var overwrite = SyncFloor.Overwrite(run.In("sync"), (int)commands);
            var append = SyncFloor.Append(run.In("sync"), (int)commands);
            var result = (await WaitingCallers.RunAsync(engine.Engine, 1, commands, number => run.Traffic.Request(first + number), cancellation)).Checked();
            bar.Advance(commands);
            report.Add($"round {round}: engine", result);
            report.Add($"round {round}: 4 KiB overwritten + fdatasync", 1_000 / overwrite.Mean, overwrite);
            report.Add($"round {round}: 4 KiB appended + fdatasync", 1_000 / append.Mean, append);
            overwriting.Add(result.Latencies.P50 / overwrite.P50);
            appending.Add(result.Latencies.P50 / append.P50);
        }

        report.Judge("p50 of one caller, of the p50 of 4 KiB overwritten + fdatasync, median", Median.Of(overwriting), "×", Bound.AtMost, RatioTarget);
        report.Fact("the same, of 4 KiB appended + fdatasync", Median.Of(appending), "×");
        report.Note("A write-ahead log is overwritten once it was taken in for the first time, so overwriting is the floor; appending also writes the file's new length.");
        report.Note("One caller has nothing else on its way, so nothing is omitted.");
        return report;
    }
}
