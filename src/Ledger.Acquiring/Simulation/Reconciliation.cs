using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Simulation;

/// <summary>The ledger's view beside the host's, exchange by exchange.</summary>
/// <param name="Unsettled">Exchanges that the ledger still follows up; not compared.</param>
/// <param name="Differences">Empty when the books agree to the cent.</param>
public sealed record Reconciliation(int Agreed, ImmutableArray<ExchangeId> Unsettled, ImmutableArray<HostDifference> Differences)
{
    /// <param name="transactions">Every transaction of the ledger.</param>
    public static Reconciliation Of(IEnumerable<TransactionState> transactions, IReadOnlyCollection<HostEntry> host)
    {
        var lines = transactions.SelectMany(LinesOf).ToDictionary(static line => line.Exchange);
        var entries = host.Where(static e => e.Kind is not HostEntryKind.Cancellation && e.IsEffective).ToDictionary(static e => e.Exchange);
        var unsettled = lines.Values.Where(static line => line.IsUnsettled).Select(static line => line.Exchange).ToImmutableArray();

        var differences = ImmutableArray.CreateBuilder<HostDifference>();
        var agreed = 0;
        foreach (var exchange in lines.Keys.Union(entries.Keys))
        {
            var line = lines.GetValueOrDefault(exchange);
            if (line is { IsUnsettled: true }) continue;

            var (inLedger, atHost) = (line?.Amount, entries.GetValueOrDefault(exchange)?.Approved);
            if (inLedger == atHost) agreed++;
            else differences.Add(new HostDifference(exchange, inLedger, atHost));
        }

        return new Reconciliation(agreed, unsettled, differences.ToImmutable());
    }

    private static IEnumerable<Line> LinesOf(TransactionState state) => state switch
    {
        TransactionState.AuthorisationPending s => [Line.Unsettled(s.Exchange)],
        TransactionState.InDoubt s => [Line.Unsettled(s.Exchange)],
        TransactionState.Approved s => [Line.Unsettled(s.Exchange)],
        TransactionState.ReversalPending s => [Line.Unsettled(s.Exchange)],
        TransactionState.CancellationPending s => [Line.Unsettled(s.Before.Authorisation)],
        TransactionState.Completed s => [new Line(s.Authorisation, s.Facts.Amount, false), .. s.Refunds.Values.SelectMany(LinesOf)],
        _ => [],
    };

    private static IEnumerable<Line> LinesOf(Refund refund) => refund.Status switch
    {
        RefundStatus.Pending or RefundStatus.InDoubt or RefundStatus.CancellationPending => [Line.Unsettled(refund.Exchange)],
        RefundStatus.Approved => [new Line(refund.Exchange, refund.Amount, false)],
        RefundStatus.Declined or RefundStatus.Cancelled => [],
    };

    private sealed record Line(ExchangeId Exchange, Money? Amount, bool IsUnsettled)
    {
        public static Line Unsettled(ExchangeId exchange) => new(exchange, null, true);
    }
}

/// <param name="InLedger">Null: the ledger says that nothing came of it.</param>
/// <param name="AtHost">Null: the host says so.</param>
public sealed record HostDifference(ExchangeId Exchange, Money? InLedger, Money? AtHost);
