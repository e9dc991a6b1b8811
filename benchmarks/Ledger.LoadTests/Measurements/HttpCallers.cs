using System.CommandLine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Http;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Measurements;

/// <summary>The whole system over HTTP: closed loop to its peak, then open loop at a rate.</summary>
internal static class HttpCallers
{
    private const long PaymentsFull = 5_000;
    private const double Seconds = 15;

    private static readonly Option<int> Phones = PhonesOption();
    private static readonly Option<double?> Rate = new("--rate") { Description = "Payments a second in open loop. Default: half of what the closed loop reached." };

    public static Command Command() => LoadCommands.Measurement("http", "Whole payments over HTTP: phones in closed loop, then open loop at half of that or at --rate.", [Phones, Rate], RunAsync);

    public static Option<int> PhonesOption()
    {
        var option = new Option<int>("--phones") { Description = $"Phones, each with a connection; 1 to {Shop.PhonesMax}.", DefaultValueFactory = static _ => 24 };
        option.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > Shop.PhonesMax) result.AddError($"--phones is 1 to {Shop.PhonesMax}: the server activates no more from one address in a minute.");
        });
        return option;
    }

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var (phones, payments) = (arguments.GetValue(Phones), run.Options.Size(PaymentsFull, 30));
        var report = new RunReport("http", $"Whole payments over HTTP: {phones} phones") { WarmUp = "a quarter of a round" };
        await using var server = await ServerProcess.StartLedgerAsync(run.Options.Host, run.In("data"), cancellation);
        using var load = await PhoneLoad.ConnectAsync(server.Address, await Shop.OpenAsync(server, phones, cancellation), cancellation);
        await load.ClosedAsync(payments / 4, null, cancellation);
        var rates = new List<double>();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            using var bar = run.Progress.Start("closed loop", payments, "payments");
            var results = await load.ClosedAsync(payments, bar.Advance, cancellation);
            Add(report, $"round {round}: closed loop", results);
            rates.Add(results[0].Rate);
        }

        await OpenAsync(run, report, load, arguments.GetValue(Rate) ?? Median.Of(rates) / 2, cancellation);
        report.Note("Closed loop: latency counts from the sending. Open loop: from when the payment was due, a wait for a free phone included.");
        return report;
    }

    private static async Task OpenAsync(RunContext run, RunReport report, PhoneLoad load, double rate, CancellationToken cancellation)
    {
        var open = OpenLoad.Steady(rate, run.Options.Time(Seconds), run.Options);
        using var watch = TimeBar.Start(run.Progress, $"open loop: {rate:N0}/s", open.Seconds);
        var results = await load.OpenAsync(open, cancellation);
        Add(report, "open loop", results);
        report.Fact("open loop: offered", rate, "payments/s");
        report.Fact("open loop: refused with 503", results[0].Tally.Refused, "payments");
        report.Add(Plots.ThroughputOverTime("http-throughput.svg", "Payments over HTTP, open loop", ("answered", results[0].Tally.Throughput)));
    }

    private static void Add(RunReport report, string what, IReadOnlyList<LoadResult> results)
    {
        report.Add($"{what}, whole payment", results[0].Checked());
        for (var step = 0; step < Phone.Steps.Count; step++) report.Add($"{what}, {Phone.Steps[step]}", results[step + 1]);
    }
}
