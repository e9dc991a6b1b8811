using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Projections.History;

/// <summary>One operation of a merchant: a payment, a refund, or the cancellation of either.</summary>
public sealed record HistoryEntry
{
    /// <summary>The payment that it is, or belongs to.</summary>
    public required TransactionId TransactionId { get; init; }

    public required HistoryKind Kind { get; init; }

    /// <summary>Which refund it is, or cancels; null for a payment and its cancellation.</summary>
    public required RefundId? Refund { get; init; }

    public required MerchantId MerchantId { get; init; }

    public required SaleId SaleId { get; init; }

    /// <summary>Where the card was presented.</summary>
    public required TerminalSerial Terminal { get; init; }

    /// <summary>The terminal's transaction number; a cancellation has that of what it cancels.</summary>
    public required int Number { get; init; }

    public required Money Amount { get; init; }

    /// <summary>
    /// The payment's status. Refunds and cancellations use the same names: AuthorisationPending (asked), InDoubt, Completed (the host agreed),
    /// Declined, CancellationPending, Cancelled, Remitted.
    /// </summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>Its own Paris day.</summary>
    public required LocalDate BusinessDay { get; init; }

    /// <summary>Of the latest attempt, for a cancellation that was tried again after a refusal.</summary>
    public required Instant RequestedAt { get; init; }

    /// <summary>When the card confirmed, or the host agreed to the refund or cancellation; null before.</summary>
    public required Instant? CompletedAt { get; init; }

    /// <summary>When anything about it changed last.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>Null while no card was read.</summary>
    public required HistoryCard? Card { get; init; }

    /// <summary>« No AUTO » of the approval.</summary>
    public required AuthorisationCode? Code { get; init; }

    /// <summary>The host's answer to what was declined; null else.</summary>
    public required ResponseCode? DeclinedWith { get; init; }

    /// <summary>Why it was aborted; null else.</summary>
    public required AbortReason? AbortReason { get; init; }

    /// <summary>What the host agreed to give back so far; zero for other kinds than payments.</summary>
    public required Money Refunded { get; init; }

    /// <summary>The remittance that took it; null before.</summary>
    public required RemittanceId? Remittance { get; init; }

    /// <summary>When that remittance is credited (R090); null before it is closed.</summary>
    public required LocalDate? CreditDate { get; init; }

    /// <summary>Whether that remittance was credited.</summary>
    public required bool IsCredited { get; init; }

    public required HistoryTicket Ticket { get; init; }

    /// <summary>Position of the last event that changed it: with the transaction id, a version for HTTP entity tags.</summary>
    public required long ChangedAtPosition { get; init; }
}

/// <summary>What is shown of a card: nothing that anyone could pay with.</summary>
/// <param name="Token">Never shown to people; finds the card's other operations.</param>
/// <param name="Account">Payment account reference, when the card gave one.</param>
public sealed record HistoryCard(CardToken Token, LastFour LastFour, CardBrand Brand, EntryMode EntryMode, string? Account);

/// <param name="Choice">What the client chose before the card was inserted.</param>
/// <param name="Duplicates">How often it was issued again (R065).</param>
public sealed record HistoryTicket(TicketChoice Choice, TicketDelivery Delivery, int Duplicates);

/// <summary>Wire values: append, never reuse.</summary>
public enum TicketDelivery
{
    /// <summary>Paper, or nothing to send yet.</summary>
    None = 1,

    /// <summary>The operation is done and the carrier has not taken the ticket yet.</summary>
    Awaited = 2,

    /// <summary>The carrier took it (R027).</summary>
    Sent = 3,

    /// <summary>Given up.</summary>
    Failed = 4,
}

/// <summary>Stored and on the wire: append, never reuse.</summary>
public enum HistoryKind
{
    Payment = 1,
    Refund = 2,
    Cancellation = 3,
}

/// <summary>Named sets of statuses.</summary>
public static class HistoryStatuses
{
    /// <summary>« Les encaissements validés » (R028): what is money, whatever was given back of it since.</summary>
    public static IReadOnlyCollection<TransactionStatus> Validated { get; } =
    [
        TransactionStatus.Completed,
        TransactionStatus.CancellationPending,
        TransactionStatus.Remitted,
        TransactionStatus.PartiallyRefunded,
        TransactionStatus.Refunded,
    ];

    /// <summary>Nothing came of it, and nothing is due.</summary>
    public static IReadOnlyCollection<TransactionStatus> Failed { get; } =
        [TransactionStatus.Reversed, TransactionStatus.Declined, TransactionStatus.Aborted];

    public static IReadOnlyCollection<TransactionStatus> All { get; } = Enum.GetValues<TransactionStatus>();
}
