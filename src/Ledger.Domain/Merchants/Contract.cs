using Ledger.Domain.Cards;
using NodaTime;

namespace Ledger.Domain.Merchants;

/// <summary>One contract. A merchant who comes back gets another id (R113, E90). Lower-case letters, digits and « - », 3 to 32.</summary>
public readonly record struct MerchantId
{
    /// <exception cref="ArgumentException">Length or characters are out of range.</exception>
    public MerchantId(string value)
    {
        if (!IsValid(value)) throw new ArgumentException("A merchant id has 3 to 32 lower-case letters, digits and « - ».", nameof(value));
        Value = value;
    }

    public string Value { get; }

    public static bool IsValid(string? value) =>
        value is { Length: >= 3 and <= 32 } && value.All(static c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c) || c == '-');

    public override string ToString() => Value;
}

/// <summary>What is printed about the merchant on tickets (domain.md 2.11). A change makes a new contract version; old tickets keep the old text.</summary>
/// <param name="TradeName">Enseigne, at most 40 characters.</param>
/// <param name="Place">Postcode and town, at most 40 characters.</param>
/// <param name="ContractNumber">Contrat accepteur, 7 digits.</param>
/// <param name="BankCode">Acquirer's bank code, 5 digits.</param>
/// <param name="Siret">14 digits, Luhn valid (I45).</param>
public sealed record Acceptor(string TradeName, string Place, string ContractNumber, string BankCode, string Siret);

/// <summary>The one account that is credited (R007), as a reference that the bank resolves: 4 to 34 letters and digits.</summary>
public readonly record struct SettlementAccount(string Reference)
{
    public override string ToString() => Reference;
}

/// <summary>The scheme's price to the merchant for one brand and category, per transaction (R116, domain.md 2.10).</summary>
/// <param name="InterchangePerMillion">Of the amount, in millionths: 2000 is 0.2 %. Capped by IFR art. 3 and 4 for consumer cards of the EEA.</param>
/// <param name="SchemePerMillion">Of the amount, in millionths.</param>
/// <param name="MarginPerMillion">Of the amount, in millionths.</param>
/// <param name="MarginFixed">Added to the margin of each transaction, in 1/10000 EUR.</param>
public sealed record Rate(CardBrand Brand, CardCategory Category, CardRegion Region, int InterchangePerMillion, int SchemePerMillion, int MarginPerMillion, int MarginFixed);

/// <summary>What a contract costs, versioned (R115, R116).</summary>
/// <param name="ValidFrom">The tariff's date.</param>
/// <param name="MonthlyFee">In 1/10000 EUR, without VAT: 99000 is 9.90 EUR.</param>
/// <param name="SubscriptionVatPerMille">200 is 20 %.</param>
/// <param name="CommissionVatPerMille">0 where the bank's commissions are exempt (CGI 261 C).</param>
/// <param name="Rates">At most one per brand, category and region; a combination without a rate is not accepted.</param>
public sealed record PriceList(LocalDate ValidFrom, long MonthlyFee, int SubscriptionVatPerMille, int CommissionVatPerMille, ValueList<Rate> Rates);

/// <summary>
/// The merchant service charge of one transaction, in 1/10000 EUR, in the three parts that IFR art. 9 and 12 ask for.
/// Exact sums; rounded once, half up, on the invoice line (I08).
/// </summary>
public sealed record ServiceCharge(long Interchange, long Scheme, long Margin)
{
    public static ServiceCharge Zero { get; } = new(0, 0, 0);

    /// <summary>In 1/10000 EUR.</summary>
    public long Total => Interchange + Scheme + Margin;

    public static ServiceCharge operator +(ServiceCharge left, ServiceCharge right) =>
        new(left.Interchange + right.Interchange, left.Scheme + right.Scheme, left.Margin + right.Margin);
}

/// <summary>What a command about a transaction or a terminal needs to know of the contract: a snapshot of the merchant's stream.</summary>
/// <param name="Version">Which acceptor text is current, from 1.</param>
/// <param name="EffectiveFrom">First instant that it covers; null while it is not accepted.</param>
/// <param name="EffectiveUntil">First instant that it no longer covers; null while no termination was asked for (I26).</param>
/// <param name="StripeAccepted">Whether stripes of cards issued outside France are taken (D-06).</param>
/// <param name="Brands">Schemes enabled now (R030, R049).</param>
public sealed record ContractTerms(
    MerchantId MerchantId,
    int Version,
    Instant? EffectiveFrom,
    Instant? EffectiveUntil,
    bool StripeAccepted,
    ValueList<CardBrand> Brands,
    PriceList Prices)
{
    /// <summary>Payments, cancels and refunds need this (I26, I30, I32).</summary>
    public bool Covers(Instant instant) => EffectiveFrom is { } from && from <= instant && (EffectiveUntil is not { } until || instant < until);
}

/// <summary>The two letters that a merchant gets, apart so that one thief has not both (R095, R096). Stored names, so never renamed.</summary>
public enum CredentialLetter
{
    /// <summary>Identifier, sent with the terminal.</summary>
    Identifier = 1,

    /// <summary>Password and security code.</summary>
    Password = 2,
}

/// <summary>Which shared secret was tried.</summary>
public enum Credential
{
    /// <summary>Opens the app and the web space with the identifier (R097).</summary>
    Password = 1,

    /// <summary>Six digits, for cancel and refund (R075, R082, D-02).</summary>
    SecurityCode = 2,
}
