using Ledger.Domain.Cards;
using static Ledger.Domain.Merchants.MerchantCommand;

namespace Ledger.Domain.Merchants;

/// <summary>Which facts and prices a contract may have, whatever its state.</summary>
internal static class ContractRules
{
    public const int LegalNameLengthMax = 80;
    public const int AcceptorTextLengthMax = 40;
    public const int StaffTextLengthMax = 80;
    public const int ReasonLengthMax = 200;
    public const int ContractNumberDigits = 7;
    public const int BankCodeDigits = 5;
    public const int SiretDigits = 14;
    public const int AccountLengthMin = 4;
    public const int AccountLengthMax = 34;

    /// <summary>10 000 EUR, in 1/10000 EUR: more is a slip of the pen.</summary>
    public const long MonthlyFeeMax = 100_000_000;

    /// <summary>100 %.</summary>
    public const int VatPerMilleMax = 1_000;

    /// <summary>10 % for each part of a rate, in millionths.</summary>
    public const int PartPerMillionMax = 100_000;

    /// <summary>10 EUR a transaction, in 1/10000 EUR.</summary>
    public const int MarginFixedMax = 100_000;

    /// <summary>Regulation (EU) 2015/751, art. 3: 0.2 % for consumer debit, and for prepaid, which counts as debit (art. 2(5)).</summary>
    public const int DebitInterchangePerMillionMax = 2_000;

    /// <summary>Regulation (EU) 2015/751, art. 4: 0.3 % for consumer credit.</summary>
    public const int CreditInterchangePerMillionMax = 3_000;

    /// <summary>Null when what the command brings is in range; its state may still refuse it.</summary>
    public static MerchantRejection? FaultOf(MerchantCommand command) => command switch
    {
        RequestContract c => !AreFactsValid(c) ? MerchantRejection.FactsInvalid : PriceFault(c.Prices),
        AcceptContract c => TextFault(c.AcceptedBy),
        RefuseContract c => TextFault(c.RefusedBy) ?? TextFault(c.Reason, ReasonLengthMax),
        ChangePrices c => PriceFault(c.Prices),
        ChangeAcceptor c => IsValid(c.Acceptor) ? null : MerchantRejection.FactsInvalid,
        ChangeAccount c => IsValid(c.Account) ? null : MerchantRejection.FactsInvalid,
        RecordLetterSent c => Enum.IsDefined(c.Letter) ? null : MerchantRejection.FactsInvalid,
        RecordCredentialRight c => CredentialFault(c.Credential),
        RecordCredentialWrong c => CredentialFault(c.Credential),
        UnlockCredential c => CredentialFault(c.Credential) ?? TextFault(c.UnlockedBy),
        _ => null,
    };

    private static MerchantRejection? TextFault(string text, int lengthMax = StaffTextLengthMax) =>
        PlainText.IsValid(text, lengthMax) ? null : MerchantRejection.FactsInvalid;

    private static MerchantRejection? CredentialFault(Credential credential) => Enum.IsDefined(credential) ? null : MerchantRejection.FactsInvalid;

    private static MerchantRejection? PriceFault(PriceList prices) => IsValid(prices) ? null : MerchantRejection.PricesInvalid;

    private static bool AreFactsValid(RequestContract command) =>
        MerchantId.IsValid(command.MerchantId.Value)
        && PlainText.IsValid(command.LegalName, LegalNameLengthMax)
        && IsValid(command.Acceptor)
        && IsValid(command.Account)
        && Enum.IsDefined(command.Calendar)
        && command.Brands.Count > 0
        && command.Brands.All(Enum.IsDefined)
        && command.Brands.Distinct().Count() == command.Brands.Count;

    private static bool IsValid(Acceptor acceptor) =>
        PlainText.IsValid(acceptor.TradeName, AcceptorTextLengthMax)
        && PlainText.IsValid(acceptor.Place, AcceptorTextLengthMax)
        && HasDigits(acceptor.ContractNumber, ContractNumberDigits)
        && HasDigits(acceptor.BankCode, BankCodeDigits)
        && HasDigits(acceptor.Siret, SiretDigits)
        && Luhn.IsValid(acceptor.Siret);

    private static bool IsValid(SettlementAccount account) =>
        account.Reference is { Length: >= AccountLengthMin and <= AccountLengthMax } reference
        && reference.All(char.IsAsciiLetterOrDigit)
        && !(reference.All(char.IsAsciiDigit) && PlainText.CouldHoldCardNumber(reference));

    private static bool IsValid(PriceList prices) =>
        prices.MonthlyFee is >= 0 and <= MonthlyFeeMax
        && prices.SubscriptionVatPerMille is >= 0 and <= VatPerMilleMax
        && prices.CommissionVatPerMille is >= 0 and <= VatPerMilleMax
        && prices.Rates.All(IsValid)
        && prices.Rates.DistinctBy(static r => (r.Brand, r.Category, r.Region)).Count() == prices.Rates.Count;

    private static bool IsValid(Rate rate) =>
        Enum.IsDefined(rate.Brand) && Enum.IsDefined(rate.Category) && Enum.IsDefined(rate.Region)
        && rate.InterchangePerMillion >= 0 && rate.InterchangePerMillion <= InterchangePerMillionMax(rate.Category, rate.Region)
        && rate.SchemePerMillion is >= 0 and <= PartPerMillionMax
        && rate.MarginPerMillion is >= 0 and <= PartPerMillionMax
        && rate.MarginFixed is >= 0 and <= MarginFixedMax;

    /// <summary>Commercial cards and cards from outside the EEA are not capped by law (IFR art. 1(3)).</summary>
    private static int InterchangePerMillionMax(CardCategory category, CardRegion region)
    {
        if (region == CardRegion.Elsewhere) return PartPerMillionMax;

        return category switch
        {
            CardCategory.ConsumerDebit => DebitInterchangePerMillionMax,
            CardCategory.Prepaid => DebitInterchangePerMillionMax,
            CardCategory.ConsumerCredit => CreditInterchangePerMillionMax,
            CardCategory.Commercial => PartPerMillionMax,
        };
    }

    private static bool HasDigits(string? text, int count) => text is not null && text.Length == count && text.All(char.IsAsciiDigit);
}
