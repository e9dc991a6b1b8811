using System.CommandLine;
using System.Globalization;
using Ledger.EventLog;
using Ledger.EventLog.Copying;
using Ledger.Host.Audit;
using Ledger.Host.Composition;
using Ledger.Host.Output;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger copy`: moves a log between engines, event by event at the same positions, and verifies every chain of the copy. Run again, it goes on where it stopped.</summary>
internal static class CopyCommand
{
    public static Command Build()
    {
        var from = new Option<string>("--from") { Description = "The log to copy: sqlite:<folder> or postgres:<connection string>.", HelpName = "address", Required = true };
        var to = new Option<string>("--to") { Description = "Where to: an empty log of the other kind, or what an interrupted copy left.", HelpName = "address", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("copy", "Copy a log into another engine and verify the copy; no server may run on either meanwhile.") { from, to, json };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(LogPlace.Parse(result.GetRequiredValue(from)), LogPlace.Parse(result.GetRequiredValue(to)), result.GetValue(json), token), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(LogPlace from, LogPlace to, bool json, CancellationToken cancellation)
    {
        if (from == to) throw new UsageException("Source and target are the same log.");

        await using var source = await from.OpenForReadingAsync(cancellation);
        await using var target = await to.OpenForWritingAsync(cancellation);
        var report = await CopyAsync(source, target, cancellation);
        var verification = await Verification.RunAsync(target, SystemClock.Instance, cancellation);
        if (json)
        {
            JsonOut.Write(new { events = report.Events, commands = report.Commands, position = report.Position, verification = verification.ToJson() });
        }
        else
        {
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Events} events and {report.Commands} command records copied; both logs end at position {report.Position}."));
            verification.Print(Terminal.Out);
        }

        return verification.Report.IsSound ? ExitCode.Ok : ExitCode.Corrupt;
    }

    private static async Task<CopyReport> CopyAsync(IEventLog source, IEventLog target, CancellationToken cancellation)
    {
        using var line = new ProgressLine("copying", "events");
        return await new LogCopy(source, target).RunAsync(new Reporter(line), cancellation);
    }

    private sealed class Reporter(ProgressLine line) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value) => line.Report(value.Position, value.Target);
    }
}
