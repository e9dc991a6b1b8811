using System.CommandLine;
using System.Globalization;
using Ledger.EventLog;
using Ledger.EventLog.Copying;
using Ledger.Host.Audit;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Ledger.Vault.Copying;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.CommandLine;

/// <summary>
/// `ledger copy`: moves a log between engines, event by event at the same positions, and verifies every chain of the copy; then contacts and credentials, row by row.
/// Run again, it goes on where it stopped.
/// </summary>
internal static class CopyCommand
{
    public static Command Build()
    {
        var from = new Option<string>("--from") { Description = "The ledger to copy: sqlite:<folder> or postgres:<connection string>.", HelpName = "address", Required = true };
        var to = new Option<string>("--to") { Description = "Where to: an empty ledger of the other kind, or what an interrupted copy left.", HelpName = "address", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("copy", "Copy a log with contacts and credentials into another engine and verify the copy; no server may run on either meanwhile.") { from, to, json };
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
        var secrets = await CopySecretsAsync(from, to, cancellation);
        if (json)
        {
            JsonOut.Write(new { events = report.Events, commands = report.Commands, position = report.Position, contacts = secrets.Contacts, credentials = secrets.Credentials, verification = verification.ToJson() });
        }
        else
        {
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Events} events and {report.Commands} command records copied; both logs end at position {report.Position}."));
            verification.Print(Terminal.Out);
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{secrets.Contacts} contacts and {secrets.Credentials} credentials and tokens copied. Put vault.key, which opens the contacts, into the folder of each server that uses the copy."));
        }

        return verification.Report.IsSound ? ExitCode.Ok : ExitCode.Corrupt;
    }

    private static async Task<SecretCopyReport> CopySecretsAsync(LogPlace from, LogPlace to, CancellationToken cancellation)
    {
        // A folder with a log alone is left as it is.
        if (from is LogPlace.File { Folder: var folder } && !File.Exists(folder.Credentials) && !File.Exists(folder.Contacts)) return new SecretCopyReport(0, 0);

        await using var closers = new Closers();
        var (source, target) = (await LedgerSecrets.OpenTablesAsync(from, closers, cancellation), await LedgerSecrets.OpenTablesAsync(to, closers, cancellation));
        return await new SecretCopy(source, target).RunAsync(cancellation);
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
