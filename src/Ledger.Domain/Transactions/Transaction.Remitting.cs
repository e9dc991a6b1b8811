using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Domain.Tickets;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>What happens after the day: the remittance takes it in once (I36), tickets are sent and reissued (R027, R064-R066).</summary>
public sealed partial class Transaction
{
    private static Decision DecideRemit(TransactionState state, Remit command) => state switch
    {
        TransactionState.Completed completed => DecideRemit(completed, command),
        CancellationPending => TransactionRejection.CancellationPending,
        TransactionState.Cancelled => TransactionRejection.AlreadyCancelled,
        InDoubt => TransactionRejection.OutcomeUnknown,
        _ => TransactionRejection.WrongState,
    };

    private static Decision DecideRemit(TransactionState.Completed completed, Remit command)
    {
        if (command.Remittance.MerchantId != completed.Facts.MerchantId) return TransactionRejection.MerchantDiffers;
        if (completed.Remittance is { } before) return before == command.Remittance ? Decision.AlreadyDone : TransactionRejection.RemittanceDiffers;
        if (!IsOver(command.Remittance, completed.Facts.BusinessDay, command.Now)) return TransactionRejection.DayNotOver;

        return new Remitted(command.Remittance, command.Now);
    }

    private static Decision DecideRemitRefund(TransactionState state, RemitRefund command)
    {
        if (RefuseRefundId(state, command.RefundId, out var refund) is { } refusal) return refusal;
        if (command.Remittance.MerchantId != FactsOf(state)!.MerchantId) return TransactionRejection.MerchantDiffers;
        if (refund.Remittance is { } before) return before == command.Remittance ? Decision.AlreadyDone : TransactionRejection.RemittanceDiffers;

        return refund.Status switch
        {
            RefundStatus.Approved when IsOver(command.Remittance, refund.BusinessDay, command.Now) =>
                new RefundRemitted(refund.Id, command.Remittance, command.Now),
            RefundStatus.Approved => TransactionRejection.DayNotOver,
            RefundStatus.CancellationPending => TransactionRejection.CancellationPending,
            RefundStatus.Cancelled => TransactionRejection.AlreadyCancelled,
            RefundStatus.InDoubt => TransactionRejection.OutcomeUnknown,
            RefundStatus.Pending or RefundStatus.Declined => TransactionRejection.WrongState,
        };
    }

    /// <summary>The remittance's day is over, and it is not an earlier day than the operation's: nothing is dated back (D-05, I37).</summary>
    private static bool IsOver(RemittanceId remittance, LocalDate operationDay, Instant now) =>
        remittance.Day < ParisTime.DayOf(now) && operationDay <= remittance.Day;

    private static Decision DecideTicket(TransactionState state, TicketKind kind, RefundId? refund, TransactionEvent recorded) =>
        HasTicket(state, kind, refund) ? recorded : TransactionRejection.TicketNotAvailable;

    /// <summary>
    /// Whether the operation has happened that such a ticket proves: never before it is accepted (R027).
    /// </summary>
    /// <param name="refund">Which refund is meant; null for the transaction itself.</param>
    public static bool HasTicket(TransactionState state, TicketKind kind, RefundId? refund)
    {
        if (refund is { } id) return CompletionOf(state)?.Refunds.GetValueOrDefault(id) is { } found && HasTicket(found.Status, kind);

        return kind switch
        {
            TicketKind.Payment => CompletionOf(state) is not null,
            TicketKind.Cancellation => state is TransactionState.Cancelled,
            TicketKind.Abandonment => state is TransactionState.Reversed,
            TicketKind.Refund => false,
        };
    }

    /// <summary>What was chosen for that operation's ticket: each has a choice of its own, but an abandonment the payment's (R022, R078).</summary>
    /// <param name="refund">Which refund is meant (Refund, or Cancellation of it); null for the transaction itself.</param>
    /// <returns>Null when the operation was never asked for.</returns>
    public static ChosenTicket? ChosenTicketOf(TransactionState state, TicketKind kind, RefundId? refund)
    {
        if (refund is { } id) return CompletionOf(state)?.Refunds.GetValueOrDefault(id) is { } found ? ChosenTicketOf(found, kind) : null;
        if (kind == TicketKind.Cancellation) return state switch
        {
            CancellationPending pending => pending.Ticket,
            TransactionState.Cancelled cancelled => cancelled.Ticket,
            _ => null,
        };

        return FactsOf(state) is { } facts ? new ChosenTicket(facts.Ticket, facts.Contact) : null;
    }

    private static ChosenTicket? ChosenTicketOf(Refund refund, TicketKind kind) =>
        kind == TicketKind.Cancellation ? refund.CancellationTicket : new ChosenTicket(refund.Ticket, refund.Contact);

    private static bool HasTicket(RefundStatus status, TicketKind kind) => kind switch
    {
        TicketKind.Refund => status is RefundStatus.Approved or RefundStatus.CancellationPending or RefundStatus.Cancelled,
        TicketKind.Cancellation => status == RefundStatus.Cancelled,
        TicketKind.Payment or TicketKind.Abandonment => false,
    };
}
