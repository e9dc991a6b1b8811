using System.CommandLine;
using Ledger.Engine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using NodaTime;

namespace Ledger.LoadTests.Scenarios;

/// <summary>After the sales: refunds of transactions of days before, all over the log, each asked and approved; actors are read in for most.</summary>
internal static class RefundRush
{
    private const long PaymentsFull = 200_000;
    private const double RateShare = 0.1;

    /// <summary>Takes every transaction once, far from the one before: prime, and no divisor of a size that anybody asks for.</summary>
    private const long Stride = 1_000_003;

    private static readonly Option<double?> Rate = ScenarioOptions.Rate();
    private static readonly Option<double> Seconds = ScenarioOptions.Seconds(30);

    public static Command Command() => LoadCommands.Measurement("refund-rush", "Refunds of transactions of days before, all over the log.", [Rate, Seconds], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var (payments, seconds) = (run.Options.Size(PaymentsFull, 500), run.Options.Time(arguments.GetValue(Seconds)));
        var report = new RunReport("refund-rush", $"Refund rush over {payments} stored payments");
        var rate = await ScenarioOptions.RateAsync(run, report, arguments.GetValue(Rate), RateShare, cancellation);
        var path = run.In("ledger.db");
        await using (var filling = EmbeddedEngine.Open(path, run.Options.Engine))
        {
            await Filling.FillAsync(filling.Engine, run.Traffic, 0, payments, CardTraffic.StepsOfPayment, run.Progress, cancellation);
        }

        // Opened anew, so that no actor is in memory.
        await using var engine = EmbeddedEngine.Open(path, run.Options.Engine);
        var load = OpenLoad.Steady(rate, seconds, run.Options);
        using var watch = TimeBar.Start(run.Progress, "refunds", seconds);
        var result = await OpenLoop.RunAsync(engine.Engine, load, (worker, number) => Next(run.Traffic, payments, worker + (number / 2 * load.Workers), number % 2 == 0), cancellation);
        report.Add("refunds asked and approved", result.Tally.Refused == 0 ? result.Checked() : result);
        report.Fact("offered", rate, "commands/s");
        report.Fact("refused", result.Tally.Refused, "commands");
        report.Fact("approvals of refunds whose request was refused", result.Tally.Failed, "commands");
        report.Add(Plots.ThroughputOverTime("refund-rush-throughput.svg", "Refund rush: answered over time", ("answered", result.Tally.Throughput)));
        report.Note("Two commands a refund: asked, approved. Each is of another transaction; the run ends early when all have been refunded. Open loop: latency counts from when each was due.");
        return report;
    }

    private static EngineCommand? Next(CardTraffic traffic, long payments, long refund, bool isRequest)
    {
        if (refund >= payments) return null;

        var number = (long)((Int128)refund * Stride % payments);
        var now = CardTraffic.Start + Duration.FromDays(2);
        return isRequest ? traffic.RequestRefund(number, now) : traffic.ApproveRefund(number, now);
    }
}
