using System.CommandLine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Http;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Measurements;

/// <summary>Whole payments over HTTP beside the same three POSTs against empty endpoints.</summary>
internal static class HttpPayment
{
    private const double RatioTarget = 0.5;
    private const long PaymentsFull = 20_000;

    private static readonly Option<int> Phones = HttpCallers.PhonesOption();

    public static Command Command() => LoadCommands.Measurement(
        "http-payment", "Create, authorise, complete over HTTP, beside the same three POSTs against empty endpoints.", [Phones], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var (phones, payments) = (arguments.GetValue(Phones), run.Options.Size(PaymentsFull, 30));
        var report = new RunReport("http-payment", $"Whole payments over HTTP: {phones} phones on the server's machine") { WarmUp = "a round of each" };
        await using var ledger = await ServerProcess.StartLedgerAsync(run.Options.Host, run.In("data"), cancellation);
        var tokens = await Shop.OpenAsync(ledger, phones, cancellation);
        using var real = await PhoneLoad.ConnectAsync(ledger.Address, tokens, cancellation);
        await real.ClosedAsync(payments, null, cancellation);
        await using var server = await ServerProcess.StartEmptyAsync(await RecordAsync(run, real, cancellation), cancellation);
        using var empty = await PhoneLoad.ConnectAsync(server.Address, tokens, cancellation);
        await empty.ClosedAsync(payments, null, cancellation);

        var ratios = new List<double>();
        using var bar = run.Progress.Start("payments over HTTP", 2 * payments * run.Options.Rounds, "payments");
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            var floor = await empty.ClosedAsync(payments, bar.Advance, cancellation);
            var paid = await real.ClosedAsync(payments, bar.Advance, cancellation);
            Add(report, $"round {round}: empty endpoints", floor);
            Add(report, $"round {round}: payment", paid);
            ratios.Add(paid[0].Rate / floor[0].Rate);
        }

        report.Judge("whole payments, of the same three POSTs against empty endpoints, median", Median.Of(ratios), "×", Bound.AtLeast, RatioTarget);
        report.Note("The empty endpoints are a process of their own with the same web server, JSON settings and body types; they answer the bytes that the real server answered, and check, decide and store nothing.");
        report.Note("Closed loop: latency counts from the sending. Client, server and the simulated acquirer share the cores; all processes and read models run.");
        return report;
    }

    private static void Add(RunReport report, string what, IReadOnlyList<LoadResult> results)
    {
        report.Add($"{what}, whole", results[0].Checked());
        for (var step = 0; step < Phone.Steps.Count; step++) report.Add($"{what}, {Phone.Steps[step]}", results[step + 1]);
    }

    private static async Task<string> RecordAsync(RunContext run, PhoneLoad real, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(run.In("answers")).FullName;
        var answers = await real.RecordAnswersAsync(cancellation);
        for (var step = 0; step < answers.Count; step++) await File.WriteAllBytesAsync(EmptyServer.FileOf(folder, step), answers[step], cancellation);
        return folder;
    }
}
