using Ledger.Domain;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Projections.Storage;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Projections.History;

/// <summary>How events change the rows of the history. Pure.</summary>
internal static class HistoryFold
{
    /// <summary>The row of a new payment.</summary>
    public static HistoryRow Begin(Requested e, long position) => new()
    {
        Key = new HistoryKey(e.TransactionId.Value, HistoryKind.Payment, Guid.Empty),
        Position = position,
        Merchant = e.MerchantId,
        BusinessDay = e.BusinessDay,
        Status = TransactionStatus.AwaitingCard,
        Amount = e.Amount.ToCents(),
        Terminal = e.Terminal,
        Number = e.Number,
        Sale = e.SaleId.Value,
        RequestedAt = e.At,
        ChangedAt = e.At,
        ChangedPosition = position,
        Ticket = e.Ticket,
    };

    /// <summary>The row of a new refund of <paramref name="payment"/>.</summary>
    public static HistoryRow Begin(HistoryRow payment, RefundRequested e, long position) => payment with
    {
        Key = new HistoryKey(payment.Key.Transaction, HistoryKind.Refund, e.RefundId.Value),
        Position = position,
        BusinessDay = e.BusinessDay,
        Status = TransactionStatus.AuthorisationPending,
        Amount = e.Amount.ToCents(),
        Refunded = 0,
        Terminal = e.Terminal,
        Number = e.Number,
        RequestedAt = e.At,
        CompletedAt = null,
        ChangedAt = e.At,
        ChangedPosition = position,
        Code = null,
        RemittanceDay = null,
        Ticket = e.Ticket,
        Delivery = TicketDelivery.None,
        Duplicates = 0,
    };

    /// <summary>The row of a cancellation of <paramref name="cancelled"/>; one that was refused before is asked again.</summary>
    /// <param name="ticket">As it was chosen for it; null in older events: as for what it annuls.</param>
    public static HistoryRow BeginCancellation(HistoryRow cancelled, HistoryRow? before, TicketChoice? ticket, Instant at, long position) => cancelled with
    {
        Key = cancelled.Key with { Kind = HistoryKind.Cancellation },
        Position = before?.Position ?? position,
        Status = TransactionStatus.AuthorisationPending,
        Refunded = 0,
        RequestedAt = at,
        CompletedAt = null,
        ChangedAt = at,
        ChangedPosition = position,
        Code = null,
        RemittanceDay = null,
        Ticket = ticket ?? cancelled.Ticket,
        Delivery = TicketDelivery.None,
        Duplicates = 0,
    };

    /// <summary>What the event makes of the payment's own row; the same row when it says nothing about it.</summary>
    public static HistoryRow Payment(HistoryRow row, TransactionEvent @event) => @event switch
    {
        Progressed e => row with { Status = StatusOf(e.Stage) },
        AuthorisationSent e => row with { Status = TransactionStatus.AuthorisationPending, Card = CardOf(e) },
        Approved e => row with { Status = TransactionStatus.Approved, Code = e.Code },
        Declined e => row with { Status = TransactionStatus.Declined, DeclinedWith = e.Response },
        OutcomeUnknown => row with { Status = TransactionStatus.InDoubt },
        ReversalRequested => row with { Status = TransactionStatus.ReversalPending },
        Reversed => row with { Status = TransactionStatus.Reversed },
        Aborted e => row with { Status = TransactionStatus.Aborted, AbortReason = e.Reason },
        Completed e => Complete(row, e),
        CancellationRequested => row with { Status = TransactionStatus.CancellationPending },
        CancellationRefused => row with { Status = StatusOfMoney(row) },
        Cancelled e => Cancel(row, e),
        RefundApproved e => WithRefunded(row, row.Refunded + e.Amount.ToCents()),
        RefundCancelled e => WithRefunded(row, row.Refunded - e.Amount.ToCents()),
        Remitted e => RemitPayment(row, e.Remittance.Day),
        _ => row,
    };

