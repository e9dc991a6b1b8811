using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using NodaTime;

namespace Ledger.Domain.Transactions;

/// <summary>
/// What happened to one card transaction. Case and member names are storage names: they change only by a new version beside the old one,
/// with a golden file in specs/events. Events that move money carry merchant, amount and business day, so that postings need no other event.
/// </summary>
public abstract record TransactionEvent : ILedgerEvent
{
    private TransactionEvent() { }

    public abstract Instant At { get; init; }

    /// <summary>The merchant typed an amount and the client chose a ticket (R020, R022). No card yet.</summary>
    /// <param name="Number">The terminal's transaction number, 1 to 999999 (ticket line, ISO 8583 DE 11).</param>
    /// <param name="ContractVersion">Which of the merchant's acceptor texts is printed on its tickets.</param>
    /// <param name="BusinessDay">Paris day in which the server received the request (D-05); never changes.</param>
    public sealed record Requested(
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
        Instant At) : TransactionEvent;

    /// <summary>The terminal said how far it is with the card.</summary>
    public sealed record Progressed(CardStage Stage, Instant At) : TransactionEvent;

    /// <summary>Written before the question leaves for the host, so that a crash never forgets one (E33).</summary>
    public sealed record AuthorisationSent(Card Card, ExchangeId Exchange, Instant At) : TransactionEvent;

    /// <summary>The host approved exactly the amount asked (I02). A hold, not money.</summary>
    public sealed record Approved(ExchangeId Exchange, Money Amount, AuthorisationCode Code, ResponseCode Response, Instant At) : TransactionEvent;

    public sealed record Declined(ExchangeId Exchange, ResponseCode Response, Instant At) : TransactionEvent;

    /// <summary>The question may have reached the host and no answer came: neither yes nor no (E24).</summary>
    /// <param name="Abandoned">The card is gone: an approval that turns up is reversed, not completed (E41).</param>
    public sealed record OutcomeUnknown(ExchangeId Exchange, UnknownReason Reason, bool Abandoned, Instant At) : TransactionEvent;

    /// <summary>An approval must be undone at the host; repeated until acknowledged (I14).</summary>
    public sealed record ReversalRequested(ExchangeId Exchange, ReversalReason Reason, Money Amount, Instant At) : TransactionEvent;

    /// <summary>The host acknowledged. False: it knew of no approval, so there was nothing to undo (E27).</summary>
    public sealed record Reversed(ExchangeId Exchange, bool FoundAtHost, Instant At) : TransactionEvent;

    /// <summary>The host answered the same question again, and differently. The first answer recorded counts; this is for those who look into it (E28).</summary>
    /// <param name="ApprovedAmount">What it approved although the ledger holds it for refused, for ever: it must be undone at the host. Null: it declined.</param>
    public sealed record AnswerContradicted(ExchangeId Exchange, ResponseCode Response, Money? ApprovedAmount, Instant At) : TransactionEvent;

    /// <summary>The host acknowledged that such an approval is gone; asked until it did. False: it knew of none.</summary>
    public sealed record ContradictionUndone(ExchangeId Exchange, bool FoundAtHost, Instant At) : TransactionEvent;

    /// <summary>Stopped before any approval; nothing is due.</summary>
    public sealed record Aborted(AbortReason Reason, Instant At) : TransactionEvent;

    /// <summary>The card confirmed: « Encaissement accepté ». From here on it is money.</summary>
    public sealed record Completed(
        MerchantId MerchantId,
        Money Amount,
        LocalDate BusinessDay,
        CardConfirmation Confirmation,
        ServiceCharge Charge,
        Instant At) : TransactionEvent;

    /// <summary>Annulation asked for the whole amount, the same day, before remittance (R070, R072). Sent to the host until answered (E70).</summary>
    public sealed record CancellationRequested(ExchangeId Exchange, bool CardPresented, Channel Channel, Instant At) : TransactionEvent
    {
        /// <summary>What was chosen for this cancellation (R078). Null in what was written before it was asked: the payment's own choice then.</summary>
        public TicketChoice? Ticket { get; init; }

