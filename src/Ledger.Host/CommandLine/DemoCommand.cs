using System.CommandLine;
using System.Globalization;
using Ledger.Host.Demo;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger demo`: a trading day through the real API, and its proof.</summary>
internal static class DemoCommand
{
    private const int PortDefault = 5080;
    private const ulong SeedDefault = 20261122;

    public static Command Build()
    {
        var data = new Option<string?>("--data") { Description = "An empty or new folder for the demo's files. Default: a new temporary folder.", HelpName = "folder" };
        var port = new Option<int>("--port") { Description = "Where the server listens, on localhost; 0 takes any free one.", DefaultValueFactory = static _ => PortDefault };
        var exit = new Option<bool>("--exit") { Description = "End when everything was shown, instead of leaving the server up." };
        var seed = new Option<ulong>("--seed") { Description = "Another number plays another day.", DefaultValueFactory = static _ => SeedDefault };
        var sales = new Option<int>("--sales") { Description = "How many sales.", DefaultValueFactory = static _ => TradingPlan.SaleCountDefault };
        var day = new Option<string?>("--day") { Description = "The trading day, a past one. Default: the last open day whose credit date is past.", HelpName = "date" };
        var command = new Command("demo", "Play a trading day through the real API in a fresh folder, then show and prove what the ledger holds.") { data, port, exit, seed, sales, day };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => DemoRun.RunAsync(
                new DemoOptions(
                    FolderOf(result.GetValue(data)),
                    PortOf(result.GetValue(port)),
                    result.GetValue(exit),
                    result.GetValue(seed),
                    SalesOf(result.GetValue(sales)),
                    CommonOptions.Day(result.GetValue(day))),
                token),
            cancellation));
        return command;
    }

    /// <summary>Never one that holds something: the demo's clock is not the real one, and its merchants are invented.</summary>
    private static LedgerFolder FolderOf(string? data)
    {
        if (data is null) return new LedgerFolder(Path.Combine(Path.GetTempPath(), $"ledger-demo-{Path.GetRandomFileName()}"));

        var folder = new LedgerFolder(Path.GetFullPath(data));
        if (Directory.Exists(folder.Path) && Directory.EnumerateFileSystemEntries(folder.Path).Any()) throw new UsageException($"{folder} is not empty. The demo plays in a new folder; give another one, or none.");

        return folder;
    }

    private static int PortOf(int port) => port is >= 0 and <= ushort.MaxValue ? port : throw new UsageException("--port is a number from 0 to 65535.");

    private static int SalesOf(int sales) => sales is >= TradingPlan.SaleCountMin and <= TradingPlan.SaleCountMax
        ? sales
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--sales is a number from {TradingPlan.SaleCountMin} to {TradingPlan.SaleCountMax}."));
}
