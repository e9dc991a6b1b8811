using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Measurements;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using Ledger.Projections;
using NodaTime;

namespace Ledger.LoadTests.Scenarios;

/// <summary>History and revenue are rebuilt aside, compared and switched while traffic goes on.</summary>
internal static class RebuildUnderTraffic
{
    private const long EventsFull = 1_000_000;
    private const double QuietSeconds = 10;
    private const double RateShare = 0.2;
    private const double RebuildingSecondsMax = 3_600;

    private static readonly Option<double?> Rate = ScenarioOptions.Rate();

    public static Command Command() => LoadCommands.Measurement(
        "rebuild", "History and revenue rebuilt while traffic goes on.", [Rate], static (run, arguments, cancellation) => RunAsync(run, arguments.GetValue(Rate), cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, double? given, CancellationToken cancellation)
    {
        var transactions = run.Options.Size(EventsFull / CardTraffic.StepsOfPayment, 50);
        var report = new RunReport("rebuild", $"Rebuild of history and revenue during traffic, {transactions * CardTraffic.StepsOfPayment} events at first");
        var rate = await ScenarioOptions.RateAsync(run, report, given, RateShare, cancellation);
        await using var engine = EmbeddedEngine.Open(run.In("ledger.db"), run.Options.Engine);
        await Filling.FillAsync(engine.Engine, run.Traffic, 0, transactions, CardTraffic.StepsOfPayment, run.Progress, cancellation);
        await using var views = await ReadModels.OpenAsync(run.In("views"), engine.Log, EventCodec.Default, SystemClock.Instance, new ReadModelOptions(), cancellation);
        await ProjectionRebuild.BeLiveAsync(views, engine.Log.LastPosition, run.Progress, cancellation);

        report.Add("traffic with the read models following", await QuietAsync(run, engine.Engine, rate, cancellation));
        var (during, seconds) = await RebuildAsync(run, report, engine.Engine, views, rate, cancellation);
        report.Add("traffic during the rebuild", during.Checked());
        report.Fact("rebuild of both, with comparison and switch", seconds, "s");
        report.Fact("traffic offered", rate, "commands/s");
        report.Add(Plots.ThroughputOverTime("rebuild-throughput.svg", "Traffic during the rebuild", ("answered", during.Tally.Throughput)));
        report.Note("Open loop: latency counts from when each was due.");
        return report;
    }

    private static async Task<LoadResult> QuietAsync(RunContext run, ILedgerEngine engine, double rate, CancellationToken cancellation)
    {
        var load = OpenLoad.Steady(rate, run.Options.Time(QuietSeconds), run.Options);
        using var watch = TimeBar.Start(run.Progress, "traffic alone", load.Seconds);
        return (await OpenLoop.RunAsync(engine, load, new PreparedTraffic(run, load, CardTraffic.NextDayFirst).Next, cancellation)).Checked();
    }

    private static async Task<(LoadResult Traffic, double Seconds)> RebuildAsync(
        RunContext run, RunReport report, ILedgerEngine engine, ReadModels views, double rate, CancellationToken cancellation)
    {
        var isRebuilt = false;
        var load = OpenLoad.Steady(rate, RebuildingSecondsMax, run.Options);
        var first = CardTraffic.NextDayFirst + CardTraffic.WarmUpFirst;
        var traffic = OpenLoop.RunAsync(
            engine, load, (worker, number) => Volatile.Read(ref isRebuilt) ? null : run.Traffic.Request(first + worker + (number * load.Workers)), cancellation);
        var startedAt = Stopwatch.GetTimestamp();
        ImmutableArray<RebuildReport> rebuilt;
        try
        {
            using var bar = run.Progress.Start("rebuilding during traffic", 0, "events");
            rebuilt = await views.RebuildTogetherAsync(["history", "revenue"], new RebuildOptions(), static _ => null, cancellation);
        }
        finally
        {
            Volatile.Write(ref isRebuilt, true);
        }

        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        foreach (var one in rebuilt) report.Note($"{one.Name}: {one.Events} events, {(one.Comparison is { } comparison ? comparison.IsEqual ? "equal to what served" : $"{comparison.DifferenceCount} rows differ" : one.NotComparedBecause)}.");
        return (await traffic, seconds);
    }
}
