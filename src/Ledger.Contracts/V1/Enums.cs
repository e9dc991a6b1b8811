using System.Text.Json.Serialization;

namespace Ledger.Contracts.V1;

// Names and numbers are those of the domain; a test holds them equal. On the wire: the name in camelCase. Append, never reuse.

/// <summary>Where a transaction stands. <c>inDoubt</c> and <c>reversalPending</c> mean neither yes nor no: do not start the same sale again.</summary>
[JsonConverter(typeof(WireEnumConverter<TransactionStatus>))]
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

[JsonConverter(typeof(WireEnumConverter<RefundStatus>))]
public enum RefundStatus
{
    Pending = 1,
    InDoubt = 2,
    Approved = 3,
    Declined = 4,
    CancellationPending = 5,
    Cancelled = 6,
}

/// <summary>How far the terminal is with the card.</summary>
[JsonConverter(typeof(WireEnumConverter<CardStage>))]
public enum CardStage
{
    AwaitingCard = 1,
    CardRead = 2,
    AwaitingPin = 3,
}

/// <summary>Why a payment was stopped. <c>notFoundAtHost</c> and <c>timedOut</c> are the server's to say.</summary>
[JsonConverter(typeof(WireEnumConverter<AbortReason>))]
public enum AbortReason
{
    CardInsertTimedOut = 1,
    PinEntryTimedOut = 2,
    CardRemovedEarly = 3,
    TerminalLinkLost = 4,
    NetworkLost = 5,
    CancelledByMerchant = 6,
    CancelledByClient = 7,
    CardNotAccepted = 8,
    NotFoundAtHost = 9,
    TimedOut = 10,
    CardRefused = 11,
}

/// <summary>Why the outcome of a question to the host is unknown.</summary>
[JsonConverter(typeof(WireEnumConverter<UnknownReason>))]
public enum UnknownReason
{
    AnswerTimedOut = 1,
    ConnectionLost = 2,

    /// <summary>The card was torn out or the terminal lost while the question was out: an approval that comes later is reversed.</summary>
    CardRemoved = 3,
    ServerRestarted = 4,
    GivenUp = 5,
}

/// <summary>How the client wants the ticket, chosen before the card is inserted.</summary>
[JsonConverter(typeof(WireEnumConverter<TicketChoice>))]
public enum TicketChoice
{
    /// <summary>Written by hand; no contact is collected.</summary>
    Paper = 1,
    Sms = 2,
    Email = 3,
}

[JsonConverter(typeof(WireEnumConverter<TicketKind>))]
public enum TicketKind
{
    Payment = 1,
    Cancellation = 2,
    Refund = 3,
    Abandonment = 4,
}

[JsonConverter(typeof(WireEnumConverter<TicketCopy>))]
public enum TicketCopy
{
    Client = 1,
    Merchant = 2,
}

[JsonConverter(typeof(WireEnumConverter<CardBrand>))]
public enum CardBrand
{
    Cb = 1,
    Visa = 2,
    Mastercard = 3,
}

/// <summary>Who chose between the brands of a co-badged card.</summary>
[JsonConverter(typeof(WireEnumConverter<BrandChoice>))]
public enum BrandChoice
{
    OnlyBrand = 1,
    MerchantPriority = 2,
    Cardholder = 3,
}

[JsonConverter(typeof(WireEnumConverter<CardCategory>))]
public enum CardCategory
{
    ConsumerDebit = 1,
    ConsumerCredit = 2,
    Prepaid = 3,
    Commercial = 4,
}

/// <summary>Where the card was issued.</summary>
[JsonConverter(typeof(WireEnumConverter<CardRegion>))]
public enum CardRegion
{
    France = 1,
    EuropeanEconomicArea = 2,
    Elsewhere = 3,
}

/// <summary>How the card was read; contactless is not in the offer.</summary>
[JsonConverter(typeof(WireEnumConverter<EntryMode>))]
public enum EntryMode
{
    Chip = 1,
    MagneticStripe = 2,
    Fallback = 3,
}

[JsonConverter(typeof(WireEnumConverter<CardholderVerification>))]
public enum CardholderVerification
{
    Pin = 1,
    SignatureOnScreen = 2,
    None = 3,
}

