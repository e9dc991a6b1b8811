using System.Collections.Immutable;
using System.Diagnostics;
using Ledger.Domain.Cards;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

/// <summary>
/// What did happen. Stricter than it need be for a history that Decide made: a stored one that Decide could not have made is corruption,
/// and stops the stream instead of moving money.
/// </summary>
public sealed partial class Transaction
{
    public static TransactionState Evolve(TransactionState state, TransactionEvent @event) => (state, @event) switch
    {
        (New, Requested e) => new Open(FactsFrom(e), CardStage.AwaitingCard),
        (Open s, Progressed e) when e.Stage > s.Stage => s with { Stage = e.Stage },
        (Open s, AuthorisationSent e) => new AuthorisationPending(s.Facts, e.Card, e.Exchange),
        (Open s, TransactionEvent.Aborted e) => new TransactionState.Aborted(s.Facts, null, e.Reason),

        (AuthorisationPending s, TransactionEvent.Approved e) when e.Exchange == s.Exchange => Approve(s.Facts, s.Card, e),
        (AuthorisationPending s, TransactionEvent.Declined e) when e.Exchange == s.Exchange => Decline(s.Facts, s.Card, e),
        (AuthorisationPending s, OutcomeUnknown e) when e.Exchange == s.Exchange => new InDoubt(s.Facts, s.Card, e.Exchange, e.Abandoned),
        (AuthorisationPending s, ReversalRequested e) when e.Exchange == s.Exchange => new ReversalPending(s.Facts, s.Card, e.Exchange),

        (InDoubt { Abandoned: false } s, TransactionEvent.Approved e) when e.Exchange == s.Exchange => Approve(s.Facts, s.Card, e),
        (InDoubt s, TransactionEvent.Declined e) when e.Exchange == s.Exchange => Decline(s.Facts, s.Card, e),
        (InDoubt { Abandoned: false } s, OutcomeUnknown { Abandoned: true } e) when e.Exchange == s.Exchange => s with { Abandoned = true },
        (InDoubt s, ReversalRequested e) when e.Exchange == s.Exchange => new ReversalPending(s.Facts, s.Card, e.Exchange),
        (InDoubt s, TransactionEvent.Aborted e) => new TransactionState.Aborted(s.Facts, s.Exchange, e.Reason),

        (TransactionState.Approved s, ReversalRequested e) when e.Exchange == s.Exchange => new ReversalPending(s.Facts, s.Card, e.Exchange),
        (TransactionState.Approved s, TransactionEvent.Completed e) => Complete(s, e),
        (ReversalPending s, TransactionEvent.Reversed e) when e.Exchange == s.Exchange => new TransactionState.Reversed(s.Facts, s.Card, e.Exchange),

        (_, AnswerContradicted e) when e.Exchange == AuthorisationOf(state) && Contradicts(state, e.ApprovedAmount is not null) => Contradict(state, e),
        (_, ContradictionUndone e) when e.Exchange == AuthorisationOf(state) && ContradictionOf(state) is { IsUndone: false } late =>
            WithContradiction(state, late with { IsUndone = true }),

        (TransactionState.Completed s, CancellationRequested e) => new CancellationPending(Ask(s, e.Exchange), e.Exchange, TicketOf(s.Facts, e), e.At),
        (CancellationPending s, CancellationRefused e) when e.Exchange == s.Exchange => s.Before,
        (CancellationPending s, TransactionEvent.Cancelled e) when e.Exchange == s.Exchange => Cancel(s, e),
        (TransactionState.Completed { Remittance: null } s, Remitted e) => s with { Remittance = e.Remittance },
        (TransactionState.Completed s, _) when EvolveRefund(s, @event) is { } refunded => refunded,

        (_, TicketSent e) when HasTicket(state, e.Kind, e.Refund) => state,
        (_, TicketFailed e) when HasTicket(state, e.Kind, e.Refund) => state,
        (_, TicketReissued e) when HasTicket(state, e.Kind, e.Refund) => state,

        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow {state.GetType().Name}"),
    };

    private static TransactionFacts FactsFrom(Requested e)
    {
        Invariant.Holds(e.Amount.MinorUnits is >= AmountMinCents and <= AmountMaxCents);
        return new TransactionFacts(
            e.TransactionId, e.SaleId, e.MerchantId, e.ContractVersion, e.Terminal, e.Device, e.Number, e.Amount, e.BusinessDay, e.Ticket, e.Contact, e.At);
    }

    private static TransactionState.Approved Approve(TransactionFacts facts, Card card, TransactionEvent.Approved e)
    {
        Invariant.Holds(e.Amount == facts.Amount);
        return new TransactionState.Approved(facts, card, e.Exchange, e.Code);
    }

    private static TransactionState.Declined Decline(TransactionFacts facts, Card card, TransactionEvent.Declined e) =>
        new(facts, card, e.Exchange, e.Response);

    /// <summary>The state stays what the first answer made of it; only an approval that must go is remembered.</summary>
    private static TransactionState Contradict(TransactionState state, AnswerContradicted e)
    {
        Invariant.Holds(ContradictionOf(state) is null);
        return e.ApprovedAmount is { } amount ? WithContradiction(state, new LateApproval(amount, IsUndone: false)) : state;
    }

