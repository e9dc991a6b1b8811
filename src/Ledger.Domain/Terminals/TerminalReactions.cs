using Ledger.Domain.Transactions;

namespace Ledger.Domain.Terminals;

/// <summary>What a transaction's events mean for its terminal.</summary>
public static class TerminalReactions
{
    /// <summary>
    /// The command for the transaction's terminal that belongs into the same unit; null when the terminal has nothing to do.
    /// The last event that concerns the terminal decides: what an earlier one of the same decision says is overtaken by then.
    /// For a transaction that was started on the terminal the command is never refused, in whichever state the terminal is (I31).
    /// </summary>
    /// <param name="id">The transaction that decided.</param>
    /// <param name="events">Its new events, in order.</param>
    public static TerminalCommand? After(TransactionId id, IReadOnlyList<TransactionEvent> events)
    {
        for (var i = events.Count - 1; i >= 0; i--)
        {
            if (After(id, events[i]) is { } command) return command;
        }

        return null;
    }

    private static TerminalCommand? After(TransactionId id, TransactionEvent @event) => @event switch
    {
        TransactionEvent.OutcomeUnknown or TransactionEvent.ReversalRequested => new TerminalCommand.SetTransactionAside(id, @event.At),
        TransactionEvent.Completed => new TerminalCommand.FinishTransaction(id, Paid: true, @event.At),
        TransactionEvent.Declined or TransactionEvent.Aborted or TransactionEvent.Reversed => new TerminalCommand.FinishTransaction(id, Paid: false, @event.At),
        _ => null,
    };
}
