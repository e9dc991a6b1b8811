using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Engine.Runtime.Packing;

/// <summary>Every state of a transaction, member by member in the order of its declaration.</summary>
internal sealed partial class TransactionPacking : StatePacking
{
    private enum Kind
    {
        New,
        Open,
        AuthorisationPending,
        InDoubt,
        Approved,
        ReversalPending,
        Reversed,
        Declined,
        Aborted,
        Completed,
        CancellationPending,
        Cancelled,
    }

    public override void Write(ref PackWriter to, object state)
    {
        switch ((TransactionState)state)
        {
            case New: Begin(ref to, Kind.New); break;
            case Open s:
                Begin(ref to, Kind.Open, s.Facts);
                to.Byte((int)s.Stage);
                break;
            case AuthorisationPending s: Begin(ref to, Kind.AuthorisationPending, s.Facts, s.Card, s.Exchange); break;
            case InDoubt s:
                Begin(ref to, Kind.InDoubt, s.Facts, s.Card, s.Exchange);
                to.Flag(s.Abandoned);
                break;
            case Approved s:
                Begin(ref to, Kind.Approved, s.Facts, s.Card, s.Exchange);
                to.Text(s.Code.Value);
                break;
            case ReversalPending s: Begin(ref to, Kind.ReversalPending, s.Facts, s.Card, s.Exchange); break;
            case Reversed s: Begin(ref to, Kind.Reversed, s.Facts, s.Card, s.Exchange); break;
            case Declined s:
                Begin(ref to, Kind.Declined, s.Facts, s.Card, s.Exchange);
                to.Text(s.Response.Value);
                Write(ref to, s.Contradiction);
                break;
            case Aborted s:
                Begin(ref to, Kind.Aborted, s.Facts);
                to.Guid(s.Exchange?.Value);
                to.Byte((int)s.Reason);
                Write(ref to, s.Contradiction);
                break;
            case Completed s:
                Begin(ref to, Kind.Completed);
                Write(ref to, s);
                break;
            case CancellationPending s: Begin(ref to, Kind.CancellationPending, s.Before, s.Exchange, s.Ticket, s.RequestedAt); break;
            case Cancelled s:
                Begin(ref to, Kind.Cancelled, s.Before, s.Exchange, s.Ticket, s.RequestedAt);
                to.Instant(s.At);
                break;
            default: throw new System.Diagnostics.UnreachableException(state.GetType().Name);
        }
    }

    public override object Read(ref PackReader from) => (Kind)from.Byte() switch
    {
        Kind.New => Transaction.Initial,
        Kind.Open => new Open(Facts(ref from), (CardStage)from.Byte()),
        Kind.AuthorisationPending => new AuthorisationPending(Facts(ref from), CardOf(ref from), Exchange(ref from)),
        Kind.InDoubt => new InDoubt(Facts(ref from), CardOf(ref from), Exchange(ref from), from.Flag()),
        Kind.Approved => new Approved(Facts(ref from), CardOf(ref from), Exchange(ref from), new AuthorisationCode(from.Text())),
        Kind.ReversalPending => new ReversalPending(Facts(ref from), CardOf(ref from), Exchange(ref from)),
        Kind.Reversed => new Reversed(Facts(ref from), CardOf(ref from), Exchange(ref from)),
        Kind.Declined => new Declined(Facts(ref from), CardOf(ref from), Exchange(ref from), new ResponseCode(from.Text()), Late(ref from)),
        Kind.Aborted => new Aborted(Facts(ref from), ExchangeOrNull(ref from), (AbortReason)from.Byte(), Late(ref from)),
        Kind.Completed => Payment(ref from),
        Kind.CancellationPending => new CancellationPending(Payment(ref from), Exchange(ref from), Ticket(ref from), from.Instant()),
        Kind.Cancelled => new Cancelled(Payment(ref from), Exchange(ref from), Ticket(ref from), from.Instant(), from.Instant()),
        var kind => throw new InvariantException($"{kind} is no packed state"),
    };

    private static void Begin(ref PackWriter to, Kind kind) => to.Byte((int)kind);

    private static void Begin(ref PackWriter to, Kind kind, TransactionFacts facts)
    {
        Begin(ref to, kind);
        Write(ref to, facts);
    }

    private static void Begin(ref PackWriter to, Kind kind, TransactionFacts facts, Card card, ExchangeId exchange)
    {
        Begin(ref to, kind, facts);
        Write(ref to, card);
        to.Guid(exchange.Value);
    }

    private static void Begin(ref PackWriter to, Kind kind, Completed before, ExchangeId exchange, ChosenTicket ticket, Instant requestedAt)
    {
        Begin(ref to, kind);
        Write(ref to, before);
        to.Guid(exchange.Value);
        Write(ref to, ticket);
        to.Instant(requestedAt);
    }
}
