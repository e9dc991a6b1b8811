using System.Collections.Immutable;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using NodaTime;

namespace Ledger.Domain.Transactions;

/// <summary>What deciding needs to remember of one transaction. Never stored. <see cref="TransactionStatus"/> is its name for outsiders.</summary>
public abstract record TransactionState
{
    private TransactionState() { }

    /// <summary>No event yet.</summary>
    public sealed record New : TransactionState;

    /// <summary>Amount typed; the terminal works with the card. Nothing has left for the host.</summary>
    public sealed record Open(TransactionFacts Facts, CardStage Stage) : TransactionState;

    /// <summary>The question is out.</summary>
    public sealed record AuthorisationPending(TransactionFacts Facts, Card Card, ExchangeId Exchange) : TransactionState;

    /// <summary>The answer never came; the host is asked for the status. Never shown as accepted nor as failed.</summary>
    public sealed record InDoubt(TransactionFacts Facts, Card Card, ExchangeId Exchange, bool Abandoned) : TransactionState;

    /// <summary>A hold at the issuer; the card has not confirmed yet.</summary>
    public sealed record Approved(TransactionFacts Facts, Card Card, ExchangeId Exchange, AuthorisationCode Code) : TransactionState;

    /// <summary>The host must undo what it approved; repeated until it acknowledges.</summary>
    public sealed record ReversalPending(TransactionFacts Facts, Card Card, ExchangeId Exchange) : TransactionState;

    public sealed record Reversed(TransactionFacts Facts, Card Card, ExchangeId Exchange) : TransactionState;

    /// <param name="Contradiction">What the host approved afterwards all the same; null almost always.</param>
    public sealed record Declined(TransactionFacts Facts, Card Card, ExchangeId Exchange, ResponseCode Response, LateApproval? Contradiction = null) : TransactionState;

    /// <param name="Exchange">The question that the host never saw; null when none was asked.</param>
    /// <param name="Contradiction">What the host approved afterwards all the same; null almost always.</param>
    public sealed record Aborted(TransactionFacts Facts, ExchangeId? Exchange, AbortReason Reason, LateApproval? Contradiction = null) : TransactionState;

    /// <summary>Money: may be cancelled on its day, refunded from the next, remitted once.</summary>
    /// <param name="Remittance">Null until remitted.</param>
    /// <param name="Refunds">All that was ever asked, in any state.</param>
    /// <param name="Exchanges">Every question to the host, the authorisation first: none is reused (I18), late answers are known (I16).</param>
    public sealed record Completed(
        TransactionFacts Facts,
        Card Card,
        AuthorisationCode Code,
        CardConfirmation Confirmation,
        ServiceCharge Charge,
        Instant CompletedAt,
        RemittanceId? Remittance,
        ImmutableDictionary<RefundId, Refund> Refunds,
        ValueList<ExchangeId> Exchanges) : TransactionState
    {
        /// <summary>The authorisation's question.</summary>
        public ExchangeId Authorisation => Exchanges[0];

        /// <summary>What may still be asked back: the amount less every refund that is neither declined nor cancelled (I03).</summary>
        public Money Refundable => Facts.Amount - Reserved;

        private Money Reserved => Refunds.Values.Where(static r => r.HoldsAmount).Aggregate(Money.Zero(Facts.Amount.Currency), static (sum, r) => sum + r.Amount);
    }

    /// <summary>Annulation asked; the host has not answered yet. Excluded from the remittance (E70).</summary>
    public sealed record CancellationPending(Completed Before, ExchangeId Exchange, ChosenTicket Ticket, Instant RequestedAt) : TransactionState;

    /// <param name="RequestedAt">When the merchant asked; on the transaction's own day.</param>
    /// <param name="At">When the host confirmed; may be a later day.</param>
    public sealed record Cancelled(Completed Before, ExchangeId Exchange, ChosenTicket Ticket, Instant RequestedAt, Instant At) : TransactionState;
}

/// <summary>What never changes after the request.</summary>
public sealed record TransactionFacts(
    TransactionId TransactionId,
    SaleId SaleId,
    MerchantId MerchantId,
    int ContractVersion,
    TerminalSerial Terminal,
    DeviceId Device,
    int Number,
    Money Amount,
    LocalDate BusinessDay,
    TicketChoice Ticket,
    ContactRef? Contact,
    Instant RequestedAt);

/// <summary>An approval of what the ledger holds for refused (E28). It stays at the host until that acknowledges its reversal.</summary>
public sealed record LateApproval(Money Amount, bool IsUndone);

/// <summary>What the client chose for one operation's ticket (R022, R078).</summary>
/// <param name="Contact">Where it goes; null for paper.</param>
public sealed record ChosenTicket(TicketChoice Choice, ContactRef? Contact);

