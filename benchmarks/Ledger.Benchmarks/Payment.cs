using System.Buffers.Binary;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Benchmarks;

/// <summary>One invented payment of 42.00 EUR, command by command. The load test has this file too.</summary>
internal static class Payment
{
    public static readonly Instant Start = Instant.FromUtc(2026, 11, 20, 10, 0);
    public static readonly TerminalSerial Terminal = new("BENCH0001");
    public static readonly MerchantId Merchant = new("bench-merchant");
    public static readonly ExchangeId Exchange = new(new Guid(1, 0, 0, new byte[8]));
    public static readonly Money Amount = Money.Eur(42_00);
    public static readonly TransactionId Id = IdOf(1);

    public static readonly ContractTerms Contract = new(
        Merchant,
        Version: 1,
        EffectiveFrom: Start - Duration.FromDays(30),
        EffectiveUntil: null,
        StripeAccepted: false,
        [CardBrand.Cb],
        new PriceList(new LocalDate(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500)]));

    public static readonly Card Card = new(
        new CardToken("tok_benchmark"), new LastFour("1234"), CardBrand.Cb, BrandChoice.MerchantPriority, CardCategory.ConsumerDebit, CardRegion.France,
        EntryMode.Chip, "A0000000421010", "CB", null);

    public static readonly CardConfirmation Confirmation = new("A1B2C3D4E5F60718", 42, CardholderVerification.Pin);

    public static readonly TransactionCommand Request = RequestOf(Id);
    public static readonly TransactionCommand Send = new TransactionCommand.SendAuthorisation(Card, Exchange, Contract, CardIsOpposed: false, Start);
    public static readonly TransactionCommand Approve = new TransactionCommand.RecordApproval(Exchange, Amount, new AuthorisationCode("123456"), ResponseCode.Ok, Start);
    public static readonly TransactionCommand Complete = new TransactionCommand.Complete(Confirmation, Contract, Start);

    /// <summary>The four events of a paid transaction.</summary>
    public static TransactionEvent[] Events { get; } = Play();

    public static TransactionCommand RequestOf(TransactionId id) =>
        new TransactionCommand.Request(id, new SaleId(id.Value), Contract, Terminal, new DeviceId(new Guid(2, 0, 0, new byte[8])), 42, Amount, TicketChoice.Paper, null, Start);

    public static TransactionId IdOf(long number) => IdOf(number, Terminal);

    public static TransactionId IdOf(long number, TerminalSerial terminal)
    {
        Span<byte> entropy = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(entropy, number);
        return TransactionId.Create(Start, entropy, terminal);
    }

    private static TransactionEvent[] Play()
    {
        var state = Transaction.Initial;
        var events = new List<TransactionEvent>();
        foreach (var command in new[] { Request, Send, Approve, Complete })
        {
            var decided = Transaction.Decide(state, command).Events;
            if (decided.Length != 1) throw new InvalidOperationException($"{command.GetType().Name} gave {decided.Length} events.");
            state = decided.Aggregate(state, Transaction.Evolve);
            events.AddRange(decided);
        }

        return [.. events];
    }
}