[JsonConverter(typeof(WireEnumConverter<RemittanceSide>))]
public enum RemittanceSide
{
    Debit = 1,
    Credit = 2,
}

[JsonConverter(typeof(WireEnumConverter<AcceptanceCountry>))]
public enum AcceptanceCountry
{
    France = 250,
    Monaco = 492,
}

[JsonConverter(typeof(WireEnumConverter<BlockReason>))]
public enum BlockReason
{
    Lost = 1,
    Stolen = 2,
    Fault = 3,
}

[JsonConverter(typeof(WireEnumConverter<OppositionReason>))]
public enum OppositionReason
{
    Lost = 1,
    Stolen = 2,
    FraudulentUse = 3,
}

/// <summary>Which days count as open for the credit date.</summary>
[JsonConverter(typeof(WireEnumConverter<CalendarName>))]
public enum CalendarName
{
    FranceAndT2 = 1,
    T2 = 2,
    France = 3,
    AlsaceMoselle = 4,
    Monaco = 5,
}

[JsonConverter(typeof(WireEnumConverter<CredentialLetter>))]
public enum CredentialLetter
{
    Identifier = 1,
    Password = 2,
}

[JsonConverter(typeof(WireEnumConverter<Credential>))]
public enum Credential
{
    Password = 1,
    SecurityCode = 2,
}

/// <summary>Over which span revenue is summed; a week begins on Monday.</summary>
[JsonConverter(typeof(WireEnumConverter<RevenuePeriod>))]
public enum RevenuePeriod
{
    Day = 1,
    Week = 2,
    Month = 3,
}

/// <summary>What a line of the history is.</summary>
[JsonConverter(typeof(WireEnumConverter<HistoryKind>))]
public enum HistoryKind
{
    Payment = 1,
    Refund = 2,
    Cancellation = 3,
}

[JsonConverter(typeof(WireEnumConverter<TicketDelivery>))]
public enum TicketDelivery
{
    /// <summary>Paper, or nothing to send yet.</summary>
    None = 1,
    Awaited = 2,
    Sent = 3,
    Failed = 4,
}

[JsonConverter(typeof(WireEnumConverter<RemittanceCondition>))]
public enum RemittanceCondition
{
    Open = 1,
    Closed = 2,
    Credited = 3,
}

[JsonConverter(typeof(WireEnumConverter<TerminalCondition>))]
public enum TerminalCondition
{
    /// <summary>Supplied, not activated yet.</summary>
    Registered = 1,
    Active = 2,
    Blocked = 3,
    BlockedForGood = 4,
}

/// <summary>What a complaint is about.</summary>
[JsonConverter(typeof(WireEnumConverter<ComplaintReason>))]
public enum ComplaintReason
{
    LateTransfer = 1,
    SiteAccess = 2,
    AbusiveDebits = 3,
    Fees = 4,
    RefundAfterBankError = 5,
    CardRenewal = 6,
    FailedPayment = 7,
    MissingCredit = 8,
    Ticket = 9,
}

/// <summary>How a complaint came in; by phone and at the branch it is oral.</summary>
[JsonConverter(typeof(WireEnumConverter<ComplaintChannel>))]
public enum ComplaintChannel
{
    Phone = 1,
    WebForm = 2,
    Messaging = 3,
    Chat = 4,
    RegisteredPost = 5,
    SocialNetwork = 6,
    Branch = 7,
}

[JsonConverter(typeof(WireEnumConverter<ComplaintOutcome>))]
public enum ComplaintOutcome
{
    Upheld = 1,
    PartlyUpheld = 2,
    Refused = 3,
}

[JsonConverter(typeof(WireEnumConverter<MediationOutcome>))]
public enum MediationOutcome
{
    ProposalAccepted = 1,
    ProposalRefused = 2,
    NotAdmitted = 3,
}

[JsonConverter(typeof(WireEnumConverter<ComplaintCondition>))]
public enum ComplaintCondition
{
    /// <summary>The bank owes an answer.</summary>
    Pending = 1,
    Answered = 2,

    /// <summary>With the mediator.</summary>
    Escalated = 3,
    Mediated = 4,
}
