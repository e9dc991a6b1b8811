using Ledger.Contracts.V1;

namespace Ledger.Contracts.Integration.V1;

/// <summary>
/// What other services hear of: a fact that is committed in the ledger and stays. Each stands for one stored event; sent at least once, with the same id
/// every time. See specs/integration.
/// </summary>
public interface IIntegrationEvent
{
    /// <summary>Which stored event it stands for.</summary>
    Origin Origin { get; }
}

/// <summary>Where in the ledger a message comes from: by this a consumer orders messages and knows those that he has had.</summary>
/// <param name="MessageId">The message's id, also on the transport; follows from type, stream and version, so a repeat has the same.</param>
/// <param name="Position">Place of the event in the ledger's commit order, from 1. Messages have growing positions with gaps: not every event is one.</param>
/// <param name="Stream">The event's stream, for instance « transaction-0192f3… ».</param>
/// <param name="Version">The event's place in its stream, from 1; with gaps, for the same reason.</param>
/// <param name="At">When it was decided, by the ledger's clock, UTC.</param>
public sealed record Origin(Guid MessageId, long Position, string Stream, long Version, DateTimeOffset At);

/// <summary>A payment is complete: « Encaissement accepté ». From here on it is the merchant's money; an approval before it is not.</summary>
/// <param name="TransactionId">32 hexadecimal digits.</param>
/// <param name="TerminalSerial">The terminal that took it.</param>
/// <param name="Amount">Above zero.</param>
/// <param name="BusinessDay">The Europe/Paris day that it counts in; never changes.</param>
public sealed record PaymentAccepted(Origin Origin, string TransactionId, string MerchantId, string TerminalSerial, Money Amount, DateOnly BusinessDay) : IIntegrationEvent;

/// <summary>A payment was cancelled on its own day, before its remittance: always the whole of it.</summary>
/// <param name="Amount">That of the payment.</param>
/// <param name="BusinessDay">That of the payment.</param>
public sealed record PaymentCancelled(Origin Origin, string TransactionId, string MerchantId, Money Amount, DateOnly BusinessDay) : IIntegrationEvent;

/// <summary>The acquirer accepted one refund of a payment, of all or part of it. Several may follow one payment; together they never exceed it.</summary>
/// <param name="RefundId">32 hexadecimal digits.</param>
/// <param name="BusinessDay">The refund's own Europe/Paris day.</param>
public sealed record PaymentRefunded(Origin Origin, string TransactionId, string RefundId, string MerchantId, Money Amount, DateOnly BusinessDay) : IIntegrationEvent;

/// <summary>A refund was cancelled on its own day, before its remittance: the merchant has the amount again, and it may be refunded anew.</summary>
/// <param name="Amount">That of the refund.</param>
/// <param name="BusinessDay">That of the refund.</param>
public sealed record RefundCancelled(Origin Origin, string TransactionId, string RefundId, string MerchantId, Money Amount, DateOnly BusinessDay) : IIntegrationEvent;

/// <summary>A merchant's day is remitted: its lines and totals are fixed for ever.</summary>
/// <param name="RemittanceId">The merchant and the day, for instance « corner-shop-2026-11-22 ».</param>
/// <param name="Day">The day that it closes. What came too late for its own day is in a later one.</param>
/// <param name="LineCount">Payments and refunds in it, at least 1.</param>
/// <param name="Debits">Sum of its payments.</param>
/// <param name="Credits">Sum of its refunds.</param>
/// <param name="Net">Debits less credits; below zero when refunds exceed payments, and then the account is debited.</param>
/// <param name="CreditDate">Bank day on which the net goes to the merchant's account.</param>
public sealed record DayRemitted(
    Origin Origin, string RemittanceId, string MerchantId, DateOnly Day, int LineCount, Money Debits, Money Credits, Money Net, DateOnly CreditDate) : IIntegrationEvent;

/// <summary>The credit date has come: the net of a remittance is on the merchant's account, or was taken from it.</summary>
/// <param name="Day">The day that the remittance closed.</param>
/// <param name="Net">That of its <see cref="DayRemitted"/>.</param>
public sealed record DayCredited(Origin Origin, string RemittanceId, string MerchantId, DateOnly Day, Money Net, DateOnly CreditDate) : IIntegrationEvent;

/// <summary>The bank took a complaint down; whoever has to answer it knows by when. Who complains and what was said stays in the bank's correspondence.</summary>
/// <param name="ComplaintId">32 hexadecimal digits.</param>
/// <param name="MerchantId">Missing for somebody without a contract.</param>
/// <param name="TransactionId">Missing when it is about no single transaction.</param>
/// <param name="ReceivedOn">Europe/Paris day from which its deadlines count.</param>
/// <param name="AcknowledgeBy">Last day for acknowledging it; missing while nothing is in writing.</param>
/// <param name="AnswerBy">Last day for the answer, as things stand when it is opened; the stricter of the two ways of counting.</param>
public sealed record ComplaintOpened(
    Origin Origin, string ComplaintId, string? MerchantId, ComplaintReason Reason, ComplaintChannel Channel, string? TransactionId, DateOnly ReceivedOn, DateOnly? AcknowledgeBy, DateOnly AnswerBy)
    : IIntegrationEvent;
