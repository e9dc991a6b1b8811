using Ledger.Contracts.V1;

namespace Ledger.Host.Demo;

/// <summary>Who takes part in the demo; all of it is invented.</summary>
internal static class DemoMerchants
{
    public static readonly DemoMerchant Bakery = new(
        "boulangerie-demo",
        "Boulangerie Demo SARL",
        new Acceptor("BOULANGERIE DEMO", "75009 PARIS", "1234567", "30003", "12345678200010"),
        "DEMOACCOUNT0001",
        "boulangerie.demo");

    public static readonly DemoMerchant Taxi = new(
        "taxi-demo",
        "Taxi Demo EI",
        new Acceptor("TAXI DEMO", "06000 NICE", "7654321", "30003", "98765432100007"),
        "DEMOACCOUNT0002",
        "taxi.demo");

    public static readonly IReadOnlyList<DemoMerchant> All = [Bakery, Taxi];

    public static readonly IReadOnlyList<DemoTerminal> Terminals =
    [
        new("DEMO000001", 1, Bakery, "Phone at the counter"),
        new("DEMO000002", 2, Bakery, "Phone at the market"),
        new("DEMO000003", 1, Taxi, "Phone in the taxi"),
    ];

    /// <summary>In millionths; the interchange of consumer cards of the EEA is at its cap (IFR art. 3 and 4).</summary>
    public static PriceList Prices(DateOnly validFrom) => new(validFrom, MonthlyFee: 99_000, SubscriptionVatPerMille: 200, CommissionVatPerMille: 0, [.. Rates()]);

    private static IEnumerable<Rate> Rates() =>
        from brand in Enum.GetValues<CardBrand>()
        from category in Enum.GetValues<CardCategory>()
        from region in Enum.GetValues<CardRegion>()
        select new Rate(brand, category, region, Interchange(category, region), SchemePerMillion: 500, MarginPerMillion: 4_000, MarginFixed: 500);

    private static int Interchange(CardCategory category, CardRegion region) => (category, region) switch
    {
        (CardCategory.Commercial, _) or (_, CardRegion.Elsewhere) => 12_000,
        (CardCategory.ConsumerCredit, _) => 3_000,
        _ => 2_000,
    };
}

internal sealed record DemoMerchant(string Id, string LegalName, Acceptor Acceptor, string Account, string Identifier);

/// <param name="Number">Three digits on tickets.</param>
internal sealed record DemoTerminal(string Serial, int Number, DemoMerchant Merchant, string DeviceName);
