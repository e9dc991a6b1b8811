using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Projections.Conformance;

/// <summary>Invented merchants, cards and events.</summary>
public static class Sample
{
    public static readonly MerchantId Bakery = new("boulangerie-1");
    public static readonly MerchantId Florist = new("fleuriste-2");
    public static readonly TerminalSerial Reader = new("T0000001");
    public static readonly DeviceId Device = new(Id(900));
    public static readonly LocalDate Day = new(2026, 3, 10);
    public static readonly Card Card = CardOf(1);
    public static readonly ServiceCharge Charge = new(8_40, 2_10, 43_00);
    public static readonly CardConfirmation Confirmation = new("A1B2C3D4E5F60718", 42, CardholderVerification.Pin);
    public static readonly AuthorisationCode Code = new("123456");

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static Instant At(LocalDate day, int hour, int minute = 0, int second = 0) =>
        ParisTime.Zone.AtLeniently(day.At(new LocalTime(hour, minute, second))).ToInstant();

    public static Card CardOf(int number) => new(
        new CardToken($"tok_card_{number}"),
        new LastFour((1000 + number).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        (CardBrand)(1 + (number % 3)),
        BrandChoice.MerchantPriority,
        CardCategory.ConsumerDebit,
        CardRegion.France,
        EntryMode.Chip,
        "A0000000421010",
        "CB",
        $"PAR{number}");

    public static StreamName StreamOf(TransactionId id) => new("transaction", id.ToString());

    public static StreamName StreamOf(RemittanceId id) => new("remittance", id.ToString());

    public static StreamName StreamOf(TerminalSerial serial) => new("terminal", serial.Value);

    public static TransactionId Payment(int number) => new(Id(number));

    public static Requested Requested(int number, LocalDate? day = null, long cents = 42_00, TicketChoice ticket = TicketChoice.Paper, MerchantId? merchant = null) => new(
        Payment(number),
        new SaleId(Id(50_000 + number)),
        merchant ?? Bakery,
        1,
        Reader,
        Device,
        number,
        Money.Eur(cents),
        day ?? Day,
        ticket,
        ticket == TicketChoice.Paper ? null : new ContactRef(Id(70_000 + number)),
        At(day ?? Day, 12));

    public static AuthorisationSent Sent(int number, LocalDate? day = null, Card? card = null) => new(card ?? Card, new ExchangeId(Id(60_000 + number)), At(day ?? Day, 12, 1));

    public static Approved Approved(int number, LocalDate? day = null, long cents = 42_00) =>
        new(new ExchangeId(Id(60_000 + number)), Money.Eur(cents), Code, ResponseCode.Ok, At(day ?? Day, 12, 2));

    public static Completed Completed(LocalDate? day = null, long cents = 42_00, MerchantId? merchant = null) =>
        new(merchant ?? Bakery, Money.Eur(cents), day ?? Day, Confirmation, Charge, At(day ?? Day, 12, 3));

    /// <summary>From the amount to the card's confirmation.</summary>
    public static ILedgerEvent[] Paid(int number, LocalDate? day = null, long cents = 42_00, TicketChoice ticket = TicketChoice.Paper, MerchantId? merchant = null, Card? card = null) =>
        [Requested(number, day, cents, ticket, merchant), Sent(number, day, card), Approved(number, day, cents), Completed(day, cents, merchant)];

    public static RefundRequested RefundRequested(int refund, LocalDate day, long cents) =>
        new(new RefundId(Id(refund)), new ExchangeId(Id(80_000 + refund)), Money.Eur(cents), day, Reader, refund, TicketChoice.Paper, null, At(day, 10));

    public static RefundApproved RefundApproved(int refund, LocalDate day, long cents) =>
        new(new RefundId(Id(refund)), new ExchangeId(Id(80_000 + refund)), Bakery, Money.Eur(cents), day, null, At(day, 10, 1));

    public static RefundCancelled RefundCancelled(int refund, LocalDate day, long cents) =>
        new(new RefundId(Id(refund)), new ExchangeId(Id(90_000 + refund)), Bakery, Money.Eur(cents), day, At(day, 11));
}
