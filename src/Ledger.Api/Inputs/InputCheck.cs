using System.Globalization;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Api.Inputs;

/// <summary>
/// Turns a request's members into the domain's values and gathers what is wrong with them: each answer is usable only while <see cref="Problem"/> is null.
/// One instance serves one request.
/// </summary>
internal sealed partial class InputCheck
{
    private readonly Dictionary<string, string> _errors = new(StringComparer.Ordinal);
    private string? _code;

    /// <summary>Null while all is well.</summary>
    public ProblemResult? Problem => _code is null && _errors.Count == 0 ? null : new ProblemResult(_code ?? ProblemCodes.Request.Invalid) { Errors = _errors };

    /// <summary>Notes an error of a member; the first code given wins over « request.invalid ».</summary>
    public void Add(string member, string text, string? code = null)
    {
        _code ??= code;
        _errors.TryAdd(member, text);
    }

    /// <summary>1 to 150000 cents of EUR (R029, R031).</summary>
    public Domain.Money Amount(string member, Contracts.V1.Money value)
    {
        if (value.Currency != Domain.Currency.Eur.Code) Add($"{member}.currency", "EUR.", ProblemCodes.Transaction.CurrencyNotAccepted);
        else if (value.Amount is < Transaction.AmountMinCents or > Transaction.AmountMaxCents) Add($"{member}.amount", "1 to 150000.", ProblemCodes.Transaction.AmountOutOfRange);
        else return Domain.Money.Eur(value.Amount);
        return default;
    }

    public Guid Uuid(string member, string? text)
    {
        if (Ids.TryParse(text, out Guid id)) return id;
        Add(member, "A UUID.");
        return default;
    }

    /// <summary>Plain text that could hold no card number.</summary>
    public string Text(string member, string? text, int lengthMax)
    {
        if (PlainText.IsValid(text, lengthMax)) return text!;
        Add(member, string.Create(CultureInfo.InvariantCulture, $"1 to {lengthMax} characters, no control characters, no blank at an end, no card number."));
        return "";
    }

    public TerminalSerial Serial(string member, string? text) =>
        Parse(member, text, TerminalSerial.IsValid, static t => new TerminalSerial(t), "6 to 20 capital letters and digits.");

    public MerchantId Merchant(string member, string? text) =>
        Parse(member, text, MerchantId.IsValid, static t => new MerchantId(t), "3 to 32 lower-case letters, digits and « - ».");

    /// <summary>Never what could be a card number, whatever stands around it (R048, I40).</summary>
    public CardToken Token(string member, string? text) => Parse(
        member, text, static t => CardToken.IsValid(t) && !PlainText.CouldHoldCardNumber(t!), static t => new CardToken(t), "8 to 64 letters, digits, « _ » or « - », and no card number.");

    public LastFour LastFour(string member, string? text) =>
        Parse(member, text, Domain.Cards.LastFour.IsValid, static t => new LastFour(t), "Exactly four digits.");

    /// <summary>Letters and digits that are surely no card number.</summary>
    public string? Account(string member, string? text)
    {
        const int AccountLengthMax = 29; // EMV 9F24
        if (text is null) return null;
        return Parse(member, text, static t => t is { Length: >= 1 and <= AccountLengthMax } && t.All(char.IsAsciiLetterOrDigit) && !PlainText.CouldHoldCardNumber(t), static t => t, "1 to 29 letters and digits, no card number.");
    }

    /// <summary>Capital hexadecimal digits.</summary>
    public string Hexadecimal(string member, string? text, int lengthMin, int lengthMax) =>
        Parse(
            member,
            text,
            t => t is not null && t.Length >= lengthMin && t.Length <= lengthMax && t.All(char.IsAsciiHexDigitUpper),
            static t => t,
            string.Create(CultureInfo.InvariantCulture, $"{lengthMin} to {lengthMax} hexadecimal digits, capitals.")) ?? "";

    public int Number(string member, int value, int min, int max)
    {
        if (value >= min && value <= max) return value;
        Add(member, string.Create(CultureInfo.InvariantCulture, $"{min} to {max}."));
        return min;
    }

    public Instant Instant(string member, DateTimeOffset value)
    {
        // Years that every part of the ledger can store; what is nonsense within them is the domain's to refuse.
        if (value.Year is >= 2000 and < 2200) return NodaTime.Instant.FromDateTimeOffset(value);
        Add(member, "A year from 2000 to 2199.");
        return default;
    }

    private T? Parse<T>(string member, string? text, Func<string?, bool> isValid, Func<string, T> make, string expected)
    {
        if (isValid(text)) return make(text!);
        Add(member, expected);
        return default;
    }
}
