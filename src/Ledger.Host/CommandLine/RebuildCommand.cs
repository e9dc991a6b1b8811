using System.CommandLine;
using System.Globalization;
using Ledger.EventLog;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Ledger.Projections;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.CommandLine;

/// <summary>
/// `ledger rebuild`: folds one read model anew beside the one that serves, compares the two row by row, and switches over. Takes a folder, so
/// no server may run on it meanwhile; in a database, servers go on beside it.
/// </summary>
internal static class RebuildCommand
{
    private const int DifferencesShown = 10;

    public static Command Build()
    {
        var (data, log, connection) = (CommonOptions.Data(), CommonOptions.Log(), CommonOptions.Connection());
        var json = CommonOptions.Json();
        var projection = new Argument<string>("projection") { Description = $"One of: {string.Join(", ", ReadModels.Names)}." };
        var compareOnly = new Option<bool>("--compare-only") { Description = "Leave the one that serves in place; exit code 4 when they differ." };
        var command = new Command("rebuild", "Fold a read model anew from the log, compare it with the one that serves, switch over.") { projection, data, log, connection, compareOnly, json };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(CommonOptions.ExistingLog(result.GetValue(log), result.GetValue(data), result.GetValue(connection)), result.GetRequiredValue(projection), result.GetValue(compareOnly), result.GetValue(json), token),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(LogPlace place, string name, bool compareOnly, bool json, CancellationToken cancellation)
    {
        // Before the folder is taken: a wrong name is answered beside a running server too.
        if (!ReadModels.Names.Contains(name, StringComparer.Ordinal)) throw new UsageException($"There is no projection « {name} »; there are: {string.Join(", ", ReadModels.Names)}.");

        await using var closers = new Closers();
        var (log, storage) = await place.OpenWithViewsAsync(closers, cancellation);
        await using var views = await ReadModels.OpenAsync(storage, log, EventCodec.Default, SystemClock.Instance, new ReadModelOptions(), cancellation);

        var report = await RebuildAsync(views, name, compareOnly, cancellation);
        if (json) JsonOut.Write(ToJson(report));
        else Print(report);
        return compareOnly && report.Comparison is { IsEqual: false } ? ExitCode.Corrupt : ExitCode.Ok;
    }

    private static async Task<RebuildReport> RebuildAsync(ReadModels views, string name, bool compareOnly, CancellationToken cancellation)
    {
        using var line = new ProgressLine($"rebuilding {name}", "events");
        return await views.RebuildAsync(name, new RebuildOptions(SwitchOver: !compareOnly), new Reporter(line), cancellation);
    }

    private static void Print(RebuildReport report)
    {
        var console = Terminal.Out;
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Name}: {report.Events} events folded; generation {report.Generation} serves{(report.SwitchedOver ? " now" : "")}."));
        if (report.Comparison is not { } comparison)
        {
            console.WriteLine($"Not compared: {report.NotComparedBecause}");
            return;
        }

        console.WriteLine(comparison.IsEqual
            ? string.Create(CultureInfo.InvariantCulture, $"Equal to the one before, row by row: {comparison.RebuiltRows} rows at position {comparison.Position}, digest {comparison.RebuiltDigest[..16]}…")
            : string.Create(CultureInfo.InvariantCulture, $"{comparison.DifferenceCount} rows differ from the one before, at position {comparison.Position}:"));
        foreach (var difference in comparison.Differences.Take(DifferencesShown)) console.WriteLine($"  {difference.Table} {difference.Key}: served {difference.Serving ?? "nothing"}, rebuilt {difference.Rebuilt ?? "nothing"}");
    }

    private static object ToJson(RebuildReport report) => new
    {
        projection = report.Name,
        generation = report.Generation,
        events = report.Events,
        switchedOver = report.SwitchedOver,
        equal = report.Comparison?.IsEqual,
        differences = report.Comparison?.DifferenceCount,
        rows = report.Comparison?.RebuiltRows,
        digest = report.Comparison?.RebuiltDigest,
        notComparedBecause = report.NotComparedBecause,
    };

    private sealed class Reporter(ProgressLine line) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => line.Report(value.Position, value.Target);
    }
}
