using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Acquiring;

/// <summary>
/// Which exchange id a question has: it follows from what it is about, so that a repeat after any crash is the same question (I14, I18).
/// The purposes are stored through their effect, so never changed.
/// </summary>
internal static class Exchanges
{
    /// <summary>A transaction asks for one authorisation.</summary>
    public static ExchangeId OfAuthorisation(TransactionId transaction) => new(DerivedId.Of("acquiring/authorisation", transaction.ToString()));

    /// <summary>A refused cancellation may be asked for again, by another command.</summary>
    public static ExchangeId OfCancellation(Guid commandId) => new(DerivedId.Of("acquiring/cancellation", commandId.ToString("N")));

    public static ExchangeId OfRefund(TransactionId transaction, RefundId refund) => new(DerivedId.Of("acquiring/refund", transaction.ToString(), refund.ToString()));

    public static ExchangeId OfRefundCancellation(Guid commandId) => new(DerivedId.Of("acquiring/refund-cancellation", commandId.ToString("N")));
}
