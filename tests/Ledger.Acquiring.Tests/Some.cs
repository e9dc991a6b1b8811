using System.Text;
using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring.Tests;

/// <summary>Invented merchants, terminals, cards and questions.</summary>
internal static class Some
{
    /// <summary>14:05 in Paris.</summary>
    public static readonly Instant Start = Instant.FromUtc(2026, 11, 23, 13, 5);

    public static readonly MerchantId Merchant = new("boulangerie-demo");
    public static readonly TerminalSerial Terminal = new("MP200A0001");
    public static readonly DeviceId Device = new(new Guid(1, 0, 0, new byte[8]));

    public static readonly Card Card = new(
        new CardToken("tok_demo_0001"),
        new LastFour("1234"),
        CardBrand.Cb,
        BrandChoice.OnlyBrand,
        CardCategory.ConsumerDebit,
        CardRegion.France,
        EntryMode.Chip,
        "A0000000421010",
        "CB",
        null);

    public static readonly EncryptedCardData CardData = new(Encoding.ASCII.GetBytes(Canary));

    /// <summary>What no log, book or text may ever hold.</summary>
    public const string Canary = "encrypted-by-the-terminal";

    public static readonly CardConfirmation Confirmation = new("A1B2C3D4E5F60718", 66, CardholderVerification.Pin);

    public static readonly PriceList Prices = new(
        new LocalDate(2026, 1, 1),
        99_000,
        200,
        0,
        new ValueList<Rate>([new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 500, 3_000, 0)]));

    public static MerchantCommand.RequestContract ContractRequest(MerchantId merchant, Instant now) => new(
        merchant,
        "Boulangerie Demo SARL",
        new Acceptor("BOULANGERIE DEMO", "75009 PARIS", "1234567", "30003", "12345678200010"),
        new SettlementAccount("FR00DEMO0001"),
        CalendarName.FranceAndT2,
        Prices,
        false,
        new ValueList<CardBrand>([CardBrand.Cb, CardBrand.Visa]),
        now);

    public static ExchangeId Exchange(int number) => new(new Guid(number, 0, 0, new byte[8]));

    public static AuthorisationQuestion Question(int number, long cents, Card? card = null) =>
        new(Exchange(number), Merchant, Terminal, number, Money.Eur(cents), card ?? Card, CardData, Start);

    public static RefundQuestion Refund(int number, int original, long cents) =>
        new(Exchange(number), Exchange(original), Merchant, Terminal, number, Money.Eur(cents), Card.Token, Start);

    /// <summary>A delay that is over at once.</summary>
    public static ValueTask NoDelay(Duration duration, CancellationToken cancellation) => ValueTask.CompletedTask;
}
