using System.Globalization;
using Ledger.EventLog;
using Ledger.EventLog.Verification;
using Ledger.Host.Audit;
using Ledger.Host.Output;
using Ledger.Hosting.Composition;
using Spectre.Console;

namespace Ledger.Host.Demo;

/// <summary>What proves the day: one stream replayed, the whole log verified, and the acquirer's own books compared to the cent.</summary>
internal sealed class DemoProof(LedgerServer server)
{
    /// <param name="transaction">Whose stream is shown.</param>
    /// <returns>False when anything is not as it should be; what, was printed.</returns>
    public async Task<bool> PrintAsync(string transaction, CancellationToken cancellation)
    {
        var replay = await Replay.ReadAsync(server.Log, new StreamName("transaction", transaction), ReplayLimit.None, cancellation);
        replay.Print(Terminal.Out);

        var verification = await Verification.RunAsync(server.Log, NodaTime.SystemClock.Instance, cancellation);
        verification.Print(Terminal.Out);

        var books = await server.ReconcileAsync(cancellation);
        Terminal.Out.MarkupLine(books.Differences.IsEmpty
            ? string.Create(CultureInfo.InvariantCulture, $"[green]Reconciled.[/] The simulated acquirer's own books agree in {books.Agreed} exchanges; {books.Unsettled.Length} are still open.")
            : string.Create(CultureInfo.InvariantCulture, $"[red]Not reconciled:[/] {books.Differences.Length} exchanges differ from the simulated acquirer's books."));
        return verification.Report.IsSound && books.Differences.IsEmpty;
    }
}
