using System.CommandLine;
using System.Diagnostics;
using Ledger.Engine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Measurements;

/// <summary>What a command costs on a log with many stored transactions, beside one with few: the same commands on both, in turn.</summary>
internal static class Growth
{
    private const double RatioTarget = 1.15;
    private const long LargeFull = 10_000_000;
    private const long SmallFull = 100_000;
    private const long CommandsFull = 100_000;

    public static Command Command() => LoadCommands.Measurement(
        "growth", "Cost per command with 10,000,000 stored transactions, beside 100,000.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        long[] stored = [run.Options.Size(SmallFull, 200), run.Options.Size(LargeFull, 2_000)];
        var report = new RunReport("growth", $"Cost per command with {stored[1]} stored transactions, beside {stored[0]}") { WarmUp = "the filling of both logs" };
        foreach (var count in stored)
        {
            await using var engine = EmbeddedEngine.Open(PathOf(run, count), run.Options.Engine);
            await Filling.FillAsync(engine.Engine, run.Traffic, 0, count, steps: 1, run.Progress, cancellation);
        }

        // Each old transaction is asked once, so the small log has a share of them for each round; the large one is asked as many.
        var oldCommands = Math.Min(run.Options.Size(CommandsFull, 100), stored[0] / run.Options.Rounds);
        var rounds = new List<(Cost[] New, Cost[] Old)>();
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            var fresh = new Cost[stored.Length];
            var old = new Cost[stored.Length];
            for (var index = 0; index < stored.Length; index++)
            {
                // In turn which is first.
                var which = (index + round) % stored.Length;
                (fresh[which], old[which]) = await OneAsync(run, stored[which], oldCommands, round, cancellation);
            }

            rounds.Add((fresh, old));
            Add(report, round + 1, "new transactions", stored, fresh);
            Add(report, round + 1, "old transactions", stored, old);
        }

        report.Judge("new transactions: time per command, large of small, median", Median.Of(rounds.Select(static one => one.New[1].Wall / one.New[0].Wall)), "×", Bound.AtMost, RatioTarget);
        report.Fact("new transactions: processor time per command, large of small, median", Median.Of(rounds.Select(static one => one.New[1].Processor / one.New[0].Processor)), "×");
        report.Judge("old transactions, read from the log first: time per command, large of small, median", Median.Of(rounds.Select(static one => one.Old[1].Wall / one.Old[0].Wall)), "×", Bound.AtMost, RatioTarget);
        report.Note("Closed loop, saturated; the engine is opened for each round, so that no round finds actors of another. Old transactions are taken all over the log.");
        return report;
    }

    private static string PathOf(RunContext run, long stored) => run.In($"stored-{stored}.db");

    private static async Task<(Cost New, Cost Old)> OneAsync(RunContext run, long stored, long old, int round, CancellationToken cancellation)
    {
        var fresh = run.Options.Size(CommandsFull, 100);
        await using var engine = EmbeddedEngine.Open(PathOf(run, stored), run.Options.Engine);
        var newCost = await CostAsync(run, engine.Engine, fresh, number => run.Traffic.Request(stored + (round * fresh) + number), cancellation);
        var step = stored / (old * run.Options.Rounds);
        var oldCost = await CostAsync(run, engine.Engine, old, number => run.Traffic.Progress(((number * run.Options.Rounds) + round) * step), cancellation);
        return (newCost, oldCost);
    }

    private static async Task<Cost> CostAsync(RunContext run, ILedgerEngine engine, long commands, Func<long, EngineCommand> make, CancellationToken cancellation)
    {
        var sources = CommandSource.Share(commands, run.Options.Workers, make).Select(static source => source.Prepare()).ToArray();
        GC.Collect();
        using var bar = run.Progress.Start("cost per command", commands, "commands");
        var before = Environment.CpuUsage.TotalTime;
        var result = (await ClosedLoop.RunAsync(engine, sources, run.Options.InFlight, bar.Advance, cancellation)).Checked();
        return new Cost(result.Seconds * 1e6 / commands, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / commands);
    }

    private static void Add(RunReport report, int round, string what, long[] stored, Cost[] costs)
    {
        for (var index = 0; index < stored.Length; index++)
        {
            report.Fact($"round {round}: {what}, {stored[index]} stored", costs[index].Wall, "µs a command");
            report.Fact($"round {round}: {what}, {stored[index]} stored, processor time", costs[index].Processor, "µs a command");
        }
    }

    /// <summary>Microseconds a command.</summary>
    private sealed record Cost(double Wall, double Processor);
}
