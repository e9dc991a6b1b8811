using Ledger.Domain;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring;

/// <summary>A cancellation whose answer is missing: what to ask, and how to record the answer. Asking again under its exchange has one effect.</summary>
/// <param name="Refund">Which refund is cancelled; null for the payment itself.</param>
internal sealed record OpenCancellation(ExchangeId Exchange, ExchangeId Original, Money Amount, RefundId? Refund)
{
    /// <returns>Null when that cancellation is not, or no longer, waiting.</returns>
    public static OpenCancellation? Find(TransactionState state, ExchangeId exchange)
    {
        if (state is TransactionState.CancellationPending pending)
            return pending.Exchange == exchange ? new OpenCancellation(exchange, pending.Before.Authorisation, pending.Before.Facts.Amount, null) : null;

        var refund = (state as TransactionState.Completed)?.Refunds.Values
            .FirstOrDefault(r => r.Status is RefundStatus.CancellationPending && r.Cancellation == exchange);
        return refund is null ? null : new OpenCancellation(exchange, refund.Exchange, refund.Amount, refund.Id);
    }

    public ValueTask<HostAnswer> AskAsync(IAuthorisationHost host, CancellationToken cancellation) => host.CancelAsync(Exchange, Original, Amount, cancellation);

    /// <returns>Null when the host said neither yes nor no.</returns>
    public TransactionCommand? Record(HostAnswer answer, Instant now) => Refund is { } refund
        ? AnswerCommands.OfRefundCancellation(refund, Exchange, answer, now)
        : AnswerCommands.OfCancellation(Exchange, answer, now);
}
