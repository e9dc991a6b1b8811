using System.Buffers.Binary;
using System.Globalization;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.LoadTests;

/// <summary>Invented requests of 42.00 EUR, each on a terminal and with an id of its own.</summary>
internal static class Samples
{
    private static readonly Instant Start = Instant.FromUtc(2026, 11, 20, 10, 0);

    private static readonly ContractTerms Contract = new(
        new MerchantId("load-merchant"),
        Version: 1,
        EffectiveFrom: Start - Duration.FromDays(30),
        EffectiveUntil: null,
        StripeAccepted: false,
        [CardBrand.Cb],
        new PriceList(new LocalDate(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500)]));

    public static TransactionId IdOf(long number)
    {
        Span<byte> entropy = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(entropy, number);
        return TransactionId.Create(Start, entropy, TerminalOf(number));
    }

    public static TransactionCommand RequestOf(TransactionId id) => new TransactionCommand.Request(
        id, new SaleId(id.Value), Contract, TerminalOf(1), new DeviceId(id.Value), 42, Money.Eur(42_00), TicketChoice.Paper, null, Start);

    private static TerminalSerial TerminalOf(long number) => new(string.Create(CultureInfo.InvariantCulture, $"LOAD{number % 4096:0000}"));
}
