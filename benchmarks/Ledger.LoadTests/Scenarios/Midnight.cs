using System.CommandLine;
using System.Diagnostics;
using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite.ToDo;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using NodaTime;

namespace Ledger.LoadTests.Scenarios;

/// <summary>The night's remittance of one merchant's 500,000 payments while the next day's traffic goes on.</summary>
internal static class Midnight
{
    private const long PaymentsFull = 500_000;
    private const double QuietSeconds = 10;
    private const double RateShare = 0.2;

    /// <summary>The longest that traffic goes on while the day is remitted.</summary>
    private const double RemittingSecondsMax = 3_600;

    private static readonly Option<double?> Rate = ScenarioOptions.Rate();

    public static Command Command() => LoadCommands.Measurement(
        "midnight", "Remittance of 500,000 transactions while the next day's traffic goes on.", [Rate], static (run, arguments, cancellation) => RunAsync(run, arguments.GetValue(Rate), cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, double? given, CancellationToken cancellation)
    {
        var payments = run.Options.Size(PaymentsFull, 50);
        var report = new RunReport("midnight", $"Remittance of {payments} payments during traffic");
        var rate = await ScenarioOptions.RateAsync(run, report, given, RateShare, cancellation);
        var clock = new SteppedClock(CardTraffic.Start);
        await using var engine = EmbeddedEngine.Open(run.In("ledger.db"), run.Options.Engine, clock);
        foreach (var command in run.Traffic.OpenMerchant()) await engine.Engine.ExecuteAsync(command, cancellation);
        await Filling.FillAsync(engine.Engine, run.Traffic, 0, payments, CardTraffic.StepsOfPayment, run.Progress, cancellation);

        await using var toDo = SqliteToDoStore.Open(run.In("todo.db"));
        var runner = new ProcessRunner(new RemittanceProcess(engine.Engine), engine.Log, EventCodec.Default, toDo, clock, new ProcessOptions(), new Strict());
        await CatchUpAsync(report, runner, cancellation);

        var day = ParisTime.DayOf(CardTraffic.Start);
        clock.Now = ParisTime.EndOf(day) + RemittanceProcess.DrainMax + Duration.FromMinutes(1);
        report.Add("the next day's traffic, before the remittance", await QuietAsync(run, engine.Engine, rate, cancellation));
        var (during, seconds) = await RemitAsync(run, engine.Engine, runner, clock, rate, cancellation);
        report.Add("the same traffic, during the remittance", during.Checked());
        report.Fact("remitting", seconds, "s");
        report.Fact("remitted", payments / seconds, "payments/s");
        report.Fact("traffic offered", rate, "commands/s");
        await CheckAsync(engine.Engine, new RemittanceId(CardTraffic.Merchant, day), payments, cancellation);
        report.Add(Plots.ThroughputOverTime("midnight-throughput.svg", "Traffic during the remittance", ("answered", during.Tally.Throughput)));
        report.Note("Checked afterwards: the remittance is closed and holds every payment. Open loop: latency counts from when each was due.");
        return report;
    }

    private static async Task CatchUpAsync(RunReport report, ProcessRunner runner, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var events = await runner.CatchUpAsync(cancellation);
        report.Fact("the process takes the day's events in", events / Stopwatch.GetElapsedTime(startedAt).TotalSeconds, "events/s");
    }

    private static async Task<LoadResult> QuietAsync(RunContext run, ILedgerEngine engine, double rate, CancellationToken cancellation)
    {
        var load = OpenLoad.Steady(rate, run.Options.Time(QuietSeconds), run.Options);
        using var watch = TimeBar.Start(run.Progress, "traffic alone", load.Seconds);
        return (await OpenLoop.RunAsync(engine, load, new PreparedTraffic(run, load, CardTraffic.NextDayFirst).Next, cancellation)).Checked();
    }

    private static async Task<(LoadResult Traffic, double Seconds)> RemitAsync(
        RunContext run, ILedgerEngine engine, ProcessRunner runner, SteppedClock clock, double rate, CancellationToken cancellation)
    {
        var isRemitted = false;
        var load = OpenLoad.Steady(rate, RemittingSecondsMax, run.Options);
        var first = CardTraffic.NextDayFirst + CardTraffic.WarmUpFirst;
        var traffic = OpenLoop.RunAsync(
            engine, load, (worker, number) => Volatile.Read(ref isRemitted) ? null : run.Traffic.Request(first + worker + (number * load.Workers)), cancellation);
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            using var bar = run.Progress.Start("remitting", 0, "rounds");
            while (await runner.RunDueAsync(clock.Now, cancellation) > 0) bar.Advance(1);
        }
        finally
        {
            Volatile.Write(ref isRemitted, true);
        }

        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        return (await traffic, seconds);
    }

    private static async Task CheckAsync(ILedgerEngine engine, RemittanceId id, long payments, CancellationToken cancellation)
    {
        var read = await engine.ReadAsync<RemittanceState>(id.Stream, cancellation);
        if (read.State is not RemittanceState.Closed closed || closed.LineCount != payments)
        {
            throw new InvalidOperationException($"Remittance {id} was to be closed with {payments} payments and is {read.State.GetType().Name}: the run says nothing.");
        }
    }

    /// <summary>Stands until it is moved. Any thread.</summary>
    private sealed class SteppedClock(Instant start) : IClock
    {
        private long _ticks = start.ToUnixTimeTicks();

        public Instant Now
        {
            get => Instant.FromUnixTimeTicks(Volatile.Read(ref _ticks));
            set => Volatile.Write(ref _ticks, value.ToUnixTimeTicks());
        }

        public Instant GetCurrentInstant() => Now;
    }

    /// <summary>A row that fails would be tried again later, and the run would measure something else.</summary>
    private sealed class Strict : IProcessObserver
    {
        public void ActionFailed(string process, string key, Exception error) => throw new InvalidOperationException($"{process}, {key}: {error.Message}", error);

        public void RunFailed(string process, Exception error) => throw new InvalidOperationException($"{process}: {error.Message}", error);
    }
}
