using Ledger.Domain.Calendars;
using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>Remboursement: from the next Paris day on, whole or in parts, never more than what remains (R071, R073, I03).</summary>
public sealed partial class Transaction
{
    private static Decision DecideRefund(TransactionState state, RequestRefund command) => state switch
    {
        TransactionState.Completed completed => DecideRefund(completed, command),
        CancellationPending => TransactionRejection.CancellationPending,
        TransactionState.Cancelled => TransactionRejection.AlreadyCancelled,
        InDoubt => TransactionRejection.OutcomeUnknown,
        _ => TransactionRejection.WrongState,
    };

    private static Decision DecideRefund(TransactionState.Completed completed, RequestRefund command)
    {
        if (completed.Refunds.TryGetValue(command.RefundId, out var before))
            return IsSame(before, command) ? Decision.AlreadyDone : TransactionRejection.RefundIdReused;
        if (RefuseRefund(completed, command) is { } refusal) return refusal;

        Invariant.Holds(command.Amount <= completed.Refundable);
        return new RefundRequested(
            command.RefundId,
            command.Exchange,
            command.Amount,
            ParisTime.DayOf(command.Now),
            command.Terminal,
            command.Number,
            command.Ticket,
            command.Contact,
            command.Now);
    }

    private static TransactionRejection? RefuseRefund(TransactionState.Completed completed, RequestRefund command)
    {
        var (facts, today) = (completed.Facts, DayOf(command.Now, completed.Facts.RequestedAt));
        if (RefuseContract(facts, command.Contract, command.Now) is { } contract) return contract;
        if (command.Amount.Currency != facts.Amount.Currency) return TransactionRejection.CurrencyNotAccepted;
        if (command.Amount.IsZero) return TransactionRejection.AmountOutOfRange;
        if (RefuseContact(command.Ticket, command.Contact) is { } contact) return contact;
        if (!IsProven(command.Proof, command.Now)) return TransactionRejection.SecurityCodeNotVerified;
        if (RefuseCard(completed.Card, command.PresentedCard, Channel.MobileApp) is { } card) return card;
        if (today <= facts.BusinessDay) return TransactionRejection.DayNotOver;
        if (command.Amount > completed.Refundable) return TransactionRejection.ExceedsRefundable;
        if (facts.BusinessDay < today.PlusMonths(-RefundAgeMaxMonths)) return TransactionRejection.TooOld;
        if (completed.Refunds.Count >= RefundsMax) return TransactionRejection.TooManyRefunds;
        if (command.Channel != Channel.MobileApp) return TransactionRejection.ChannelNotAllowed;
        return RefuseExchange(completed, command.Exchange);
    }

    /// <summary>What the merchant chose; the question's id and the terminal's number are ours and may be newer in a repeat (E66).</summary>
    private static bool IsSame(Refund refund, RequestRefund command) =>
        refund.Amount == command.Amount
        && refund.Terminal == command.Terminal
        && refund.Ticket == command.Ticket
        && refund.Contact == command.Contact;

    private static Decision DecideRefundApproved(TransactionState state, RecordRefundApproved command)
    {
        if (RefuseRefundAnswer(state, command.RefundId, command.Exchange, out var refund) is { } refusal) return refusal;
        if (refund.Status is not (RefundStatus.Pending or RefundStatus.InDoubt)) return Decision.AlreadyDone;

        var merchant = FactsOf(state)!.MerchantId;
        return new RefundApproved(refund.Id, command.Exchange, merchant, refund.Amount, refund.BusinessDay, command.Code, command.Now);
    }

    private static Decision DecideRefundDeclined(TransactionState state, RecordRefundDeclined command)
    {
        if (RefuseRefundAnswer(state, command.RefundId, command.Exchange, out var refund) is { } refusal) return refusal;
        if (refund.Status is not (RefundStatus.Pending or RefundStatus.InDoubt)) return Decision.AlreadyDone;

        return new RefundDeclined(refund.Id, command.Exchange, command.Response, command.Now);
    }

    private static Decision DecideRefundNoAnswer(TransactionState state, RecordRefundNoAnswer command)
    {
        if (RefuseRefundAnswer(state, command.RefundId, command.Exchange, out var refund) is { } refusal) return refusal;
        if (refund.Status != RefundStatus.Pending) return Decision.AlreadyDone;

        return new RefundOutcomeUnknown(refund.Id, command.Exchange, command.Reason, command.Now);
    }

    private static TransactionRejection? RefuseRefundAnswer(TransactionState state, RefundId id, ExchangeId exchange, out Refund refund)
    {
        if (RefuseRefundId(state, id, out refund) is { } refusal) return refusal;
        if (refund.Exchange != exchange) return TransactionRejection.ExchangeDiffers;
        return null;
    }

    private static TransactionRejection? RefuseRefundId(TransactionState state, RefundId id, out Refund refund)
    {
        refund = null!;
        if (state is InDoubt) return TransactionRejection.OutcomeUnknown;
        if (CompletionOf(state) is not { } completed) return TransactionRejection.WrongState;
        if (!completed.Refunds.TryGetValue(id, out refund!)) return TransactionRejection.RefundNotFound;
        return null;
    }
}