        /// <summary>Where that ticket goes; null for paper.</summary>
        public ContactRef? Contact { get; init; }
    }

    public sealed record CancellationRefused(ExchangeId Exchange, ResponseCode Response, Instant At) : TransactionEvent;

    public sealed record Cancelled(ExchangeId Exchange, MerchantId MerchantId, Money Amount, LocalDate BusinessDay, Instant At) : TransactionEvent;

    /// <summary>Remboursement asked; its amount is reserved from now on, whatever comes (I03, E66).</summary>
    /// <param name="Number">The presenting terminal's number for the credit ticket.</param>
    /// <param name="BusinessDay">The refund's own Paris day.</param>
    public sealed record RefundRequested(
        RefundId RefundId,
        ExchangeId Exchange,
        Money Amount,
        LocalDate BusinessDay,
        TerminalSerial Terminal,
        int Number,
        TicketChoice Ticket,
        ContactRef? Contact,
        Instant At) : TransactionEvent;

    public sealed record RefundApproved(
        RefundId RefundId,
        ExchangeId Exchange,
        MerchantId MerchantId,
        Money Amount,
        LocalDate BusinessDay,
        AuthorisationCode? Code,
        Instant At) : TransactionEvent;

    public sealed record RefundDeclined(RefundId RefundId, ExchangeId Exchange, ResponseCode Response, Instant At) : TransactionEvent;

    /// <summary>No answer; the reservation stays until the host says which (E66).</summary>
    public sealed record RefundOutcomeUnknown(RefundId RefundId, ExchangeId Exchange, UnknownReason Reason, Instant At) : TransactionEvent;

    /// <summary>A refund annulled on its own day, before its remittance (E68).</summary>
    public sealed record RefundCancellationRequested(RefundId RefundId, ExchangeId Exchange, bool CardPresented, Channel Channel, Instant At) : TransactionEvent
    {
        /// <summary>What was chosen for this cancellation (R078). Null in what was written before it was asked: the refund's own choice then.</summary>
        public TicketChoice? Ticket { get; init; }

        /// <summary>Where that ticket goes; null for paper.</summary>
        public ContactRef? Contact { get; init; }
    }

    public sealed record RefundCancellationRefused(RefundId RefundId, ExchangeId Exchange, ResponseCode Response, Instant At) : TransactionEvent;

    public sealed record RefundCancelled(
        RefundId RefundId,
        ExchangeId Exchange,
        MerchantId MerchantId,
        Money Amount,
        LocalDate BusinessDay,
        Instant At) : TransactionEvent;

    /// <summary>Taken into a remittance as a debit line: no longer cancellable (E69).</summary>
    public sealed record Remitted(RemittanceId Remittance, Instant At) : TransactionEvent;

    /// <summary>One of its refunds was taken into a remittance as a credit line.</summary>
    public sealed record RefundRemitted(RefundId RefundId, RemittanceId Remittance, Instant At) : TransactionEvent;

    /// <summary>The carrier took the ticket (R027).</summary>
    /// <param name="Refund">Which refund's ticket; null for the transaction's own.</param>
    public sealed record TicketSent(TicketKind Kind, RefundId? Refund, TicketChoice Channel, string CarrierMessageId, Instant At) : TransactionEvent;

    /// <summary>Given up after the last attempt, or the contact was forgotten.</summary>
    public sealed record TicketFailed(TicketKind Kind, RefundId? Refund, TicketFailure Reason, Instant At) : TransactionEvent;

    /// <summary>Printed or sent again, marked DUPLICATA (R065).</summary>
    public sealed record TicketReissued(TicketKind Kind, RefundId? Refund, TicketCopy Copy, Channel Channel, Instant At) : TransactionEvent;
}

/// <summary>How far the terminal is with the card before anything is sent (domain.md 2.3).</summary>
public enum CardStage
{
    AwaitingCard = 1,
    CardRead = 2,
    AwaitingPin = 3,
}

/// <summary>Why nothing came of it (R039-R043). Wire values: append, never reuse.</summary>
public enum AbortReason
{
    CardInsertTimedOut = 1,
    PinEntryTimedOut = 2,

