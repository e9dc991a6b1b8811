using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using AbortReason = Ledger.Domain.Transactions.AbortReason;

namespace Ledger.Api.Payments;

/// <summary>From a transaction's state to what is shown of it. Follows from the state alone, so that an old answer can be given again to the letter.</summary>
internal static class TransactionViews
{
    /// <param name="message">A message code that the operation asks for; null for what the state itself says.</param>
    public static TransactionView Of(StreamState<TransactionState> transaction, Language language, string? message = null)
    {
        var state = transaction.State;
        var facts = Transaction.FactsOf(state) ?? throw new InvalidOperationException($"{transaction.Stream} has no events.");
        var completed = Transaction.CompletionOf(state);
        var code = message ?? MessageOf(state);
        return new TransactionView(
            facts.TransactionId.ToString(),
            transaction.Version,
            Wire.Of(state.StatusOf()),
            facts.SaleId.ToString(),
            facts.Terminal.Value,
            facts.Number,
            Wire.Of(facts.Amount),
            Wire.Of(facts.BusinessDay),
            Wire.Of(facts.Ticket),
            facts.Contact is not null,
            Wire.Of(facts.RequestedAt),
            Transaction.CardOf(state) is { } card ? Of(card) : null,
            Transaction.AuthorisationOf(state)?.ToString(),
            (state as TransactionState.Approved)?.Code.Value ?? completed?.Code.Value,
            (state as TransactionState.Declined)?.Response.Value,
            state is TransactionState.Aborted aborted ? Wire.Of(aborted.Reason) : null,
            completed is null ? null : Wire.Of(completed.CompletedAt),
            state is TransactionState.Cancelled cancelled ? Wire.Of(cancelled.At) : null,
            completed?.Remittance?.ToString(),
            state is TransactionState.Completed money ? Wire.Of(money.Refundable) : null,
            completed is null ? [] : [.. completed.Refunds.Values.OrderBy(static r => r.RequestedAt).ThenBy(static r => r.Id.Value).Select(Of)],
            code is null ? null : new Message(code, Wording.OfMessage(code, language)));
    }

    /// <summary>What the state says by itself. « Encaissement accepté » is said of Completed and of nothing else (R026, I33).</summary>
    public static string? MessageOf(TransactionState state) => state switch
    {
        TransactionState.Completed when state.StatusOf() is Domain.Transactions.TransactionStatus.Completed => MessageCodes.PaymentAccepted,
        TransactionState.AuthorisationPending or TransactionState.InDoubt or TransactionState.ReversalPending => MessageCodes.OutcomeUnknown,
        TransactionState.Declined { Response.AsksToKeepCard: true } => MessageCodes.DeclinedDiscreetly,
        TransactionState.Declined => MessageCodes.Declined,
        TransactionState.Reversed => MessageCodes.TryAgain,
        TransactionState.Aborted aborted => MessageOf(aborted.Reason),
        TransactionState.CancellationPending => MessageCodes.CancellationPending,
        TransactionState.Cancelled => MessageCodes.Cancelled,
        _ => null,
    };

    /// <summary>After a cancellation was asked: through, under way, or refused by the host.</summary>
    public static string? AfterCancellation(TransactionState state) => state switch
    {
        TransactionState.Cancelled => MessageCodes.TransactionValidated,
        TransactionState.CancellationPending => MessageCodes.CancellationPending,
        TransactionState.Completed => MessageCodes.CancellationRefused,
        _ => null,
    };

    /// <summary>After a refund was asked.</summary>
    public static string? AfterRefund(TransactionState state, RefundId refund) => StatusOf(state, refund) switch
    {
        null => null,
        Domain.Transactions.RefundStatus.Pending or Domain.Transactions.RefundStatus.InDoubt => MessageCodes.OutcomeUnknown,
        Domain.Transactions.RefundStatus.Declined => MessageCodes.RefundDeclined,
        _ => MessageCodes.TransactionValidated,
    };

    /// <summary>After a refund's cancellation was asked.</summary>
    public static string? AfterRefundCancellation(TransactionState state, RefundId refund) => StatusOf(state, refund) switch
    {
        Domain.Transactions.RefundStatus.Cancelled => MessageCodes.TransactionValidated,
        Domain.Transactions.RefundStatus.CancellationPending => MessageCodes.CancellationPending,
        Domain.Transactions.RefundStatus.Approved => MessageCodes.CancellationRefused,
        _ => null,
    };

    private static Domain.Transactions.RefundStatus? StatusOf(TransactionState state, RefundId refund) =>
        Transaction.CompletionOf(state)?.Refunds.GetValueOrDefault(refund)?.Status;

    /// <summary>Which causes a merchant can mend by checking and trying again (R039-R044).</summary>
    private static string MessageOf(AbortReason reason) => reason switch
    {
        AbortReason.CardInsertTimedOut or AbortReason.PinEntryTimedOut or AbortReason.CardRemovedEarly or AbortReason.TerminalLinkLost => MessageCodes.TryAgain,
        AbortReason.NetworkLost or AbortReason.NotFoundAtHost or AbortReason.TimedOut => MessageCodes.TryAgain,
        AbortReason.CancelledByMerchant or AbortReason.CancelledByClient => MessageCodes.Stopped,
        AbortReason.CardNotAccepted or AbortReason.CardRefused => MessageCodes.Declined,
    };

    private static CardView Of(Domain.Cards.Card card) => new(
        card.LastFour.Value, Wire.Of(card.Brand), Wire.Of(card.BrandChosenBy), Wire.Of(card.Category), Wire.Of(card.EntryMode), card.ApplicationLabel);

    private static RefundView Of(Refund refund) => new(
        refund.Id.ToString(),
        Wire.Of(refund.Status),
        Wire.Of(refund.Amount),
        Wire.Of(refund.BusinessDay),
        refund.Terminal.Value,
        refund.Number,
        Wire.Of(refund.Ticket),
        refund.Code?.Value,
        refund.Remittance?.ToString(),
        Wire.Of(refund.RequestedAt));
}
