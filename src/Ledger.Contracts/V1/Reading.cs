using System.Text.Json;

namespace Ledger.Contracts.V1;

/// <summary>One page of the merchant's history (R028, R088), newest business day first.</summary>
/// <param name="From">First business day that the answer covers: at most 15 months back.</param>
/// <param name="To">Last business day that it covers.</param>
/// <param name="Position">The log position that the answer has taken in.</param>
/// <param name="Cursor">Give it back for the next page; null on the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryLine> Lines, DateOnly From, DateOnly To, long Position, string? Cursor);

/// <summary>One operation: a payment, a refund, or the cancellation of either.</summary>
/// <param name="RefundId">Which refund it is, or cancels; null for a payment and its cancellation.</param>
/// <param name="Refunded">What was given back of a payment so far.</param>
/// <param name="CompletedAt">When the card confirmed, or the host agreed.</param>
/// <param name="ResponseCode">The host's two characters when it declined.</param>
/// <param name="CreditDate">When its remittance is credited; null before it is closed.</param>
public sealed record HistoryLine(
    string TransactionId,
    HistoryKind Kind,
    string? RefundId,
    TransactionStatus Status,
    Money Amount,
    Money Refunded,
    DateOnly BusinessDay,
    DateTimeOffset RequestedAt,
    DateTimeOffset? CompletedAt,
    string TerminalSerial,
    int Number,
    string? CardLastFour,
    CardBrand? CardBrand,
    string? AuthorisationCode,
    string? ResponseCode,
    AbortReason? Reason,
    string? RemittanceId,
    DateOnly? CreditDate,
    bool Credited,
    TicketChoice Ticket,
    TicketDelivery TicketDelivery);

/// <summary>Payments of one card that a cancellation or a refund may mean (D-04): newest first, the merchant picks by number and time.</summary>
public sealed record OriginalsReply(IReadOnlyList<HistoryLine> Candidates, long Position);

/// <summary>Remittances of the merchant, newest first (R086).</summary>
public sealed record RemittancePage(IReadOnlyList<RemittanceView> Remittances, long Position, string? Cursor);

/// <summary>One business day handed over.</summary>
/// <param name="Id">« merchant-2026-11-22 ».</param>
/// <param name="Debits">Payments; final when closed.</param>
/// <param name="Credits">Refunds; final when closed.</param>
/// <param name="Net">Debits less credits; below zero when refunds exceed payments, and then the account is debited.</param>
/// <param name="CreditDate">Next open day of the contract's calendar (R090); null while it is open.</param>
public sealed record RemittanceView(
    string Id,
    DateOnly Day,
    RemittanceCondition Condition,
    int LineCount,
    Money Debits,
    Money Credits,
    Money Net,
    DateOnly? CreditDate,
    DateTimeOffset? ClosedAt,
    DateTimeOffset? CreditedAt);

/// <summary>One remittance with a page of its lines.</summary>
public sealed record RemittanceDetail(RemittanceView Remittance, IReadOnlyList<RemittanceLineView> Lines, long Position, string? Cursor);

/// <param name="RefundId">Null for the payment itself.</param>
/// <param name="OperationDay">Before the remittance's day for a late line.</param>
public sealed record RemittanceLineView(string TransactionId, string? RefundId, RemittanceSide Side, Money Amount, DateOnly OperationDay);

/// <summary>The dashboard's figures (R085), one row per span, also for those without any operation.</summary>
public sealed record RevenueReply(RevenuePeriod Period, IReadOnlyList<RevenueRow> Rows, long Position);

/// <param name="Start">First day of the day, week or month; may be before the days asked for.</param>
/// <param name="From">First day counted.</param>
/// <param name="To">Last day counted.</param>
/// <param name="Gross">All payments that completed, cancelled ones included.</param>
/// <param name="Net">Gross less cancelled less refunded; may be below zero.</param>
/// <param name="ServiceCharge">Of the payments that were not cancelled, in 1/10000 EUR, exact.</param>
public sealed record RevenueRow(
    DateOnly Start,
    DateOnly From,
    DateOnly To,
    long Payments,
    long Cancellations,
    long Refunds,
    Money Gross,
    Money Cancelled,
    Money Refunded,
    Money Net,
    ServiceCharge ServiceCharge);

/// <summary>In 1/10000 EUR, the parts that IFR art. 9 and 12 ask for.</summary>
public sealed record ServiceCharge(long Interchange, long Scheme, long Margin, long Total);

/// <summary>A transaction's own events, oldest first, with the chain verified up to the last.</summary>
public sealed record EventsReply(string Stream, IReadOnlyList<EventView> Events, bool ChainVerified);

/// <param name="Payload">As stored.</param>
/// <param name="Hash">SHA-256 over the previous event's hash, the header and the payload; hexadecimal.</param>
public sealed record EventView(long Version, long Position, string Type, DateTimeOffset RecordedAt, JsonElement Payload, string Hash);

/// <summary>Server-sent event « transaction »: one transaction of this merchant changed. The event's id is the position.</summary>
public sealed record LiveTransaction(string TransactionId, long Version, TransactionStatus Status, Money Amount, DateOnly BusinessDay, int Number, string TerminalSerial);

/// <summary>Server-sent event « reset »: what came between is no longer at hand; read the history again, then go on from here.</summary>
public sealed record LiveReset(long Position);

/// <summary>Server-sent event « revenue »: today's figures, after something changed them.</summary>
public sealed record LiveRevenue(RevenueRow Today, long Position);
