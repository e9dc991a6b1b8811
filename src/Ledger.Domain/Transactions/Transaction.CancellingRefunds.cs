using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>A refund of today is annulled like a payment of today (E68); its amount can then be asked back again. A refund is never refunded.</summary>
public sealed partial class Transaction
{
    private static Decision DecideRefundCancellation(TransactionState state, RequestRefundCancellation command)
    {
        if (RefuseRefundId(state, command.RefundId, out var refund) is { } refusal) return refusal;

        var isRepeat = refund.Cancellation == command.Exchange;
        return refund.Status switch
        {
            RefundStatus.Approved => DecideRefundCancellation((TransactionState.Completed)state, refund, command),
            RefundStatus.CancellationPending => isRepeat ? Decision.AlreadyDone : TransactionRejection.CancellationPending,
            RefundStatus.Cancelled => isRepeat ? Decision.AlreadyDone : TransactionRejection.AlreadyCancelled,
            RefundStatus.InDoubt => TransactionRejection.OutcomeUnknown,
            RefundStatus.Pending or RefundStatus.Declined => TransactionRejection.WrongState,
        };
    }

    private static Decision DecideRefundCancellation(TransactionState.Completed completed, Refund refund, RequestRefundCancellation command)
    {
        if (RefuseContract(completed.Facts, command.Contract, command.Now) is { } contract) return contract;
        if (RefuseContact(command.Ticket, command.Contact) is { } contact) return contact;
        if (!IsProven(command.Proof, command.Now)) return TransactionRejection.SecurityCodeNotVerified;
        if (RefuseCard(completed.Card, command.PresentedCard, command.Channel) is { } card) return card;
        if (DayOf(command.Now, refund.RequestedAt) != refund.BusinessDay) return TransactionRejection.DayIsOver;
        if (refund.Remittance is not null) return TransactionRejection.AlreadyRemitted;
        if (command.Amount != refund.Amount) return TransactionRejection.AmountDiffers;
        if (command.Channel is not (Channel.MobileApp or Channel.WebSpace)) return TransactionRejection.ChannelNotAllowed;
        if (RefuseExchange(completed, command.Exchange) is { } exchange) return exchange;

        return new RefundCancellationRequested(refund.Id, command.Exchange, command.PresentedCard is not null, command.Channel, command.Now)
        {
            Ticket = command.Ticket,
            Contact = command.Contact,
        };
    }

    private static Decision DecideRefundCancelled(TransactionState state, RecordRefundCancelled command)
    {
        if (RefuseRefundId(state, command.RefundId, out var refund) is { } refusal) return refusal;
        if (!AwaitsCancellation(refund, command.Exchange)) return DecideLateAnswer(state, command.Exchange);

        var merchant = FactsOf(state)!.MerchantId;
        return new RefundCancelled(refund.Id, command.Exchange, merchant, refund.Amount, refund.BusinessDay, command.Now);
    }

    private static Decision DecideRefundCancellationRefused(TransactionState state, RecordRefundCancellationRefused command)
    {
        if (RefuseRefundId(state, command.RefundId, out var refund) is { } refusal) return refusal;
        if (!AwaitsCancellation(refund, command.Exchange)) return DecideLateAnswer(state, command.Exchange);

        return new RefundCancellationRefused(refund.Id, command.Exchange, command.Response, command.Now);
    }

    private static bool AwaitsCancellation(Refund refund, ExchangeId exchange) =>
        refund.Status == RefundStatus.CancellationPending && refund.Cancellation == exchange;
}