    private static TransactionState WithContradiction(TransactionState state, LateApproval late) => state switch
    {
        TransactionState.Declined s => s with { Contradiction = late },
        TransactionState.Aborted s => s with { Contradiction = late },
        _ => throw new UnreachableException(state.GetType().Name),
    };

    private static TransactionState.Completed Complete(TransactionState.Approved s, TransactionEvent.Completed e)
    {
        Invariant.Holds(e.Amount == s.Facts.Amount && e.MerchantId == s.Facts.MerchantId && e.BusinessDay == s.Facts.BusinessDay);
        return new TransactionState.Completed(
            s.Facts, s.Card, s.Code, e.Confirmation, e.Charge, e.At, null, ImmutableDictionary<RefundId, Refund>.Empty, [s.Exchange]);
    }

    private static TransactionState.Cancelled Cancel(CancellationPending s, TransactionEvent.Cancelled e)
    {
        var facts = s.Before.Facts;
        Invariant.Holds(e.Amount == facts.Amount && e.MerchantId == facts.MerchantId && s.Before.Remittance is null && s.Before.Refunds.IsEmpty);
        return new TransactionState.Cancelled(s.Before, e.Exchange, s.Ticket, s.RequestedAt, e.At);
    }

    /// <summary>Older cancellations name no ticket: theirs was the payment's.</summary>
    private static ChosenTicket TicketOf(TransactionFacts facts, CancellationRequested e) =>
        e.Ticket is { } choice ? new ChosenTicket(choice, e.Contact) : new ChosenTicket(facts.Ticket, facts.Contact);

    /// <returns>Null when the event is not a refund's.</returns>
    private static TransactionState.Completed? EvolveRefund(TransactionState.Completed s, TransactionEvent @event) => @event switch
    {
        RefundRequested e => AddRefund(s, e),
        RefundApproved e => With(s, e.RefundId, r => Answer(r, e.Exchange, RefundStatus.Approved, e.Amount) with { Code = e.Code }),
        RefundDeclined e => With(s, e.RefundId, r => Answer(r, e.Exchange, RefundStatus.Declined, r.Amount)),
        RefundOutcomeUnknown e => With(s, e.RefundId, r => Answer(r, e.Exchange, RefundStatus.InDoubt, r.Amount)),
        RefundRemitted e => With(s, e.RefundId, r => Remit(r, e)),
        RefundCancellationRequested e => With(Ask(s, e.Exchange), e.RefundId, r => BeginCancellation(r, e)),
        RefundCancellationRefused e => With(s, e.RefundId, r => KeepRefund(r, e.Exchange)),
        RefundCancelled e => With(s, e.RefundId, r => CancelRefund(r, e.Exchange)),
        _ => null,
    };

    private static TransactionState.Completed AddRefund(TransactionState.Completed s, RefundRequested e)
    {
        Invariant.Holds(!e.Amount.IsZero && e.Amount <= s.Refundable && e.BusinessDay > s.Facts.BusinessDay && s.Refunds.Count < RefundsMax);
        var refund = new Refund(
            e.RefundId, e.Amount, e.BusinessDay, RefundStatus.Pending, e.Exchange, e.Terminal, e.Number, e.Ticket, e.Contact, null, null, e.At, null, null, null);
        return Ask(s, e.Exchange) with { Refunds = s.Refunds.Add(e.RefundId, refund) };
    }

    private static Refund Answer(Refund refund, ExchangeId exchange, RefundStatus status, Money amount)
    {
        Invariant.Holds(refund.Status is RefundStatus.Pending or RefundStatus.InDoubt && refund.Exchange == exchange && refund.Amount == amount);
        return refund with { Status = status };
    }

    private static Refund Remit(Refund refund, RefundRemitted e)
    {
        Invariant.Holds(refund is { Status: RefundStatus.Approved, Remittance: null });
        return refund with { Remittance = e.Remittance };
    }

    private static Refund BeginCancellation(Refund refund, RefundCancellationRequested e)
    {
        Invariant.Holds(refund is { Status: RefundStatus.Approved, Remittance: null });
        var ticket = e.Ticket is { } choice ? new ChosenTicket(choice, e.Contact) : new ChosenTicket(refund.Ticket, refund.Contact);
        return refund with { Status = RefundStatus.CancellationPending, Cancellation = e.Exchange, CancellationTicket = ticket, CancellationRequestedAt = e.At };
    }

    private static Refund KeepRefund(Refund refund, ExchangeId exchange)
    {
        Invariant.Holds(AwaitsCancellation(refund, exchange));
        return refund with { Status = RefundStatus.Approved, Cancellation = null, CancellationTicket = null, CancellationRequestedAt = null };
    }

    private static Refund CancelRefund(Refund refund, ExchangeId exchange)
    {
        Invariant.Holds(AwaitsCancellation(refund, exchange));
        return refund with { Status = RefundStatus.Cancelled };
    }

    private static TransactionState.Completed With(TransactionState.Completed s, RefundId id, Func<Refund, Refund> change)
    {
        Invariant.Holds(s.Refunds.ContainsKey(id));
        return s with { Refunds = s.Refunds.SetItem(id, change(s.Refunds[id])) };
    }

    private static TransactionState.Completed Ask(TransactionState.Completed s, ExchangeId exchange)
    {
        Invariant.Holds(!s.Exchanges.Items.Contains(exchange));
        return s with { Exchanges = [.. s.Exchanges, exchange] };
    }
}
