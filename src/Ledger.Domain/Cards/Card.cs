namespace Ledger.Domain.Cards;

/// <summary>Stands for a card, given by the acquirer (a keyed token, never a plain hash of the number). Letters, digits, « _ » and « - », 8 to 64.</summary>
public readonly record struct CardToken
{
    /// <exception cref="ArgumentException">Length or characters are out of range, or the text looks like a card number.</exception>
    public CardToken(string value)
    {
        if (!IsValid(value)) throw new ArgumentException("A card token has 8 to 64 letters, digits, « _ » or « - », and is not a number.", nameof(value));
        Value = value;
    }

    public string Value { get; }

    /// <summary>All digits is refused: whatever it is, it could be a card number (R048).</summary>
    public static bool IsValid(string? value) =>
        value is { Length: >= 8 and <= 64 }
        && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        && value.Any(static c => !char.IsAsciiDigit(c));

    public override string ToString() => Value;
}

/// <summary>The last four digits of a card number: all that is ever kept or shown of it (PCI DSS 3.4.1).</summary>
public readonly record struct LastFour
{
    /// <exception cref="ArgumentException">Not exactly four digits.</exception>
    public LastFour(string value)
    {
        if (!IsValid(value)) throw new ArgumentException("Exactly four digits.", nameof(value));
        Value = value;
    }

    public string Value { get; }

    public static bool IsValid(string? value) => value is { Length: 4 } && value.All(char.IsAsciiDigit);

    public override string ToString() => Value;
}

/// <summary>What the ledger keeps of a card at one transaction. Nothing here lets anyone pay with it.</summary>
/// <param name="Account">Payment account reference (EMV 9F24), when the card gives one: links a renewed card to the old one (E63).</param>
/// <param name="ApplicationId">EMV 84/4F in hexadecimal, 10 to 32 characters.</param>
/// <param name="ApplicationLabel">EMV 50/9F12, for the ticket; at most 16 characters.</param>
public sealed record Card(
    CardToken Token,
    LastFour LastFour,
    CardBrand Brand,
    BrandChoice BrandChosenBy,
    CardCategory Category,
    CardRegion Region,
    EntryMode EntryMode,
    string ApplicationId,
    string ApplicationLabel,
    string? Account);

/// <summary>Accepted schemes (R030). Wire values: append, never reuse.</summary>
public enum CardBrand
{
    Cb = 1,
    Visa = 2,
    Mastercard = 3,
}

/// <summary>Who chose between the brands of a co-badged card (IFR art. 8(6)).</summary>
public enum BrandChoice
{
    OnlyBrand = 1,
    MerchantPriority = 2,
    Cardholder = 3,
}

/// <summary>What decides the interchange cap (IFR art. 3 and 4).</summary>
public enum CardCategory
{
    ConsumerDebit = 1,
    ConsumerCredit = 2,
    Prepaid = 3,
    Commercial = 4,
}

/// <summary>Where the card was issued (R031).</summary>
public enum CardRegion
{
    France = 1,
    EuropeanEconomicArea = 2,
    Elsewhere = 3,
}

/// <summary>How the card was read (R032; contactless is not in the offer). ISO 8583 DE 22: 05, 90, 80.</summary>
public enum EntryMode
{
    Chip = 1,
    MagneticStripe = 2,

    /// <summary>A chip card read by its stripe after the chip failed; flagged, because liability may differ.</summary>
    Fallback = 3,
}

/// <summary>How the cardholder was verified (R047, D-06).</summary>
public enum CardholderVerification
{
    Pin = 1,

    /// <summary>Signature on the screen, kept as a hash; stripe only.</summary>
    SignatureOnScreen = 2,
    None = 3,
}
