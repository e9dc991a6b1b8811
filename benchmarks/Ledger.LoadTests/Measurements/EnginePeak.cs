using System.CommandLine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Runtimes;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Measurements;

/// <summary>The embedded engine saturated with distinct card transactions, one event each, beside prepared inserts of the rows that it wrote.</summary>
internal static class EnginePeak
{
    public const double EventsPerSecondTarget = 200_000;
    public const double RatioTarget = 0.7;

    private const long CommandsFull = 400_000;
    private const long CommandsLeast = 2_000;

    public static Command Command() => LoadCommands.Measurement(
        "engine-peak", "Saturated embedded engine, 1 command = 1 event, beside prepared inserts of the same rows.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        var commands = run.Options.Size(CommandsFull, CommandsLeast);
        var report = new RunReport("engine-peak", $"Engine at its peak: {commands} distinct transactions a round, 1 command = 1 event") { WarmUp = "one round of the engine, whose log the floor copies" };
        var (engine, floor) = (new List<LoadResult>(), new List<(double Rate, Latencies Commits)>());

        // The warm-up's log is what the floor copies, in every round; it has as many commands as a round.
        var source = run.In("source.db");
        await OneAsync(run, source, commands, cancellation);
        using var commits = new CommitSizes();
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            // In turn which is first, so that neither has the warmer machine.
            if (round % 2 == 0) engine.Add(await OneAndDeleteAsync(run, commands, cancellation));
            floor.Add(await PeerRun.RunAsync(PeerCatalogue.SqliteFloor, source, commands, run.In("floor"), run.Progress, cancellation));
            if (round % 2 == 1) engine.Add(await OneAndDeleteAsync(run, commands, cancellation));
        }

        Fill(report, engine, floor);
        report.Note($"Commits of the engine over all rounds: {commits.Describe()}.");
        return report;
    }

    /// <summary>One saturated run on a log of its own, commands made beforehand.</summary>
    /// <param name="path">The log's file, which stays.</param>
    public static Task<LoadResult> OneAsync(RunContext run, string path, long commands, CancellationToken cancellation) =>
        OneAsync(run, _ => ValueTask.FromResult<IRunningEngine>(EmbeddedEngine.Open(path, run.Options.Engine)), commands, cancellation);

    /// <summary>One saturated run, commands made beforehand.</summary>
    public static async Task<LoadResult> OneAsync(RunContext run, Func<CancellationToken, ValueTask<IRunningEngine>> open, long commands, CancellationToken cancellation)
    {
        var sources = CommandSource.Share(commands, run.Options.Workers, run.Traffic.Request).Select(static source => source.Prepare()).ToArray();
        PreparedTraffic.Settle();
        using var bar = run.Progress.Start("engine at its peak", commands, "commands");
        await using var engine = await open(cancellation);
        var result = (await ClosedLoop.RunAsync(engine.Engine, sources, run.Options.InFlight, bar.Advance, cancellation)).Checked();
        return result.Accepted == commands ? result : throw new InvalidOperationException($"{commands} commands were sent, {result.Accepted} were accepted.");
    }

    private static async Task<LoadResult> OneAndDeleteAsync(RunContext run, long commands, CancellationToken cancellation)
    {
        var path = run.In("engine.db");
        var result = await OneAsync(run, path, commands, cancellation);
        LogFiles.Delete(path);
        return result;
    }

    private static void Fill(RunReport report, List<LoadResult> engine, List<(double Rate, Latencies Commits)> floor)
    {
        for (var round = 0; round < engine.Count; round++)
        {
            report.Add($"round {round + 1}: engine", engine[round]);
            report.Add($"round {round + 1}: floor (latency of its commits)", floor[round].Rate, floor[round].Commits);
        }

        var rate = Median.Of(engine.Select(static one => one.Rate));
        report.Judge("engine, saturated, median", rate, "events/s", Bound.AtLeast, EventsPerSecondTarget);
        report.Judge("of the floor, median of the rounds' ratios", Median.Of(engine.Zip(floor, static (one, other) => one.Rate / other.Rate)), "×", Bound.AtLeast, RatioTarget);
        report.Fact("floor, median", Median.Of(floor.Select(static one => one.Rate)), "commands/s");
        report.Fact("refused because the mailbox was full, then sent again", engine.Sum(static one => one.Tally.Refused), "commands");
        report.Add(new Plot(
            "engine-peak-throughput.svg", "Engine at its peak: throughput over time", "seconds", "commands a second", IsLogarithmic: false,
            [.. engine.Select(static (one, round) => new Line($"round {round + 1}", [.. one.Tally.Throughput.Rates()]))]));
        report.Note("The engine's rate counts from the first command sent to the last reply; the floor's counts its transactions alone (BEGIN, inserts, COMMIT), not the reading of the rows.");
        report.Note("Closed loop: latency counts from the sending and is seen oldest first; it says what waits in the window, not what a caller at a given rate would see (engine-half-peak does).");
    }
}