    /// <summary>What the event makes of its refund's row.</summary>
    public static HistoryRow Refund(HistoryRow row, TransactionEvent @event) => @event switch
    {
        RefundApproved e => Agree(row, e.At) with { Code = e.Code },
        RefundDeclined e => row with { Status = TransactionStatus.Declined, DeclinedWith = e.Response },
        RefundOutcomeUnknown => row with { Status = TransactionStatus.InDoubt },
        RefundCancellationRequested => row with { Status = TransactionStatus.CancellationPending },
        RefundCancellationRefused => row with { Status = TransactionStatus.Completed },
        RefundCancelled => row with { Status = TransactionStatus.Cancelled },
        RefundRemitted e => Remit(row, e.Remittance.Day) with { Status = TransactionStatus.Remitted },
        _ => row,
    };

    /// <summary>What the event makes of its cancellation's row.</summary>
    public static HistoryRow Cancellation(HistoryRow row, TransactionEvent @event) => @event switch
    {
        CancellationRefused e => row with { Status = TransactionStatus.Declined, DeclinedWith = e.Response },
        RefundCancellationRefused e => row with { Status = TransactionStatus.Declined, DeclinedWith = e.Response },
        Cancelled e => Agree(row, e.At),
        RefundCancelled e => Agree(row, e.At),
        _ => row,
    };

    /// <summary>What a ticket's event makes of the row that the ticket is of.</summary>
    public static HistoryRow Ticket(HistoryRow row, TransactionEvent @event) => @event switch
    {
        TicketSent => row with { Delivery = TicketDelivery.Sent },
        TicketFailed => row with { Delivery = TicketDelivery.Failed },
        TicketReissued => row with { Duplicates = row.Duplicates + 1 },
        _ => row,
    };

    /// <summary>Which operation a ticket is of.</summary>
    public static HistoryKind KindOf(TicketKind ticket) => ticket switch
    {
        TicketKind.Payment => HistoryKind.Payment,
        TicketKind.Abandonment => HistoryKind.Payment,
        TicketKind.Cancellation => HistoryKind.Cancellation,
        TicketKind.Refund => HistoryKind.Refund,
    };

    private static TransactionStatus StatusOf(CardStage stage) => stage switch
    {
        CardStage.AwaitingCard => TransactionStatus.AwaitingCard,
        CardStage.CardRead => TransactionStatus.CardRead,
        CardStage.AwaitingPin => TransactionStatus.AwaitingPin,
    };

    private static HistoryCard CardOf(AuthorisationSent e) => new(e.Card.Token, e.Card.LastFour, e.Card.Brand, e.Card.EntryMode, e.Card.Account);

    private static HistoryRow Complete(HistoryRow row, Completed e)
    {
        Invariant.Holds(e.MerchantId == row.Merchant && e.BusinessDay == row.BusinessDay && e.Amount.ToCents() == row.Amount);
        return Agree(row, e.At);
    }

    private static HistoryRow Cancel(HistoryRow row, Cancelled e)
    {
        Invariant.Holds(e.Amount.ToCents() == row.Amount && row is { Refunded: 0, RemittanceDay: null });
        return row with { Status = TransactionStatus.Cancelled };
    }

    private static HistoryRow WithRefunded(HistoryRow row, long refunded)
    {
        Invariant.Holds(refunded >= 0 && refunded <= row.Amount);
        var changed = row with { Refunded = refunded };
        return changed with { Status = StatusOfMoney(changed) };
    }

    private static HistoryRow RemitPayment(HistoryRow row, LocalDate day)
    {
        var remitted = Remit(row, day);
        return remitted with { Status = StatusOfMoney(remitted) };
    }

    private static HistoryRow Remit(HistoryRow row, LocalDate day)
    {
        Invariant.Holds(row.RemittanceDay is null);
        return row with { RemittanceDay = day };
    }

    /// <summary>The card or the host agreed: from here on the operation is money, and its ticket is due.</summary>
    private static HistoryRow Agree(HistoryRow row, Instant at) => row with
    {
        Status = TransactionStatus.Completed,
        CompletedAt = at,
        DeclinedWith = null,
        Delivery = row.Ticket == TicketChoice.Paper ? TicketDelivery.None : TicketDelivery.Awaited,
    };

    /// <summary>As the transaction's own rules name it: refunded says more than remitted.</summary>
    private static TransactionStatus StatusOfMoney(HistoryRow row)
    {
        if (row.Refunded == row.Amount) return TransactionStatus.Refunded;
        if (row.Refunded > 0) return TransactionStatus.PartiallyRefunded;
        return row.RemittanceDay is null ? TransactionStatus.Completed : TransactionStatus.Remitted;
    }
}
