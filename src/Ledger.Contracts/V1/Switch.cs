using System.Text.Json.Serialization;

namespace Ledger.Contracts.V1;

/// <summary>
/// One line of a bulk request: what a payments switch that authorises elsewhere records of one card transaction. Each is a command of its own, with its own
/// outcome. « kind » says which.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Request), "request")]
[JsonDerivedType(typeof(SendAuthorisation), "sendAuthorisation")]
[JsonDerivedType(typeof(RecordApproval), "recordApproval")]
[JsonDerivedType(typeof(RecordDecline), "recordDecline")]
[JsonDerivedType(typeof(RecordNoAnswer), "recordNoAnswer")]
[JsonDerivedType(typeof(RecordNotFound), "recordNotFound")]
[JsonDerivedType(typeof(Complete), "complete")]
[JsonDerivedType(typeof(Abort), "abort")]
[JsonDerivedType(typeof(RecordReversed), "recordReversed")]
public abstract record SwitchCommand
{
    /// <summary>How bulk requests and their answers are written: one JSON object per line.</summary>
    public const string MediaType = "application/x-ndjson";

    private SwitchCommand(string id, string transactionId) => (Id, TransactionId) = (id, transactionId);

    /// <summary>A UUID, chosen once and repeated with every retry; version 7 is best (RFC 9562), because ids in order of time are cheap to store.</summary>
    public string Id { get; init; }

    /// <summary>
    /// A UUID whose last two bytes are the first two of SHA-256 of the terminal's serial, so that both are kept together. Best begun with its time.
    /// </summary>
    public string TransactionId { get; init; }

    /// <summary>Takes the terminal and opens the transaction. The terms are those of the merchant's contract, the device is the one bound to the terminal.</summary>
    /// <param name="SaleId">A UUID, one per sale: attempts at the same sale carry the same.</param>
    /// <param name="Terminal">Its serial: 6 to 20 capital letters and digits.</param>
    /// <param name="Amount">1 to 150000 cents of EUR (R029).</param>
    public sealed record Request(string Id, string TransactionId, string SaleId, string MerchantId, string Terminal, Money Amount) : SwitchCommand(Id, TransactionId);

    /// <summary>The question to the host is about to leave.</summary>
    /// <param name="ExchangeId">A UUID that names the question and all its repeats; never another one's.</param>
    public sealed record SendAuthorisation(string Id, string TransactionId, string MerchantId, string ExchangeId, CardInput Card) : SwitchCommand(Id, TransactionId);

    /// <summary>The host said yes. Another amount than was asked is kept as an approval that must be reversed.</summary>
    /// <param name="Code">1 to 6 letters or digits (ISO 8583:1987 DE 38).</param>
    /// <param name="Response">Two letters or digits (ISO 8583:1987 DE 39).</param>
    public sealed record RecordApproval(string Id, string TransactionId, string ExchangeId, Money Amount, string Code, string Response) : SwitchCommand(Id, TransactionId);

    /// <param name="Response">Two letters or digits (ISO 8583:1987 DE 39).</param>
    public sealed record RecordDecline(string Id, string TransactionId, string ExchangeId, string Response) : SwitchCommand(Id, TransactionId);

    /// <summary>Nobody knows what the host did with the question.</summary>
    public sealed record RecordNoAnswer(string Id, string TransactionId, string ExchangeId, UnknownReason Reason) : SwitchCommand(Id, TransactionId);

    /// <summary>Asked for the status, the host said that it never saw the question. After <see cref="RecordNoAnswer"/> only.</summary>
    public sealed record RecordNotFound(string Id, string TransactionId, string ExchangeId) : SwitchCommand(Id, TransactionId);

    /// <summary>The card confirmed the approval: from here on it is money.</summary>
    /// <param name="Verification">PIN for a chip, signature for a stripe.</param>
    /// <param name="Cryptogram">EMV 9F26, 16 hexadecimal capitals; a chip only.</param>
    /// <param name="ApplicationCounter">EMV 9F36, 0 to 65535; a chip only.</param>
    /// <param name="TerminalDate">EMV 9A; kept, never used: the ledger dates by its own clock.</param>
    public sealed record Complete(
        string Id,
        string TransactionId,
        string MerchantId,
        CardholderVerification Verification,
        string? Cryptogram = null,
        int? ApplicationCounter = null,
        DateOnly? TerminalDate = null) : SwitchCommand(Id, TransactionId);

    /// <summary>Stops it; what the host approved must then be reversed there.</summary>
    public sealed record Abort(string Id, string TransactionId, AbortReason Reason) : SwitchCommand(Id, TransactionId);

    /// <summary>The host took the reversal.</summary>
    /// <param name="FoundAtHost">False when it had nothing to reverse.</param>
    public sealed record RecordReversed(string Id, string TransactionId, string ExchangeId, bool FoundAtHost) : SwitchCommand(Id, TransactionId);
}

/// <summary>One line of the answer to a bulk request, in the order of the request. A line that is missing at the end has no outcome that is known: repeat it with the same id.</summary>
/// <param name="Line">Which line of the request, from 1.</param>
/// <param name="Id">The command's id as it was sent; left out where none could be read.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>; left out when it was accepted.</param>
/// <param name="Errors">Per member, what is wrong with it; invalid ones only.</param>
/// <param name="Version">The transaction's version afterwards.</param>
/// <param name="Position">For reads that must see it.</param>
/// <param name="Replayed">True when this is the stored outcome of an earlier request.</param>
/// <param name="RetryAfterSeconds">When to repeat it with the same id; unavailable ones only.</param>
/// <param name="Incident">Names the line in the server's log; failed ones only.</param>
public sealed record SwitchOutcome(
    int Line,
    string? Id,
    SwitchResult Result,
    string? Code = null,
    IReadOnlyDictionary<string, string>? Errors = null,
    long? Version = null,
    long? Position = null,
    bool Replayed = false,
    int? RetryAfterSeconds = null,
    string? Incident = null);

/// <summary>What became of one command of a bulk request.</summary>
[JsonConverter(typeof(WireEnumConverter<SwitchResult>))]
public enum SwitchResult
{
    /// <summary>Recorded, durably.</summary>
    Accepted = 1,

    /// <summary>It was in effect before; nothing was recorded.</summary>
    AlreadyDone = 2,

    /// <summary>A rule said no, and says so again to the same id.</summary>
    Rejected = 3,

    /// <summary>Not a command; see the errors. Nothing was done, and the id is not used up.</summary>
    Invalid = 4,

    /// <summary>The id stands for another command. Nothing was done: use a new id.</summary>
    IdReused = 5,

    /// <summary>Nothing was done: repeat it later with the same id, and before what comes after it on the same terminal.</summary>
    Unavailable = 6,

    /// <summary>An error of the server; nothing was done. Tell its operator the incident.</summary>
    Failed = 7,
}
