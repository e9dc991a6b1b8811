using Ledger.Domain.Cards;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

/// <summary>What several states have in common.</summary>
public sealed partial class Transaction
{
    /// <returns>Null when there is no such transaction.</returns>
    public static TransactionFacts? FactsOf(TransactionState state) => state switch
    {
        Open s => s.Facts,
        AuthorisationPending s => s.Facts,
        InDoubt s => s.Facts,
        Approved s => s.Facts,
        ReversalPending s => s.Facts,
        Reversed s => s.Facts,
        Declined s => s.Facts,
        Aborted s => s.Facts,
        _ => CompletionOf(state)?.Facts,
    };

    /// <returns>Null while no card was read, and when none was before it was stopped.</returns>
    public static Card? CardOf(TransactionState state) => state switch
    {
        AuthorisationPending s => s.Card,
        InDoubt s => s.Card,
        Approved s => s.Card,
        ReversalPending s => s.Card,
        Reversed s => s.Card,
        Declined s => s.Card,
        _ => CompletionOf(state)?.Card,
    };

    /// <summary>The state of the money: as it is, or as it was before its cancellation.</summary>
    /// <returns>Null when nothing was ever collected.</returns>
    public static Completed? CompletionOf(TransactionState state) => state switch
    {
        Completed s => s,
        CancellationPending s => s.Before,
        Cancelled s => s.Before,
        _ => null,
    };

    /// <summary>What the host approved of a transaction that is refused for ever (E28).</summary>
    /// <returns>Null when it did not.</returns>
    public static LateApproval? ContradictionOf(TransactionState state) => state switch
    {
        Declined s => s.Contradiction,
        Aborted s => s.Contradiction,
        _ => null,
    };

    /// <summary>The question to the host that asked for the approval.</summary>
    /// <returns>Null while none was asked.</returns>
    public static ExchangeId? AuthorisationOf(TransactionState state) => state switch
    {
        AuthorisationPending s => s.Exchange,
        InDoubt s => s.Exchange,
        Approved s => s.Exchange,
        ReversalPending s => s.Exchange,
        Reversed s => s.Exchange,
        Declined s => s.Exchange,
        Aborted s => s.Exchange,
        _ => CompletionOf(state)?.Authorisation,
    };
}
