using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using NodaTime;

namespace Ledger.Domain.Tests.Merchants;

/// <summary>An invented bakery's contract.</summary>
public static class ContractSamples
{
    public static readonly MerchantId Bakery = new("boulangerie-1");
    public static readonly MerchantId Taxi = new("taxi-2");
    public static readonly Acceptor BakeryAcceptor = new("BOULANGERIE DEMO", "75009 PARIS", "1234567", "30003", "12345678200010");
    public static readonly SettlementAccount Account = new("FR7630003000000000000000001");
    public static readonly Rate CbDebit = new(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500);
    public static readonly Rate VisaCredit = new(CardBrand.Visa, CardCategory.ConsumerCredit, CardRegion.EuropeanEconomicArea, 3_000, 800, 5_000, 0);
    public static readonly PriceList Prices = new(new LocalDate(2026, 1, 1), 99_000, 200, 0, [CbDebit, VisaCredit]);
    public static readonly Instant Noon = Instant.FromUtc(2026, 11, 22, 11, 0);

    /// <summary>Running since the start of 2026, without an end.</summary>
    public static ContractTerms Terms { get; } = new(Bakery, 1, Instant.FromUtc(2025, 12, 31, 23, 0), null, false, [CardBrand.Cb, CardBrand.Visa], Prices);
}
