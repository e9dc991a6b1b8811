using System.Globalization;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Ledger.Vault;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.Demo;

/// <summary>The whole demo: a server, a day played through its API, what the ledger holds, and the proof of it.</summary>
internal sealed class DemoRun(DemoOptions options, LedgerServer server, DemoClock clock, DemoDay day)
{
    private static readonly LocalTime FirstHour = new(7, 0);

    private readonly SeededChance _chance = new(options.Seed);
    private readonly DemoFigures _figures = new() { SalesPlanned = options.Sales };

    public static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellation)
    {
        var day = DemoDay.Choose(options.Day, SystemClock.Instance.GetCurrentInstant());
        var clock = new DemoClock((day.Trading + FirstHour).InZoneLeniently(Domain.Calendars.ParisTime.Zone).ToInstant(), SystemClock.Instance);
        await using var server = await LedgerServer.StartAsync(DemoParts.Of(options, clock), cancellation);
        var isProven = await new DemoRun(options, server, clock, day).RunAsync(cancellation);
        if (!isProven) return ExitCode.Corrupt;
        if (options.Exit) return ExitCode.Ok;

        clock.LetGo();
        Terminal.Out.MarkupLine("[bold]The server stays up, on the real clock. Ctrl-C stops it.[/]");
        await server.WaitForStopAsync(cancellation);
        return ExitCode.Ok;
    }

    private async Task<bool> RunAsync(CancellationToken cancellation)
    {
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Ledger demo: {options.Sales} sales on {day.Trading:uuuu-MM-dd}, seed {options.Seed}, {server.Url}, files in {options.Folder}"));
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        var api = new DemoApi(http, _chance);
        var bank = await server.IssueStaffTokenAsync("demo-bank", StaffRole.Bank, cancellation);
        var auditor = await server.IssueStaffTokenAsync("demo-auditor", StaffRole.Auditor, cancellation);

        var phones = await new DemoSetUp(api, bank, day.Trading.ToDateOnly(), _chance).RunAsync(cancellation);
        var (trading, took) = await PlayAsync(api, phones, cancellation);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Played in {took.TotalSeconds:0.0} s: {api.Requests} requests, {server.Log.LastPosition} events."));

        var report = new DemoReport(api, auditor, phones, day.Trading.ToDateOnly(), server.Log.LastPosition);
        await report.PrintMerchantsAsync(cancellation);
        var isBalanced = await report.PrintTrialBalanceAsync(cancellation);
        var isSound = await new DemoProof(server).PrintAsync(trading.Paid[0].Payment.Id, cancellation);
        PrintNext(trading.Paid[0].Payment.Id, auditor);
        return isBalanced && isSound;
    }

    private async Task<(TradingDay Trading, TimeSpan Took)> PlayAsync(DemoApi api, IReadOnlyList<DemoPhone> phones, CancellationToken cancellation)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var screen = new DemoScreen(_figures, clock);
        var trading = new TradingDay(clock, TradingPlan.Make(options.Seed, options.Sales), phones, _figures, day.Trading, _chance);
        await screen.ShowWhileAsync(async () =>
        {
            screen.Stage("Trading day");
            await trading.PlayAsync(screen.Progressed, cancellation);
            var next = new NextDays(api, clock, trading.Paid, _figures, day.Trading);
            screen.Stage("Midnight: remittances");
            await next.PlayMidnightAsync(cancellation);
            screen.Stage("Next day: refunds");
            await next.PlayRefundsAsync(screen.Progressed, cancellation);
            screen.Stage("Credit date");
            await next.PlayCreditAsync(day.Credit, cancellation);
            screen.Stage("Done");
        });
        return (trading, watch.Elapsed);
    }

    private void PrintNext(string transaction, string auditorToken)
    {
        var ledger = "dotnet run --project src/Ledger.Host --";
        Terminal.Out.Write(new Rule("Where to look next").LeftJustified());
        Console.Out.WriteLine($"""
            The log:        {options.Folder.Log} (SQLite; open it with any tool)
            Verify it:      {ledger} verify --data {options.Folder}
            Replay one:     {ledger} replay transaction-{transaction} --data {options.Folder}
            Export it:      {ledger} export --data {options.Folder} --output events.jsonl
            """);
        if (options.Exit) return;

        Console.Out.WriteLine($"""
            API page:       {server.Url}/docs
            As an auditor:  curl -H "Authorization: Bearer {auditorToken}" {server.Url}/v1/audit/trial-balance
            """);
    }
}
