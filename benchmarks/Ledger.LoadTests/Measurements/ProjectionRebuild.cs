using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using Ledger.EventLog;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using Ledger.Projections;
using NodaTime;

namespace Ledger.LoadTests.Measurements;

/// <summary>History and revenue folded anew, both at the same time, beside reading the log alone.</summary>
internal static class ProjectionRebuild
{
    private const double EventsPerSecondTarget = 400_000;
    private const long EventsFull = 1_000_000;

    /// <summary>As a rebuild reads.</summary>
    private const int PageCountMax = 16_384;

    private static readonly TimeSpan CatchUpMax = TimeSpan.FromMinutes(30);

    private static readonly ImmutableArray<string> Names = ["history", "revenue"];

    public static Command Command() => LoadCommands.Measurement(
        "projections", "History and revenue rebuilt from 1,000,000 events, beside reading the log alone.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        var transactions = run.Options.Size(EventsFull / CardTraffic.StepsOfPayment, 50);
        await using var engine = EmbeddedEngine.Open(run.In("ledger.db"), run.Options.Engine);
        await Filling.FillAsync(engine.Engine, run.Traffic, 0, transactions, CardTraffic.StepsOfPayment, run.Progress, cancellation);
        var events = engine.Log.LastPosition;
        var report = new RunReport("projections", $"History and revenue rebuilt from {events} events") { WarmUp = "the read models were built once" };
        await using var views = await ReadModels.OpenAsync(run.In("views"), engine.Log, EventCodec.Default, SystemClock.Instance, new ReadModelOptions(), cancellation);
        await BeLiveAsync(views, events, run.Progress, cancellation);

        var (rates, ratios) = (new List<double>(), new List<double>());
        using var bar = run.Progress.Start("rebuilding", run.Options.Rounds, "rounds");
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            var begun = Environment.CpuUsage.TotalTime;
            var reading = await ReadAsync(engine.Log, cancellation);
            var read = Environment.CpuUsage.TotalTime;
            var (building, whole) = await RebuildAsync(views, cancellation);
            var rebuilt = Environment.CpuUsage.TotalTime;
            report.Fact($"round {round}: reading the log alone", events / reading, "events/s");
            report.Fact($"round {round}: folding and finishing both at once", events / building, "events/s");
            report.Fact($"round {round}: with the comparison and the switch", events / whole, "events/s");
            report.Fact($"round {round}: processor time of reading alone", (read - begun).TotalMicroseconds / events, "µs an event");
            report.Fact($"round {round}: processor time of the rebuild, with the comparison and the switch", (rebuilt - read).TotalMicroseconds / events, "µs an event");
            rates.Add(events / building);
            ratios.Add(reading / building);
            bar.Advance(1);
        }

        report.Judge("history and revenue together: folded and finished, median", Median.Of(rates), "events/s", Bound.AtLeast, EventsPerSecondTarget);
        report.Fact("of reading the log alone, median", Median.Of(ratios), "×");
        report.Note("Each event counts once, though both fold it; the time is that of the slower of the two. Comparing row by row with what serves and switching over is apart.");
        return report;
    }

    /// <summary>Waits until every read model reflects the log.</summary>
    public static async Task BeLiveAsync(IReadModels views, long position, IProgressBoard progress, CancellationToken cancellation)
    {
        using var bar = progress.Start("read models catch up", position, "events");
        var (shown, watch) = (0L, Stopwatch.StartNew());
        while (views.Statuses.Min(static status => status.Position) is var at && at < position)
        {
            if (views.Statuses.FirstOrDefault(static status => status.Stop is not null) is { } stopped) throw new InvalidOperationException($"{stopped.Name} stopped: {stopped.Stop!.Reason}");
            if (watch.Elapsed > CatchUpMax) throw new TimeoutException($"The read models did not catch up in {CatchUpMax.TotalMinutes} minutes.");
            bar.Advance(at - shown);
            shown = at;
            await Task.Delay(20, cancellation);
        }
    }

    private static async Task<double> ReadAsync(IEventLog log, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        for (var position = 0L; position < log.LastPosition;)
        {
            var page = await log.ReadAllAsync(position, PageCountMax, cancellation);
            position = page[^1].Position;
        }

        return Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
    }

    private static async Task<(double Building, double Whole)> RebuildAsync(ReadModels views, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var stages = Names.Select(static _ => new StageTimes()).ToArray();
        await views.RebuildTogetherAsync(Names, new RebuildOptions(), name => stages[Names.IndexOf(name)], cancellation);
        return (stages.Max(static one => one.Building), Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
    }

    /// <summary>How long one rebuild spent folding and finishing. Told by the rebuild, on its thread.</summary>
    internal sealed class StageTimes : IProgress<RebuildProgress>
    {
        private RebuildStage _stage = RebuildStage.Folding;
        private long _since = Stopwatch.GetTimestamp();

        public double Building { get; private set; }

        public void Report(RebuildProgress value)
        {
            if (value.Stage == _stage) return;

            if (_stage is RebuildStage.Folding or RebuildStage.Finishing) Building += Stopwatch.GetElapsedTime(_since).TotalSeconds;
            (_stage, _since) = (value.Stage, Stopwatch.GetTimestamp());
        }
    }
}
