using System.Diagnostics;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

/// <summary>From a state to its name for outsiders.</summary>
public static class TransactionStatuses
{
    /// <summary>
    /// Refunds count when the host approved them; the name says refunded before it says remitted, because the former changes what may be done.
    /// </summary>
    /// <exception cref="InvariantException">The stream has no event: there is no transaction to name.</exception>
    public static TransactionStatus StatusOf(this TransactionState state) => state switch
    {
        New => throw new InvariantException("a transaction without events has no status"),
        Open { Stage: var stage } => stage switch
        {
            CardStage.AwaitingCard => TransactionStatus.AwaitingCard,
            CardStage.CardRead => TransactionStatus.CardRead,
            CardStage.AwaitingPin => TransactionStatus.AwaitingPin,
        },
        AuthorisationPending => TransactionStatus.AuthorisationPending,
        InDoubt => TransactionStatus.InDoubt,
        Approved => TransactionStatus.Approved,
        ReversalPending => TransactionStatus.ReversalPending,
        Reversed => TransactionStatus.Reversed,
        Declined => TransactionStatus.Declined,
        Aborted => TransactionStatus.Aborted,
        Completed completed => StatusOf(completed),
        CancellationPending => TransactionStatus.CancellationPending,
        Cancelled => TransactionStatus.Cancelled,
        _ => throw new UnreachableException(state.GetType().Name),
    };

    private static TransactionStatus StatusOf(Completed completed)
    {
        var refunded = completed.Refunds.Values.Where(static r => r.IsPaidBack).Sum(static r => r.Amount.MinorUnits);
        if (refunded == completed.Facts.Amount.MinorUnits) return TransactionStatus.Refunded;
        if (refunded > 0) return TransactionStatus.PartiallyRefunded;
        return completed.Remittance is null ? TransactionStatus.Completed : TransactionStatus.Remitted;
    }
}
