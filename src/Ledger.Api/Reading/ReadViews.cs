using Ledger.Contracts.V1;
using Ledger.Projections;
using Ledger.Projections.History;
using Ledger.Projections.Remittances;
using Ledger.Projections.Terminals;
using RevenueRow = Ledger.Projections.Revenue.RevenueRow;

namespace Ledger.Api.Reading;

/// <summary>From the read models' records to the wire's.</summary>
internal static class ReadViews
{
    public static HistoryLine Of(HistoryEntry entry) => new(
        entry.TransactionId.ToString(),
        (Contracts.V1.HistoryKind)entry.Kind,
        entry.Refund?.ToString(),
        Wire.Of(entry.Status),
        Wire.Of(entry.Amount),
        Wire.Of(entry.Refunded),
        Wire.Of(entry.BusinessDay),
        Wire.Of(entry.RequestedAt),
        entry.CompletedAt is { } completed ? Wire.Of(completed) : null,
        entry.Terminal.Value,
        entry.Number,
        entry.Card?.LastFour.Value,
        entry.Card is { } card ? Wire.Of(card.Brand) : null,
        entry.Code?.Value,
        entry.DeclinedWith?.Value,
        entry.AbortReason is { } reason ? Wire.Of(reason) : null,
        entry.Remittance?.ToString(),
        entry.CreditDate is { } credit ? Wire.Of(credit) : null,
        entry.IsCredited,
        Wire.Of(entry.Ticket.Choice),
        (Contracts.V1.TicketDelivery)entry.Ticket.Delivery);

    public static TerminalView Of(TerminalEntry terminal, long position) => new(
        terminal.Serial.Value,
        terminal.Model,
        (Contracts.V1.AcceptanceCountry)terminal.Country,
        terminal.TerminalNumber,
        (Contracts.V1.TerminalCondition)terminal.Condition,
        terminal.MerchantId?.Value,
        (Contracts.V1.BlockReason?)terminal.BlockedBecause,
        terminal.UnblockableUntil is { } unblockable ? Wire.Of(unblockable) : null,
        terminal.WarrantyUntil is { } warranty ? Wire.Of(warranty) : null,
        Wire.Of(terminal.LastActivityAt),
        position);

    public static RemittanceView Of(RemittanceSummary summary) => new(
        summary.Remittance.ToString(),
        Wire.Of(summary.Remittance.Day),
        (Contracts.V1.RemittanceCondition)summary.Condition,
        summary.LineCount,
        Wire.Of(summary.Debits),
        Wire.Of(summary.Credits),
        Of(summary.Net),
        summary.CreditDate is { } credit ? Wire.Of(credit) : null,
        summary.ClosedAt is { } closed ? Wire.Of(closed) : null,
        summary.CreditedAt is { } credited ? Wire.Of(credited) : null);

    public static RemittanceLineView Of(Domain.Remittances.RemittanceLine line) =>
        new(line.TransactionId.ToString(), line.Refund?.ToString(), Wire.Of(line.Side), Wire.Of(line.Amount), Wire.Of(line.OperationDay));

    public static Contracts.V1.RevenueRow Of(RevenueRow row) => new(
        Wire.Of(row.Start),
        Wire.Of(row.From),
        Wire.Of(row.To),
        row.Payments,
        row.Cancellations,
        row.Refunds,
        Wire.Of(row.Gross),
        Wire.Of(row.Cancelled),
        Wire.Of(row.Refunded),
        Of(row.Net),
        new ServiceCharge(row.ServiceCharge.Interchange, row.ServiceCharge.Scheme, row.ServiceCharge.Margin, row.ServiceCharge.Total));

    private static Money Of(SignedMoney value) => new(value.MinorUnits, value.Currency.Code);
}
