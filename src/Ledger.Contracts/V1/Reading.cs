using System.Text.Json;

namespace Ledger.Contracts.V1;

/// <summary>One page of the merchant's history (R028, R088), newest first.</summary>
/// <param name="Position">The log position that the answer has taken in.</param>
/// <param name="Cursor">Give it back for the next page; null on the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryLine> Lines, long Position, string? Cursor);

/// <param name="Refunded">Sum of refunds that were approved.</param>
public sealed record HistoryLine(
    string TransactionId,
    TransactionStatus Status,
    Money Amount,
    Money Refunded,
    DateOnly BusinessDay,
    DateTimeOffset RequestedAt,
    string TerminalSerial,
    int Number,
    string? CardLastFour,
    CardBrand? CardBrand,
    string? RemittanceId);

/// <summary>Payments of one card that a cancellation or a refund may mean (D-04): newest first, the merchant picks by number and time.</summary>
public sealed record OriginalsReply(IReadOnlyList<HistoryLine> Candidates, long Position);

/// <summary>Remittances of the merchant, newest first (R086).</summary>
public sealed record RemittancePage(IReadOnlyList<RemittanceView> Remittances, long Position, string? Cursor);

/// <summary>One business day handed over.</summary>
/// <param name="Id">« merchant-2026-11-22 ».</param>
/// <param name="Net">Debits less credits; below zero when refunds exceed payments, and then the account is debited.</param>
/// <param name="CreditDate">Next open day of the contract's calendar (R090).</param>
public sealed record RemittanceView(string Id, DateOnly Day, bool Closed, bool Credited, int LineCount, Money Debits, Money Credits, Money Net, DateOnly? CreditDate);

/// <summary>One remittance with a page of its lines.</summary>
public sealed record RemittanceDetail(RemittanceView Remittance, IReadOnlyList<RemittanceLineView> Lines, long Position, string? Cursor);

/// <param name="RefundId">Null for the payment itself.</param>
/// <param name="OperationDay">Before the remittance's day for a late line.</param>
public sealed record RemittanceLineView(string TransactionId, string? RefundId, RemittanceSide Side, Money Amount, DateOnly OperationDay);

/// <summary>The dashboard's figures (R085).</summary>
public sealed record RevenueReply(RevenuePeriod Period, IReadOnlyList<RevenueRow> Rows, long Position);

/// <param name="From">First day of the span.</param>
/// <param name="Net">Gross less cancelled less refunded; may be below zero.</param>
public sealed record RevenueRow(DateOnly From, int Payments, Money Gross, Money Cancelled, Money Refunded, Money Net);

/// <summary>A transaction's own events, oldest first, with the chain verified up to the last.</summary>
public sealed record EventsReply(string Stream, IReadOnlyList<EventView> Events, bool ChainVerified);

/// <param name="Payload">As stored.</param>
/// <param name="Hash">SHA-256 over the previous event's hash, the header and the payload; hexadecimal.</param>
public sealed record EventView(long Version, long Position, string Type, DateTimeOffset RecordedAt, JsonElement Payload, string Hash);

/// <summary>Server-sent event « transaction »: one transaction of this merchant changed. The event's id is the position.</summary>
public sealed record LiveTransaction(string TransactionId, long Version, TransactionStatus Status, Money Amount, DateOnly BusinessDay, int Number, string TerminalSerial);

/// <summary>Server-sent event « reset »: what came between is no longer at hand; read the history again, then go on from here.</summary>
public sealed record LiveReset(long Position);
