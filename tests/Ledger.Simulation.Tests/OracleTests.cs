using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Simulation.Oracle;
using NodaTime;

namespace Ledger.Simulation.Tests;

/// <summary>The oracle alone: histories that must not be, each called by the name of what it breaks; and one that may.</summary>
public sealed class OracleTests
{
    private static readonly MerchantId Merchant = new("shop-1");
    private static readonly LocalDate Day = new(2026, 6, 9);
    private static readonly RemittanceId Remittance = new(Merchant, Day);
    private static readonly DeviceId Device = new(Id(1));
    private static readonly TerminalSerial Serial = new("SIM001001");
    private static readonly TransactionId First = new(Id(11));
    private static readonly TransactionId Second = new(Id(12));
    private static readonly SaleId Sale = new(Id(21));
    private static readonly ExchangeId Exchange = new(Id(31));
    private static readonly RefundId Refund = new(Id(41));
    private static readonly Card Card = new(
        new CardToken("tok_client_0001"), new LastFour("1234"), CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB", null);

    private static Instant Noon => ParisTime.StartOf(Day) + Duration.FromHours(12);

    private static Instant Tomorrow => Noon + Duration.FromHours(24);

    /// <summary>Invariant and the events, on the first transaction unless they name another stream.</summary>
    public static TheoryData<string, object[]> Broken => new()
    {
        { "I01", [Requested(0)] },
        { "I01", [Requested(150_001)] },
        { "I22", [Requested(100) with { BusinessDay = Day.PlusDays(1) }] },
        { "I30", [Requested(100) with { MerchantId = new MerchantId("shop-2") }] },
        { "I02", [.. Asked(), Approved() with { Amount = Money.Eur(99) }] },
        { "I16", [.. Asked(), Reversing(), Approved()] },
        { "I16", [.. Asked(), Reversing(), Completed()] },
        { "I13", [.. Asked(), Completed()] },
        { "I13", [.. Paid(), Reversing()] },
        { "I14", [.. Paid(), new TransactionEvent.Reversed(Exchange, true, Noon)] },
        { "I08", [.. Asked(), Approved(), Completed() with { Charge = new ServiceCharge(21, 0, 0) }] },
        { "I29", [.. Asked(), new TransactionEvent.Declined(Exchange, new ResponseCode("51"), Noon), Approved()] },
        { "I04", [.. Paid(), Cancelling(Noon), Cancelled(100), AskedBack(1, Tomorrow)] },
        { "I05", [.. Paid(), Cancelling(Noon), Cancelled(99)] },
        { "I21", [.. Paid(), Cancelling(Tomorrow)] },
        { "I21", [.. Paid(), AskedBack(1, Noon)] },
        { "I04", [.. Paid(), AskedBack(1, Tomorrow), Cancelling(Noon)] },
        { "I03", [.. Paid(), AskedBack(60, Tomorrow), AskedBack(41, Tomorrow) with { RefundId = new RefundId(Id(42)) }] },
        { "I16", [.. Paid(), AskedBack(60, Tomorrow), PaidBack(60), PaidBack(60)] },
        { "I32", [.. Paid(), Terminated(), AskedBack(60, Tomorrow + Duration.FromHours(24 * 30))] },
        { "I36", [.. Paid(), Remitted(Tomorrow), Remitted(Tomorrow)] },
        { "I36", [.. Paid(), Remitted(Tomorrow), Cancelling(Noon)] },
        { "I37", [.. Paid(), Remitted(Noon)] },
        { "I37", [.. Paid(), Remitted(Tomorrow) with { Remittance = Remittance with { Day = Day.PlusDays(-1) } }] },
        { "I36", [.. Paid(), Opened(), Line(100)] },
        { "I37", [.. Paid(), Remitted(Tomorrow), Opened(), Line(99)] },
        { "I36", [.. Paid(), Remitted(Tomorrow), Opened(), Line(100), Line(100)] },
        { "I36", [.. Paid(), Remitted(Tomorrow), Opened(), Line(100), Closed(1, 99, Day.PlusDays(1))] },
        { "I23", [.. Paid(), Remitted(Tomorrow), Opened(), Line(100), Closed(1, 100, Day.PlusDays(2))] },
        { "I37", [Opened(), Closed(0, 0, Day.PlusDays(1)), .. Paid(), Remitted(Tomorrow)] },
        { "I23", [.. Paid(), Remitted(Tomorrow), Opened(), Line(100), Closed(1, 100, Day.PlusDays(1)), Credited(Noon)] },
        { "I12", [Started(First, 1), Started(Second, 2)] },
        { "I19", [Started(First, 2)] },
        { "I30", [Blocked(), Started(First, 1)] },
        { "I30", [Started(First, 1) with { Device = new DeviceId(Id(2)) }] },
        { "I15", [.. Asked(), new TransactionEvent.OutcomeUnknown(Exchange, UnknownReason.AnswerTimedOut, false, Noon), Started(Second, 1)] },
        { "I25", [Blocked(), new TerminalEvent.TerminalUnblocked(Serial, Channel.Assistance, Noon + Duration.FromHours(24 * 100))] },
        { "I25", [Blocked(), new TerminalEvent.TerminalBlockedForGood(Serial, Tomorrow)] },
        { "I29", [Blocked(), new TerminalEvent.TerminalBlockedForGood(Serial, Noon + Duration.FromHours(24 * 100)), new TerminalEvent.TerminalUnblocked(Serial, Channel.Assistance, Tomorrow)] },
        { "I29", [new CardEvent.CardOpposed(Card.Token, OppositionReason.Lost, Noon), new CardEvent.CardOpposed(Card.Token, OppositionReason.Lost, Noon)] },
        { "I29", [Terminated(), new MerchantEvent.ContractTerminated("letter", Noon, Noon, Noon)] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_must_not_be_is_called_by_its_name(string invariant, object[] events)
    {
        var judge = Watch(events);

        Assert.NotNull(judge.Failure);
        Assert.Equal(invariant, judge.Failure.Invariant);
    }

    [Fact]
    public void A_whole_life_breaks_nothing()
    {
        var judge = Watch([Started(First, 1), .. Paid(), Remitted(Tomorrow), Opened(), Line(100), Closed(1, 100, Day.PlusDays(1)), AskedBack(60, Tomorrow), PaidBack(60), Credited(Tomorrow)]);

        Assert.Null(judge.Failure);
    }

    private static Judge Watch(object[] events)
    {
        var judge = new World(new SimulationOptions { Seed = 1 }).Oracle;
        Take(judge, new MerchantEvent.ContractAccepted("adviser", Noon - Duration.FromHours(24)));
        Take(judge, new TerminalEvent.TerminalActivated(Serial, Merchant, Device, Noon));
        foreach (var @event in events) Take(judge, @event);
        return judge;
    }

    private static void Take(Judge judge, object @event)
    {
        switch (@event)
        {
            case TransactionEvent e: judge.Payments.Take(new StreamName("transaction", First.ToString()), e); break;
            case TerminalEvent e: judge.Tills.Take(new StreamName("terminal", Serial.Value), e); break;
            case RemittanceEvent e: judge.Remittances.Take(e); break;
            case MerchantEvent e: judge.Contracts.Take(new StreamName("merchant", Merchant.Value), e); break;
            case CardEvent e: judge.Contracts.Take(new StreamName("card", Card.Token.Value), e); break;
            default: Assert.Fail($"{@event}"); break;
        }
    }

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    private static TransactionEvent.Requested Requested(long cents) =>
        new(First, Sale, Merchant, 1, Serial, Device, 1, Money.Eur(cents), Day, TicketChoice.Paper, null, Noon);

    private static object[] Asked() => [Requested(100), new TransactionEvent.AuthorisationSent(Card, Exchange, Noon)];

    private static object[] Paid() => [.. Asked(), Approved(), Completed()];

    private static TransactionEvent.Approved Approved() => new(Exchange, Money.Eur(100), new AuthorisationCode("123456"), ResponseCode.Ok, Noon);

    private static TransactionEvent.ReversalRequested Reversing() => new(Exchange, ReversalReason.Abandoned, Money.Eur(100), Noon);

    private static TransactionEvent.Completed Completed() =>
        new(Merchant, Money.Eur(100), Day, new CardConfirmation("A1B2C3D4E5F60718", 7, CardholderVerification.Pin), new ServiceCharge(20, 0, 0), Noon);

    private static TransactionEvent.CancellationRequested Cancelling(Instant at) => new(new ExchangeId(Id(32)), true, Channel.MobileApp, at);

    private static TransactionEvent.Cancelled Cancelled(long cents) => new(new ExchangeId(Id(32)), Merchant, Money.Eur(cents), Day, Noon);

    private static TransactionEvent.RefundRequested AskedBack(long cents, Instant at) =>
        new(Refund, new ExchangeId(Id(33)), Money.Eur(cents), ParisTime.DayOf(at), Serial, 2, TicketChoice.Paper, null, at);

    private static TransactionEvent.RefundApproved PaidBack(long cents) => new(Refund, new ExchangeId(Id(33)), Merchant, Money.Eur(cents), Day.PlusDays(1), null, Tomorrow);

    private static TransactionEvent.Remitted Remitted(Instant at) => new(Remittance, at);

    private static RemittanceEvent.RemittanceOpened Opened() => new(Remittance, CalendarName.FranceAndT2, Tomorrow);

    private static RemittanceEvent.LinesAdded Line(long cents) => new([new RemittanceLine(First, null, RemittanceSide.Debit, Money.Eur(cents), Day)], Tomorrow);

    private static RemittanceEvent.RemittanceClosed Closed(int lines, long cents, LocalDate credit) =>
        new(Remittance, lines, Money.Eur(cents), Money.Eur(0), credit, "FranceAndT2/2026.1", Tomorrow);

    private static RemittanceEvent.RemittanceCredited Credited(Instant at) => new(Remittance, Money.Eur(100), Money.Eur(0), Day.PlusDays(1), at);

    private static TerminalEvent.TransactionStarted Started(TransactionId id, int number) => new(id, Sale, Device, number, Noon);

    private static TerminalEvent.TerminalBlocked Blocked() => new(Serial, BlockReason.Lost, Channel.Assistance, Day.PlusMonths(3), Noon);

    private static MerchantEvent.ContractTerminated Terminated() => new("letter", Noon, ParisTime.StartOf(new LocalDate(2026, 7, 1)), Noon);
}
