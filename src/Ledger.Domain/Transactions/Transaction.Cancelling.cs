using Ledger.Domain.Cards;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>Annulation: the whole amount, the same Paris day, before remittance (R070, R072, R075-R078, D-03).</summary>
public sealed partial class Transaction
{
    private static Decision DecideCancellation(TransactionState state, RequestCancellation command) => state switch
    {
        TransactionState.Completed completed => DecideCancellation(completed, command),
        CancellationPending pending => pending.Exchange == command.Exchange ? Decision.AlreadyDone : TransactionRejection.CancellationPending,
        TransactionState.Cancelled cancelled => cancelled.Exchange == command.Exchange ? Decision.AlreadyDone : TransactionRejection.AlreadyCancelled,
        InDoubt => TransactionRejection.OutcomeUnknown,
        _ => TransactionRejection.WrongState,
    };

    private static Decision DecideCancellation(TransactionState.Completed completed, RequestCancellation command)
    {
        var facts = completed.Facts;
        if (RefuseContract(facts, command.Contract, command.Now) is { } contract) return contract;
        if (RefuseContact(command.Ticket, command.Contact) is { } contact) return contact;
        if (!IsProven(command.Proof, command.Now)) return TransactionRejection.SecurityCodeNotVerified;
        if (RefuseCard(completed.Card, command.PresentedCard, command.Channel) is { } card) return card;
        // A refund, even a declined one, shows that the day was over once; a clock that stepped back does not bring it back (I04).
        if (DayOf(command.Now, facts.RequestedAt) != facts.BusinessDay || !completed.Refunds.IsEmpty) return TransactionRejection.DayIsOver;
        if (completed.Remittance is not null) return TransactionRejection.AlreadyRemitted;
        if (command.Amount != facts.Amount) return TransactionRejection.AmountDiffers;
        if (command.Channel is not (Channel.MobileApp or Channel.WebSpace)) return TransactionRejection.ChannelNotAllowed;
        if (RefuseExchange(completed, command.Exchange) is { } exchange) return exchange;

        Invariant.Holds(completed.Refundable == facts.Amount);
        return new CancellationRequested(command.Exchange, command.PresentedCard is not null, command.Channel, command.Now)
        {
            Ticket = command.Ticket,
            Contact = command.Contact,
        };
    }

    private static Decision DecideCancelled(TransactionState state, RecordCancelled command)
    {
        if (state is not CancellationPending pending || pending.Exchange != command.Exchange) return DecideLateAnswer(state, command.Exchange);

        var facts = pending.Before.Facts;
        return new TransactionEvent.Cancelled(command.Exchange, facts.MerchantId, facts.Amount, facts.BusinessDay, command.Now);
    }

    private static Decision DecideCancellationRefused(TransactionState state, RecordCancellationRefused command)
    {
        if (state is not CancellationPending pending || pending.Exchange != command.Exchange) return DecideLateAnswer(state, command.Exchange);

        return new CancellationRefused(command.Exchange, command.Response, command.Now);
    }

    /// <summary>An answer to a question that was answered before changes nothing (I16); to one that was never asked, it is refused (E36).</summary>
    private static Decision DecideLateAnswer(TransactionState state, ExchangeId exchange)
    {
        if (CompletionOf(state) is not { } completed) return TransactionRejection.WrongState;
        return completed.Exchanges.Items.Contains(exchange) ? Decision.AlreadyDone : TransactionRejection.ExchangeDiffers;
    }

    /// <summary>A question's id is never used for another question (I14, I18).</summary>
    private static TransactionRejection? RefuseExchange(TransactionState.Completed completed, ExchangeId exchange)
    {
        if (completed.Exchanges.Items.Contains(exchange)) return TransactionRejection.ExchangeDiffers;
        if (completed.Exchanges.Count >= ExchangesMax) return TransactionRejection.TooManyExchanges;
        return null;
    }

    /// <summary>For this very command, not from the future, not older than <see cref="SecurityCodeAgeMax"/> (I34).</summary>
    private static bool IsProven(SecurityCodeProof proof, Instant now) =>
        proof.VerifiedFor == proof.CommandId && proof.VerifiedAt <= now && now - proof.VerifiedAt <= SecurityCodeAgeMax;

    /// <summary>The original card, or a renewed one of the same account, by the same brand (I35, E63). Only the web space goes without (D-03).</summary>
    private static TransactionRejection? RefuseCard(Card original, PresentedCard? presented, Channel channel)
    {
        if (presented is null) return channel == Channel.WebSpace ? null : TransactionRejection.CardNotPresented;

        var isSameAccount = presented.Token == original.Token || (presented.Account is { } account && account == original.Account);
        return isSameAccount && presented.Brand == original.Brand ? null : TransactionRejection.CardDiffers;
    }
}
