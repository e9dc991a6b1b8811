using System.Globalization;
using Ledger.EventLog;
using Ledger.EventLog.Verification;
using Ledger.Host.Output;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.Audit;

/// <summary>A whole log verified: every chain, every posting, every remittance.</summary>
internal sealed record Verification(VerifyReport Report, long Postings, long Remittances, TimeSpan Took)
{
    public static async Task<Verification> RunAsync(IEventLog log, IClock clock, CancellationToken cancellation)
    {
        using var progress = new ProgressLine("verifying", "events");
        var check = new LedgerCheck();
        var start = clock.GetCurrentInstant();
        var report = await new LogVerifier(log, EventCodec.Default, check.Check, clock).VerifyAsync(new Reporter(progress), cancellation);
        return new Verification(report, check.Postings, check.Remittances, (clock.GetCurrentInstant() - start).ToTimeSpan());
    }

    public void Print(IAnsiConsole console)
    {
        if (Report.FirstBad is { } bad)
        {
            console.MarkupLine($"[red]Not intact.[/] The first bad event: {Place(bad).EscapeMarkup()}");
            console.WriteLine(bad.Why);
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Report.Events} events before it are sound. Keep a copy of the file and restore from a backup: a chain is never repaired by hashing again."));
            return;
        }

        console.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[green]Intact.[/] {Report.Events} events in {Report.Streams} streams: every chain, {Postings} postings in balance, {Remittances} remittances equal to their lines; {Took.TotalSeconds:0.0} s."));
    }

    public object ToJson() => new
    {
        intact = Report.IsSound,
        events = Report.Events,
        streams = Report.Streams,
        postings = Postings,
        remittances = Remittances,
        firstBad = Report.FirstBad is { } bad ? new { position = bad.Position, stream = bad.Stream?.ToString(), version = bad.Version, reason = bad.Why } : null,
    };

    private static string Place(BadEvent bad) => string.Create(
        CultureInfo.InvariantCulture,
        $"position {bad.Position?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, stream {bad.Stream?.ToString() ?? "unknown"}, version {bad.Version?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}");

    private sealed class Reporter(ProgressLine line) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => line.Report(value.Events, value.EventsExpected);
    }
}
