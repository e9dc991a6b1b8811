using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>The question to the host and its answers. The first answer applied wins; repeated, reordered and late ones change nothing (I16).</summary>
public sealed partial class Transaction
{
    private static Decision DecideSend(TransactionState state, SendAuthorisation command)
    {
        if (state is not Open open)
            return AuthorisationOf(state) == command.Exchange && CardOf(state) == command.Card ? Decision.AlreadyDone : TransactionRejection.WrongState;
        if (command.Contract.MerchantId != open.Facts.MerchantId) return TransactionRejection.MerchantDiffers;
        if (command.CardIsOpposed) return TransactionRejection.CardOpposed;
        if (!IsAccepted(command.Card, command.Contract, open.Facts.Amount)) return TransactionRejection.BrandNotAccepted;
        if (!IsReadAsAccepted(command.Card, command.Contract)) return TransactionRejection.EntryModeNotAccepted;

        return new AuthorisationSent(command.Card, command.Exchange, command.Now);
    }

    private static bool IsAccepted(Card card, ContractTerms contract, Money amount) =>
        contract.Brands.Items.Contains(card.Brand) && contract.Prices.ChargeFor(amount, card.Brand, card.Category, card.Region) is not null;

    /// <summary>Stripes, fallbacks from a chip included, only of cards issued abroad and where the contract takes them (D-06, domain.md 2.8).</summary>
    private static bool IsReadAsAccepted(Card card, ContractTerms contract) => card.EntryMode switch
    {
        EntryMode.Chip => true,
        EntryMode.MagneticStripe or EntryMode.Fallback => contract.StripeAccepted && card.Region != CardRegion.France,
    };

    private static Decision DecideApproval(TransactionState state, RecordApproval command)
    {
        if (RefuseAnswer(state, command.Exchange) is { } refusal) return refusal;
        if (state is not (AuthorisationPending or InDoubt)) return Decision.AlreadyDone;
        if (command.Amount != FactsOf(state)!.Amount) return Reverse(ReversalReason.AmountDiffers);
        if (state is InDoubt { Abandoned: true }) return Reverse(ReversalReason.Abandoned);

        return new TransactionEvent.Approved(command.Exchange, command.Amount, command.Code, command.Response, command.Now);

        ReversalRequested Reverse(ReversalReason reason) => new(command.Exchange, reason, command.Amount, command.Now);
    }

    private static Decision DecideDecline(TransactionState state, RecordDecline command)
    {
        if (RefuseAnswer(state, command.Exchange) is { } refusal) return refusal;
        if (state is not (AuthorisationPending or InDoubt)) return Decision.AlreadyDone;

        return new TransactionEvent.Declined(command.Exchange, command.Response, command.Now);
    }

    private static Decision DecideNoAnswer(TransactionState state, RecordNoAnswer command)
    {
        if (RefuseAnswer(state, command.Exchange) is { } refusal) return refusal;

        var abandoned = command.Reason == UnknownReason.CardRemoved;
        return state switch
        {
            AuthorisationPending => new OutcomeUnknown(command.Exchange, command.Reason, abandoned, command.Now),
            InDoubt { Abandoned: false } when abandoned => new OutcomeUnknown(command.Exchange, command.Reason, abandoned, command.Now),
            _ => Decision.AlreadyDone,
        };
    }

    private static Decision DecideNotFound(TransactionState state, RecordNotFound command)
    {
        if (RefuseAnswer(state, command.Exchange) is { } refusal) return refusal;

        return state switch
        {
            InDoubt => new TransactionEvent.Aborted(AbortReason.NotFoundAtHost, command.Now),
            AuthorisationPending => TransactionRejection.WrongState,
            _ => Decision.AlreadyDone,
        };
    }

    private static Decision DecideReversed(TransactionState state, RecordReversed command)
    {
        if (RefuseAnswer(state, command.Exchange) is { } refusal) return refusal;

        return state switch
        {
            ReversalPending => new TransactionEvent.Reversed(command.Exchange, command.FoundAtHost, command.Now),
            TransactionState.Reversed => Decision.AlreadyDone,
            _ => TransactionRejection.WrongState,
        };
    }

    private static Decision DecideContradiction(TransactionState state, RecordContradiction command)
    {
        if (RefuseAnswer(state, command.Exchange) is { } refusal) return refusal;
        if (ContradictionOf(state) is not null) return Decision.AlreadyDone;
        if (!Contradicts(state, command.ApprovedAmount is not null)) return TransactionRejection.WrongState;

        return new AnswerContradicted(command.Exchange, command.Response, command.ApprovedAmount, command.Now);
    }

    private static Decision DecideContradictionUndone(TransactionState state, RecordContradictionUndone command)
    {
        if (RefuseAnswer(state, command.Exchange) is { } refusal) return refusal;
        if (ContradictionOf(state) is not { } contradiction) return TransactionRejection.WrongState;
        if (contradiction.IsUndone) return Decision.AlreadyDone;

        return new ContradictionUndone(command.Exchange, command.FoundAtHost, command.Now);
    }

    /// <summary>Whether an approval, or a decline, is another answer than the one that is recorded.</summary>
    private static bool Contradicts(TransactionState state, bool isApproval) => state switch
    {
        AuthorisationPending or InDoubt => false,
        TransactionState.Declined or TransactionState.Aborted => isApproval,
        _ => !isApproval,
    };

    /// <summary>An answer belongs to the one question that this transaction asked (E36).</summary>
    private static TransactionRejection? RefuseAnswer(TransactionState state, ExchangeId exchange)
    {
        if (AuthorisationOf(state) is not { } asked) return TransactionRejection.WrongState;
        if (asked != exchange) return TransactionRejection.ExchangeDiffers;
        return null;
    }
}
