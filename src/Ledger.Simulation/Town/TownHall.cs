using System.Collections.Immutable;
using System.Globalization;
using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Simulation.Town;

/// <summary>Who there is in a run: shops with tills, clients with cards. Invented, and the same in every run.</summary>
internal sealed class TownHall
{
    private const int ShopCount = 5;
    private const int TillsPerShop = 4;
    private const int ClientCount = 50;

    private static readonly ImmutableArray<CalendarName> _calendars = [CalendarName.FranceAndT2, CalendarName.T2, CalendarName.AlsaceMoselle, CalendarName.Monaco];

    public TownHall()
    {
        for (var number = 1; number <= ShopCount; number++)
        {
            var shop = new Shop(new MerchantId(string.Create(CultureInfo.InvariantCulture, $"shop-{number}")));
            for (var till = 1; till <= TillsPerShop; till++)
            {
                var serial = new TerminalSerial(string.Create(CultureInfo.InvariantCulture, $"SIM{number:D3}{till:D3}"));
                shop.Tills.Add(new Till(serial, new DeviceId(new Guid(number, (short)till, 1, new byte[8]))));
            }

            Shops.Add(shop);
        }
    }

    public List<Shop> Shops { get; } = [];

    public ImmutableArray<Client> Clients { get; } = [.. Enumerable.Range(1, ClientCount).Select(static number => new Client(number))];

    /// <summary>Everything that must be there before the first payment, in order.</summary>
    public IEnumerable<(StreamName Stream, Func<ContractTerms?, object> Command)> OpeningOf(Shop shop, Instant now)
    {
        var calendar = _calendars[Shops.IndexOf(shop) % _calendars.Length];
        yield return (shop.Merchant.Stream, _ => RequestOf(shop.Merchant, calendar, now));
        yield return (shop.Merchant.Stream, _ => new MerchantCommand.AcceptContract("adviser.1", now));
        foreach (var (till, index) in shop.Tills.Select(static (till, index) => (till, index)))
        {
            yield return (till.Serial.Stream, _ => new TerminalCommand.Register(till.Serial, "M010", AcceptanceCountry.France, index + 1, now));
            yield return (till.Serial.Stream, terms => new TerminalCommand.Activate(terms!, till.Device, till.Serial, now));
        }
    }

    /// <param name="edition">Another edition is another price list.</param>
    public static PriceList PricesOf(int edition) => new(
        new LocalDate(2026, 1, 1), 99_000, 200, 0,
        new ValueList<Rate>([new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000 + edition, 500)]));

    private static MerchantCommand.RequestContract RequestOf(MerchantId merchant, CalendarName calendar, Instant now) => new(
        merchant,
        "Simulation SARL",
        new Acceptor("SIMULATION", "75009 PARIS", "1234567", "30003", "12345678200010"),
        new SettlementAccount("FR00SIM00001"),
        calendar,
        PricesOf(0),
        false,
        new ValueList<CardBrand>([CardBrand.Cb]),
        now);
}
