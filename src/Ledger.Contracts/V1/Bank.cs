namespace Ledger.Contracts.V1;

/// <summary>A contract asked for in the branch (R005-R007).</summary>
/// <param name="MerchantId">3 to 32 lower-case letters, digits and « - ». A merchant who comes back gets another (R113).</param>
/// <param name="Account">Reference of the one settlement account: 4 to 34 letters and digits.</param>
/// <param name="Brands">Schemes enabled (R030, R049).</param>
public sealed record RequestContract(
    string MerchantId,
    string LegalName,
    Acceptor Acceptor,
    string Account,
    CalendarName Calendar,
    PriceList Prices,
    bool StripeAccepted,
    IReadOnlyList<CardBrand> Brands);

/// <summary>What tickets print about the merchant.</summary>
/// <param name="TradeName">At most 40 characters.</param>
/// <param name="Place">Postcode and town, at most 40 characters.</param>
/// <param name="ContractNumber">7 digits.</param>
/// <param name="BankCode">5 digits.</param>
/// <param name="Siret">14 digits, Luhn valid.</param>
public sealed record Acceptor(string TradeName, string Place, string ContractNumber, string BankCode, string Siret);

/// <param name="MonthlyFee">In 1/10000 EUR, without VAT.</param>
/// <param name="SubscriptionVatPerMille">200 is 20 %.</param>
public sealed record PriceList(DateOnly ValidFrom, long MonthlyFee, int SubscriptionVatPerMille, int CommissionVatPerMille, IReadOnlyList<Rate> Rates);

/// <param name="InterchangePerMillion">Of the amount, in millionths: 2000 is 0.2 %.</param>
/// <param name="MarginFixed">Per transaction, in 1/10000 EUR.</param>
public sealed record Rate(CardBrand Brand, CardCategory Category, CardRegion Region, int InterchangePerMillion, int SchemePerMillion, int MarginPerMillion, int MarginFixed);

public sealed record RefuseContract(string Reason);

/// <summary>Says that a letter with credentials left; the password's leaves at least 48 hours after the identifier's.</summary>
public sealed record SendLetter(CredentialLetter Letter);

/// <param name="Account">Reference of the settlement account: 4 to 34 letters and digits (R007).</param>
public sealed record ChangeAccount(string Account);

/// <param name="ProofReference">Of the registered letter or the signed receipt (R111).</param>
/// <param name="ReceivedAt">When the branch received it; the contract ends with that month (R112, D-12).</param>
public sealed record TerminateContract(string ProofReference, DateTimeOffset ReceivedAt);

/// <summary>Hardware that the bank supplied (R008).</summary>
/// <param name="TerminalNumber">Three digits on tickets, 1 to 999.</param>
public sealed record RegisterTerminal(string Serial, string Model, AcceptanceCountry Country, int TerminalNumber);

/// <param name="Identifier">6 to 32 letters, digits, « - », « . » and « _ ».</param>
public sealed record SetCredentials(string Identifier);

/// <summary>For the two letters to the merchant. Shown once, here; a repeat makes new ones. Prints nothing of itself.</summary>
public sealed record CredentialsReply(string MerchantId, string Identifier, string Password, string SecurityCode)
{
    public override string ToString() => nameof(CredentialsReply);
}

/// <summary>What was asked is in effect.</summary>
/// <param name="Stream">Where it is recorded.</param>
/// <param name="Version">That stream's version right after it.</param>
/// <param name="Position">Log position from which reads show it.</param>
public sealed record DoneReply(string Stream, long Version, long Position, bool AlreadyInEffect);
