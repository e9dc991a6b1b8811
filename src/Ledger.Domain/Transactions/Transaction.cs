using System.Diagnostics;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>
/// One card transaction from the request to its last refund: its stream alone decides cancel against remit against refund, so that a race
/// has one winner. Pure; an actor calls it one command at a time.
/// </summary>
public sealed partial class Transaction : IDecider<TransactionState, TransactionCommand, TransactionEvent, TransactionRejection>
{
    /// <summary>R029: one cent to 1500 EUR, both included.</summary>
    public const long AmountMinCents = 1;

    /// <summary>R029, D-14: per transaction.</summary>
    public const long AmountMaxCents = 150_000;

    /// <summary>ISO 8583 DE 11 has six digits.</summary>
    public const int NumberMax = 999_999;

    /// <summary>Refunds ever asked of one transaction, declined ones included.</summary>
    public const int RefundsMax = 50;

    /// <summary>Questions to the host about one transaction: the authorisation, cancellations, refunds and their cancellations.</summary>
    public const int ExchangesMax = 200;

    /// <summary>D-07, D-15: calendar months, clamped to the month's end, as in the history.</summary>
    public const int RefundAgeMaxMonths = 15;

    /// <summary>I34: how long a typed security code is good for its command.</summary>
    public static readonly Duration SecurityCodeAgeMax = Duration.FromMinutes(5);

    private Transaction() { }

    public static string Category => "transaction";

    public static TransactionState Initial { get; } = new New();

    public static Decision Decide(TransactionState state, TransactionCommand command) => command switch
    {
        Request c => DecideRequest(state, c),
        _ when state is New => TransactionRejection.NotRequested,

        ReportProgress c => DecideProgress(state, c),
        SendAuthorisation c => DecideSend(state, c),
        RecordApproval c => DecideApproval(state, c),
        RecordDecline c => DecideDecline(state, c),
        RecordNoAnswer c => DecideNoAnswer(state, c),
        RecordNotFound c => DecideNotFound(state, c),
        Complete c => DecideComplete(state, c),
        Abort c => DecideAbort(state, c),
        RecordReversed c => DecideReversed(state, c),
        RecordContradiction c => DecideContradiction(state, c),
        RecordContradictionUndone c => DecideContradictionUndone(state, c),

        RequestCancellation c => DecideCancellation(state, c),
        RecordCancelled c => DecideCancelled(state, c),
        RecordCancellationRefused c => DecideCancellationRefused(state, c),

        RequestRefund c => DecideRefund(state, c),
        RecordRefundApproved c => DecideRefundApproved(state, c),
        RecordRefundDeclined c => DecideRefundDeclined(state, c),
        RecordRefundNoAnswer c => DecideRefundNoAnswer(state, c),
        RequestRefundCancellation c => DecideRefundCancellation(state, c),
        RecordRefundCancelled c => DecideRefundCancelled(state, c),
        RecordRefundCancellationRefused c => DecideRefundCancellationRefused(state, c),

        Remit c => DecideRemit(state, c),
        RemitRefund c => DecideRemitRefund(state, c),

        RecordTicketSent c => DecideTicket(state, c.Kind, c.Refund, new TransactionEvent.TicketSent(c.Kind, c.Refund, c.Channel, c.CarrierMessageId, c.Now)),
        RecordTicketFailed c => DecideTicket(state, c.Kind, c.Refund, new TransactionEvent.TicketFailed(c.Kind, c.Refund, c.Reason, c.Now)),
        ReissueTicket c => DecideTicket(state, c.Kind, c.Refund, new TransactionEvent.TicketReissued(c.Kind, c.Refund, c.Copy, c.Channel, c.Now)),

        _ => throw new UnreachableException(command.GetType().Name),
    };
}