    /// <summary>Carte arrachée.</summary>
    CardRemovedEarly = 3,
    TerminalLinkLost = 4,
    NetworkLost = 5,
    CancelledByMerchant = 6,
    CancelledByClient = 7,
    CardNotAccepted = 8,

    /// <summary>The host never received the question (E23).</summary>
    NotFoundAtHost = 9,

    /// <summary>Nothing more came from the phone in time.</summary>
    TimedOut = 10,

    /// <summary>The card refused the host's approval, or approved offline (E58).</summary>
    CardRefused = 11,
}

public enum UnknownReason
{
    AnswerTimedOut = 1,
    ConnectionLost = 2,

    /// <summary>The card was torn out or the terminal lost while the question was out (E41).</summary>
    CardRemoved = 3,

    /// <summary>The server stopped between question and answer (E33).</summary>
    ServerRestarted = 4,

    /// <summary>The merchant or the client gave up while the question was out.</summary>
    GivenUp = 5,
}

public enum ReversalReason
{
    /// <summary>The card was torn out after the approval (E42).</summary>
    CardRemovedEarly = 1,
    TerminalLinkLost = 2,

    /// <summary>The phone did not complete in time (E45).</summary>
    CompletionTimedOut = 3,

    /// <summary>The host approved another amount than asked (E29).</summary>
    AmountDiffers = 4,
    CancelledByMerchant = 5,
    CancelledByClient = 6,

    /// <summary>Approved after it had been abandoned (E41).</summary>
    Abandoned = 7,
    CardRefused = 8,
    NetworkLost = 9,
}

/// <summary>Where a command came from (R001).</summary>
public enum Channel
{
    MobileApp = 1,
    WebSpace = 2,
    Assistance = 3,
    Bank = 4,
    System = 5,
}

/// <summary>Six letters or digits of the issuer (ISO 8583 DE 38, « No AUTO »).</summary>
public readonly record struct AuthorisationCode
{
    /// <exception cref="ArgumentException">Not 1 to 6 letters or digits.</exception>
    public AuthorisationCode(string value)
    {
        if (!IsValid(value)) throw new ArgumentException("An authorisation code has 1 to 6 letters or digits.", nameof(value));
        Value = value;
    }

    public string Value { get; }

    public static bool IsValid(string? value) => value is { Length: >= 1 and <= 6 } && value.All(char.IsAsciiLetterOrDigit);

    public override string ToString() => Value;
}

/// <summary>Two letters or digits of the host's answer (ISO 8583:1987 DE 39).</summary>
public readonly record struct ResponseCode
{
    public static readonly ResponseCode Ok = new("00");

    /// <exception cref="ArgumentException">Not two letters or digits.</exception>
    public ResponseCode(string value)
    {
        if (!IsValid(value)) throw new ArgumentException("A response code has two letters or digits.", nameof(value));
        Value = value;
    }

    public string Value { get; }

    /// <summary>« Conserver la carte »: said discreetly, and never acted on by a mobile merchant (E48). ISO 8583 DE 39: 04, 07, 41, 43.</summary>
    public bool AsksToKeepCard => Value is "04" or "07" or "41" or "43";

    public static bool IsValid(string? value) => value is { Length: 2 } && value.All(char.IsAsciiLetterOrDigit);

    public override string ToString() => Value;
}

/// <summary>What the card said at the end (EMV second GENERATE AC).</summary>
/// <param name="Cryptogram">EMV 9F26, 16 hexadecimal digits, for the ticket; null for a stripe.</param>
/// <param name="ApplicationCounter">EMV 9F36, with the token a detector of replays (I17); null for a stripe.</param>
public sealed record CardConfirmation(string? Cryptogram, int? ApplicationCounter, CardholderVerification Verification)
{
    /// <summary>
    /// EMV 9A: the day by the terminal's own clock, which the cryptogram covers. Kept with it as the terminal said it, right or wrong; it dates
    /// nothing (E07). Null when the terminal did not say.
    /// </summary>
    public LocalDate? TerminalDate { get; init; }
}
