using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Tickets;

/// <summary>Makes tickets from what the ledger knows; pure, so that anyone who replays the stream gets the same ticket (I20, I45).</summary>
public static class Ticket
{
    /// <summary>The ticket of one operation on a transaction.</summary>
    /// <param name="refund">Which refund is meant (Refund, or Cancellation of it); null for the transaction itself.</param>
    /// <param name="acceptor">The merchant's text of the contract version that the transaction names.</param>
    /// <param name="terminalNumber">Of the terminal that the transaction, or the refund, names; 1 to 999.</param>
    /// <param name="isDuplicate">True for every issue but the first (R065).</param>
    /// <returns>Null while the operation has not happened (<see cref="Transaction.HasTicket(TransactionState, TicketKind, RefundId?)"/>).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="terminalNumber"/> is not 1 to 999.</exception>
    public static TicketContent? Of(
        TransactionState state, TicketKind kind, RefundId? refund, TicketCopy copy, Acceptor acceptor, int terminalNumber, bool isDuplicate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(terminalNumber, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(terminalNumber, 999);
        if (!Transaction.HasTicket(state, kind, refund)) return null;

        var operation = refund is { } id ? OfRefund(Transaction.CompletionOf(state)!.Refunds[id], kind) : OfTransaction(state, kind);
        var card = Transaction.CardOf(state)!;
        Invariant.Holds(!operation.Amount.IsZero);
        return new TicketContent(
            kind,
            copy,
            isDuplicate,
            acceptor,
            operation.At.InZone(ParisTime.Zone).ToOffsetDateTime(),
            card.ApplicationId,
            card.ApplicationLabel,
            card.Brand,
            card.LastFour,
            card.EntryMode,
            operation.Confirmation?.Cryptogram,
            terminalNumber,
            operation.Number,
            operation.Day.Day,
            operation.Code,
            operation.Confirmation?.Verification,
            operation.Amount);
    }

    private static Operation OfTransaction(TransactionState state, TicketKind kind)
    {
        var (facts, completed) = (Transaction.FactsOf(state)!, Transaction.CompletionOf(state));
        var at = kind == TicketKind.Cancellation ? ((TransactionState.Cancelled)state).RequestedAt : facts.RequestedAt;
        var confirmation = kind == TicketKind.Payment ? completed!.Confirmation : null;
        return new Operation(at, facts.Number, facts.BusinessDay, facts.Amount, completed?.Code, confirmation);
    }

    private static Operation OfRefund(Refund refund, TicketKind kind)
    {
        var at = kind == TicketKind.Cancellation ? refund.CancellationRequestedAt!.Value : refund.RequestedAt;
        return new Operation(at, refund.Number, refund.BusinessDay, refund.Amount, refund.Code, null);
    }

    private sealed record Operation(Instant At, int Number, LocalDate Day, Money Amount, AuthorisationCode? Code, CardConfirmation? Confirmation);
}