/// <summary>One refund of one transaction.</summary>
/// <param name="Exchange">The refund's own question to the host.</param>
/// <param name="Cancellation">The question of its cancellation, while that is out or when it succeeded; else null.</param>
/// <param name="CancellationTicket">Chosen for that cancellation; null with it.</param>
/// <param name="CancellationRequestedAt">When that was asked; null with it.</param>
public sealed record Refund(
    RefundId Id,
    Money Amount,
    LocalDate BusinessDay,
    RefundStatus Status,
    ExchangeId Exchange,
    TerminalSerial Terminal,
    int Number,
    TicketChoice Ticket,
    ContactRef? Contact,
    AuthorisationCode? Code,
    RemittanceId? Remittance,
    Instant RequestedAt,
    ExchangeId? Cancellation,
    ChosenTicket? CancellationTicket,
    Instant? CancellationRequestedAt)
{
    /// <summary>Pending and in-doubt refunds count as if accepted (I03); so does one whose cancellation is still out.</summary>
    public bool HoldsAmount => Status is not (RefundStatus.Declined or RefundStatus.Cancelled);

    /// <summary>The host approved it, and its cancellation has not succeeded.</summary>
    public bool IsPaidBack => Status is RefundStatus.Approved or RefundStatus.CancellationPending;
}

/// <summary>Wire values: append, never reuse.</summary>
public enum RefundStatus
{
    Pending = 1,
    InDoubt = 2,
    Approved = 3,
    Declined = 4,
    CancellationPending = 5,
    Cancelled = 6,
}

/// <summary>The state's name for screens, history and the wire. Values: append, never reuse.</summary>
public enum TransactionStatus
{
    AwaitingCard = 1,
    CardRead = 2,
    AwaitingPin = 3,
    AuthorisationPending = 4,
    InDoubt = 5,
    Approved = 6,
    ReversalPending = 7,
    Reversed = 8,
    Declined = 9,
    Aborted = 10,
    Completed = 11,
    CancellationPending = 12,
    Cancelled = 13,
    Remitted = 14,
    PartiallyRefunded = 15,
    Refunded = 16,
}

/// <summary>
/// Why a command on a transaction was refused. What the state alone refuses is said first, then the rest in order of number, appended ones last.
/// Numbers are wire values: append, never reuse.
/// </summary>
public enum TransactionRejection
{
    /// <summary>There is no such transaction.</summary>
    NotRequested = 1,

    /// <summary>The id is taken by another request.</summary>
    AlreadyRequested = 2,

    /// <summary>The contract does not cover this instant (I26, I32).</summary>
    ContractNotEffective = 3,

    /// <summary>Another merchant's.</summary>
    MerchantDiffers = 4,

    /// <summary>Only EUR (R031).</summary>
    CurrencyNotAccepted = 5,

    /// <summary>Not 1 to 150000 cents (R029), or a refund of nothing.</summary>
    AmountOutOfRange = 6,

    /// <summary>An electronic ticket needs a contact (R022).</summary>
    ContactMissing = 7,

    /// <summary>A paper ticket needs none, so none is collected (R023).</summary>
    ContactNotWanted = 8,

    /// <summary>The state does not allow it; the text says which it is.</summary>
    WrongState = 9,

    /// <summary>Another exchange than the one that is open.</summary>
    ExchangeDiffers = 10,

    /// <summary>Opposed: never accepted again (R186, R187).</summary>
    CardOpposed = 11,
    BrandNotAccepted = 12,

    /// <summary>A stripe, where the contract takes none for this card (D-06).</summary>
    EntryModeNotAccepted = 13,

    /// <summary>A chip is confirmed with PIN and cryptogram, a stripe by signature (R047).</summary>
    ConfirmationMissing = 14,

    /// <summary>No proof of the security code for this very command, or too old a one (I34).</summary>
    SecurityCodeNotVerified = 15,

    /// <summary>Its outcome is being looked up; it is never cancelled meanwhile (E71).</summary>
    OutcomeUnknown = 16,

    /// <summary>The app's cancel and every refund need the client's card (R076).</summary>
    CardNotPresented = 17,

    /// <summary>Not the card of the original, nor one of the same account. The other card is not disclosed (E62).</summary>
    CardDiffers = 18,

    /// <summary>Cancelled before.</summary>
    AlreadyCancelled = 19,

    /// <summary>The day is over: refund instead (R070).</summary>
    DayIsOver = 20,

    /// <summary>Its day is still running: cancel instead (R071).</summary>
    DayNotOver = 21,

    /// <summary>Déjà remise: remboursez à partir de demain (E69).</summary>
    AlreadyRemitted = 22,

    /// <summary>The typed amount is not the transaction's (E60).</summary>
    AmountDiffers = 23,

    /// <summary>More than what remains (I03).</summary>
    ExceedsRefundable = 24,

    /// <summary>Older than the history's 15 months (D-07).</summary>
    TooOld = 25,

    /// <summary>No such refund.</summary>
    RefundNotFound = 26,

    /// <summary>The refund id was used for another refund.</summary>
    RefundIdReused = 27,

    /// <summary>Settled by another remittance.</summary>
    RemittanceDiffers = 28,

    /// <summary>A cancellation is on its way to the host.</summary>
    CancellationPending = 29,

    /// <summary>There is no such ticket (yet).</summary>
    TicketNotAvailable = 30,

    /// <summary>At most 50 refunds a transaction.</summary>
    TooManyRefunds = 31,

    /// <summary>The web space offers cancellation only (R080).</summary>
    ChannelNotAllowed = 32,

    /// <summary>At most 200 questions to the host about one transaction: its cancellations keep being refused; ask assistance.</summary>
    TooManyExchanges = 33,
}
