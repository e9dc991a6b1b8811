using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.FollowUp;

/// <summary>The host has not settled something for long; somebody should call the acquirer. The process goes on trying.</summary>
/// <param name="Attempts">Tries so far.</param>
public sealed record FollowUpAlarm(TransactionId Transaction, FollowUpStep Step, int Attempts);

/// <summary>What a row waits for. Stored in rows, so append and never reuse.</summary>
public enum FollowUpStep
{
    /// <summary>The phone and the card; nothing was asked yet.</summary>
    Card = 1,

    /// <summary>The desk, which waits for the host's answer.</summary>
    Answer = 2,

    /// <summary>The host's word on what became of a question.</summary>
    Status = 3,

    /// <summary>The card's confirmation of an approval.</summary>
    Completion = 4,

    /// <summary>The host's acknowledgement of a reversal.</summary>
    Reversal = 5,

    /// <summary>The host's answer to a cancellation, of the payment or of a refund.</summary>
    Cancellation = 6,

    /// <summary>The host's answer to a refund.</summary>
    Refund = 7,

    /// <summary>The host's acknowledgement that an approval of what is refused is gone (E28).</summary>
    Contradiction = 8,
}
