using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Acquiring;

/// <summary>From what the host said to what is recorded; null when it said neither yes nor no.</summary>
internal static class AnswerCommands
{
    // ISO 8583 lets an approval go without DE 38; it is printed so.
    private static readonly AuthorisationCode _noCode = new("000000");

    public static TransactionCommand? OfAuthorisation(ExchangeId exchange, HostAnswer answer, Instant now) => answer switch
    {
        HostAnswer.Approved approved => new RecordApproval(exchange, approved.Amount, approved.Code ?? _noCode, approved.Response, now),
        HostAnswer.Declined declined => new RecordDecline(exchange, declined.Response, now),
        _ => null,
    };

    public static TransactionCommand? OfCancellation(ExchangeId exchange, HostAnswer answer, Instant now) => answer switch
    {
        HostAnswer.Approved => new RecordCancelled(exchange, now),
        HostAnswer.Declined declined => new RecordCancellationRefused(exchange, declined.Response, now),
        _ => null,
    };

    public static TransactionCommand? OfRefund(Refund refund, HostAnswer answer, Instant now) => answer switch
    {
        HostAnswer.Approved approved => new RecordRefundApproved(refund.Id, refund.Exchange, approved.Code, now),
        HostAnswer.Declined declined => new RecordRefundDeclined(refund.Id, refund.Exchange, declined.Response, now),
        _ => null,
    };

    public static TransactionCommand? OfRefundCancellation(RefundId refund, ExchangeId exchange, HostAnswer answer, Instant now) => answer switch
    {
        HostAnswer.Approved => new RecordRefundCancelled(refund, exchange, now),
        HostAnswer.Declined declined => new RecordRefundCancellationRefused(refund, exchange, declined.Response, now),
        _ => null,
    };

    /// <summary>Why nothing is known, for the record.</summary>
    public static UnknownReason ReasonOf(HostAnswer answer) => answer switch
    {
        HostAnswer.NoAnswer none => none.Reason,
        HostAnswer.NotSent => UnknownReason.ConnectionLost,
        _ => UnknownReason.AnswerTimedOut,
    };
}
