using Ledger.Domain;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Projections.Storage;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Projections.History;

/// <summary>How events change the rows of the history, which are the batch's own and are changed in place. Nothing else is read or changed.</summary>
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

    /// <summary>What the event makes of the payment's own row.</summary>
    /// <returns>False when it says nothing about it: the row is as it was.</returns>
    public static bool Payment(HistoryRow row, TransactionEvent @event)
    {
        switch (@event)
        {
            case Progressed e: row.Status = StatusOf(e.Stage); return true;
            case AuthorisationSent e: (row.Status, row.Card) = (TransactionStatus.AuthorisationPending, CardOf(e)); return true;
            case Approved e: (row.Status, row.Code) = (TransactionStatus.Approved, e.Code); return true;
            case Declined e: Decline(row, e.Response); return true;
            case OutcomeUnknown: row.Status = TransactionStatus.InDoubt; return true;
            case ReversalRequested: row.Status = TransactionStatus.ReversalPending; return true;
            case Reversed: row.Status = TransactionStatus.Reversed; return true;
            case Aborted e: (row.Status, row.AbortReason) = (TransactionStatus.Aborted, e.Reason); return true;
            case Completed e: Complete(row, e); return true;
            case CancellationRequested: row.Status = TransactionStatus.CancellationPending; return true;
            case CancellationRefused: row.Status = StatusOfMoney(row); return true;
            case Cancelled e: Cancel(row, e); return true;
            case RefundApproved e: SetRefunded(row, row.Refunded + e.Amount.ToCents()); return true;
            case RefundCancelled e: SetRefunded(row, row.Refunded - e.Amount.ToCents()); return true;
            case Remitted e: RemitPayment(row, e.Remittance.Day); return true;
            default: return false;
        }
    }

    /// <summary>What the event makes of its refund's row.</summary>
    /// <inheritdoc cref="Payment" path="/returns"/>
    public static bool Refund(HistoryRow row, TransactionEvent @event)
    {
        switch (@event)
        {
            case RefundApproved e: Agree(row, e.At); row.Code = e.Code; return true;
            case RefundDeclined e: Decline(row, e.Response); return true;
            case RefundOutcomeUnknown: row.Status = TransactionStatus.InDoubt; return true;
            case RefundCancellationRequested: row.Status = TransactionStatus.CancellationPending; return true;
            case RefundCancellationRefused: row.Status = TransactionStatus.Completed; return true;
            case RefundCancelled: row.Status = TransactionStatus.Cancelled; return true;
            case RefundRemitted e: Remit(row, e.Remittance.Day); row.Status = TransactionStatus.Remitted; return true;
            default: return false;
        }
    }

    /// <summary>What the event makes of its cancellation's row.</summary>
    /// <inheritdoc cref="Payment" path="/returns"/>
    public static bool Cancellation(HistoryRow row, TransactionEvent @event)
    {
        switch (@event)
        {
            case CancellationRefused e: Decline(row, e.Response); return true;
            case RefundCancellationRefused e: Decline(row, e.Response); return true;
            case Cancelled e: Agree(row, e.At); return true;
            case RefundCancelled e: Agree(row, e.At); return true;
            default: return false;
        }
    }

    /// <summary>What a ticket's event makes of the row that the ticket is of.</summary>
    /// <inheritdoc cref="Payment" path="/returns"/>
    public static bool Ticket(HistoryRow row, TransactionEvent @event)
    {
        switch (@event)
        {
            case TicketSent: row.Delivery = TicketDelivery.Sent; return true;
            case TicketFailed: row.Delivery = TicketDelivery.Failed; return true;
            case TicketReissued: row.Duplicates++; return true;
            default: return false;
        }
    }

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

    private static void Decline(HistoryRow row, ResponseCode response) => (row.Status, row.DeclinedWith) = (TransactionStatus.Declined, response);

    private static void Complete(HistoryRow row, Completed e)
    {
        Invariant.Holds(e.MerchantId == row.Merchant && e.BusinessDay == row.BusinessDay && e.Amount.ToCents() == row.Amount);
        Agree(row, e.At);
    }

    private static void Cancel(HistoryRow row, Cancelled e)
    {
        Invariant.Holds(e.Amount.ToCents() == row.Amount && row is { Refunded: 0, RemittanceDay: null });
        row.Status = TransactionStatus.Cancelled;
    }

    private static void SetRefunded(HistoryRow row, long refunded)
    {
        Invariant.Holds(refunded >= 0 && refunded <= row.Amount);
        row.Refunded = refunded;
        row.Status = StatusOfMoney(row);
    }

    private static void RemitPayment(HistoryRow row, LocalDate day)
    {
        Remit(row, day);
        row.Status = StatusOfMoney(row);
    }

    private static void Remit(HistoryRow row, LocalDate day)
    {
        Invariant.Holds(row.RemittanceDay is null);
        row.RemittanceDay = day;
    }

    /// <summary>The card or the host agreed: from here on the operation is money, and its ticket is due.</summary>
    private static void Agree(HistoryRow row, Instant at)
    {
        row.Status = TransactionStatus.Completed;
        row.CompletedAt = at;
        row.DeclinedWith = null;
        row.Delivery = row.Ticket == TicketChoice.Paper ? TicketDelivery.None : TicketDelivery.Awaited;
    }

    /// <summary>As the transaction's own rules name it: refunded says more than remitted.</summary>
    private static TransactionStatus StatusOfMoney(HistoryRow row)
    {
        if (row.Refunded == row.Amount) return TransactionStatus.Refunded;
        if (row.Refunded > 0) return TransactionStatus.PartiallyRefunded;
        return row.RemittanceDay is null ? TransactionStatus.Completed : TransactionStatus.Remitted;
    }
}
