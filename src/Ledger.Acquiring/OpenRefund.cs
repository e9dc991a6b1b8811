using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring;

/// <summary>A refund's question, the same from the desk and from the follow-up process.</summary>
internal static class OpenRefund
{
    /// <summary>Names the original card: the host knows which one replaced it (E63).</summary>
    public static RefundQuestion QuestionOf(TransactionState state, Refund refund, Instant now)
    {
        var completed = Transaction.CompletionOf(state)!;
        return new RefundQuestion(
            refund.Exchange, completed.Authorisation, completed.Facts.MerchantId, refund.Terminal, refund.Number, refund.Amount, completed.Card.Token, now);
    }
}
