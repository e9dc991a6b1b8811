using System.Reflection;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

public class RequestingTests
{
    /// <summary>1 July 2026, 00:30 in Paris by today's rules; 30 June, 23:30 by rules without summer time.</summary>
    [Theory]
    [InlineData("2026-06-30"), InlineData("2026-07-01")]
    [Rule("E15")]
    public void What_the_log_says_of_an_instant_and_its_day_outlives_the_time_zones_rules(string stored)
    {
        var at = Instant.FromUtc(2026, 6, 30, 22, 30);
        var day = NodaTime.Text.LocalDatePattern.Iso.Parse(stored).Value;
        var requested = Story.New.When(Request(at: at)).ThenOne<TransactionEvent.Requested>() with { BusinessDay = day };
        var open = new Story(Transaction.Evolve(Transaction.Initial, requested), [requested]);

        var paid = open.Given(Send(), Approve(), Complete());

        var completed = Assert.IsType<TransactionState.Completed>(paid.State);
        Assert.Equal((day, at), (completed.Facts.BusinessDay, completed.Facts.RequestedAt));
        Assert.Equal(day, paid.History.OfType<TransactionEvent.Completed>().Single().BusinessDay);
    }

    [Theory]
    [InlineData(1), InlineData(150_000)]
    [Rule("R029"), Rule("I01"), Rule("E53")]
    public void One_cent_and_1500_euros_are_accepted(long cents) => Story.New.When(Request(Money.Eur(cents))).ThenOne<TransactionEvent.Requested>();

    [Theory]
    [InlineData(0), InlineData(150_001), InlineData(long.MaxValue)]
    [Rule("R029"), Rule("I01"), Rule("E53")]
    public void Nothing_and_1500_01_euros_are_refused(long cents) =>
        Story.New.When(Request(Money.Eur(cents))).ThenRefused(TransactionRejection.AmountOutOfRange);

    [Fact]
    [Rule("R031"), Rule("I01")]
    public void Another_currency_is_refused() =>
        Story.New.When(Request(new Money(42_00, new Currency("CHF")))).ThenRefused(TransactionRejection.CurrencyNotAccepted);

    [Theory]
    [InlineData(TicketChoice.Sms), InlineData(TicketChoice.Email)]
    [Rule("R022"), Rule("R060"), Rule("R061")]
    public void An_electronic_ticket_needs_a_contact(TicketChoice ticket)
    {
        Story.New.When(Request() with { Ticket = ticket }).ThenRefused(TransactionRejection.ContactMissing);
        Story.New.When(Request() with { Ticket = ticket, Contact = Contact }).ThenOne<TransactionEvent.Requested>();
    }

    [Fact]
    [Rule("R023"), Rule("R062")]
    public void No_contact_is_collected_for_paper() =>
        Story.New.When(Request() with { Contact = Contact }).ThenRefused(TransactionRejection.ContactNotWanted);

    [Fact]
    [Rule("I26"), Rule("I32"), Rule("I30")]
    public void The_contract_must_cover_the_request()
    {
        Refused(Contract with { EffectiveFrom = null });
        Refused(Contract with { EffectiveFrom = Start + Duration.Epsilon });
        Refused(Contract with { EffectiveUntil = Start });
        Story.New.When(Request() with { Contract = Contract with { EffectiveUntil = Start + Duration.Epsilon } }).ThenOne<TransactionEvent.Requested>();

        static void Refused(ContractTerms contract) =>
            Story.New.When(Request() with { Contract = contract }).ThenRefused(TransactionRejection.ContractNotEffective);
    }

    [Fact]
    [Rule("E17")]
    public void A_payment_of_the_last_ten_seconds_of_a_contract_completes_after_them_and_is_then_beyond_refund_in_the_app()
    {
        var end = ParisTime.StartOf(new LocalDate(2026, 4, 1));
        var contract = Contract with { EffectiveUntil = end };
        var story = Story.New.Given(
            Request(at: end - Duration.FromSeconds(10)) with { Contract = contract },
            Send() with { Contract = contract, Now = end + Duration.FromSeconds(1) },
            Approve() with { Now = end + Duration.FromSeconds(2) },
            Complete() with { Contract = contract, Now = end + Duration.FromSeconds(3) });

        Assert.Equal(TransactionStatus.Completed, story.State.StatusOf());
        var tomorrow = end + Duration.FromHours(9);
        story.When(Refund(at: tomorrow) with { Contract = contract }).ThenRefused(TransactionRejection.ContractNotEffective);
        story.When(Cancel(tomorrow) with { Contract = contract }).ThenRefused(TransactionRejection.ContractNotEffective);
    }

    [Fact]
    [Rule("E20")]
    public void The_same_request_again_changes_nothing() =>
        Story.Completed.When(Request(at: Start + Duration.FromSeconds(1))).ThenAlreadyDone();

    [Fact]
    [Rule("E22")]
    public void The_same_id_with_another_amount_is_refused() =>
        Story.Open.When(Request(Money.Eur(42_01))).ThenRefused(TransactionRejection.AlreadyRequested);

    [Fact]
    public void A_number_that_no_terminal_gives_is_our_own_mistake()
    {
        Assert.Throws<InvariantException>(() => Story.New.When(Request() with { Number = 0 }));
        Assert.Throws<InvariantException>(() => Story.New.When(Request() with { Number = 1_000_000 }));
    }

    [Fact]
    public void Nothing_can_be_asked_of_a_transaction_that_does_not_exist()
    {
        Story.New.When(Cancel()).ThenRefused(TransactionRejection.NotRequested);
        Story.New.When(Approve()).ThenRefused(TransactionRejection.NotRequested);
        Assert.Throws<InvariantException>(() => Story.New.State.StatusOf());
    }

    [Fact]
    public void A_stage_is_reported_once_and_never_goes_back()
    {
        var story = Story.Open.Given(new TransactionCommand.ReportProgress(CardStage.AwaitingPin, Start));

        Assert.Equal(TransactionStatus.AwaitingPin, story.State.StatusOf());
        story.When(new TransactionCommand.ReportProgress(CardStage.CardRead, Start)).ThenAlreadyDone();
        story.When(new TransactionCommand.ReportProgress(CardStage.AwaitingPin, Start)).ThenAlreadyDone();
        Story.Completed.When(new TransactionCommand.ReportProgress(CardStage.CardRead, Start)).ThenAlreadyDone();
        Story.Aborted.When(new TransactionCommand.ReportProgress(CardStage.CardRead, Start)).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("E01")]
    public void The_business_day_is_that_of_the_request_however_late_the_approval()
    {
        var lastMoment = ParisTime.EndOf(Day) - Duration.FromMilliseconds(100);
        var afterMidnight = ParisTime.EndOf(Day) + Duration.FromSeconds(2);
        var story = Story.New.Given(
            Request(at: lastMoment), Send() with { Now = lastMoment }, Approve() with { Now = afterMidnight }, Complete() with { Now = afterMidnight });

        var completed = Assert.IsType<TransactionState.Completed>(story.State);
        Assert.Equal(Day, completed.Facts.BusinessDay);
        var later = At(Day.PlusDays(1), 0, 5);
        story.When(Cancel(later)).ThenRefused(TransactionRejection.DayIsOver);
        story.When(Refund(at: later)).ThenOne<TransactionEvent.RefundRequested>();
        story.When(Remit()).ThenOne<TransactionEvent.Remitted>();
    }

    [Theory]
    [InlineData(2026, 3, 29, 23), InlineData(2026, 10, 25, 25), InlineData(2026, 3, 10, 24)]
    [Rule("I22")]
    public void A_day_holds_its_first_instant_and_not_the_one_after_its_last(int year, int month, int date, int hours)
    {
        var day = new LocalDate(year, month, date);
        var (start, end) = (ParisTime.StartOf(day), ParisTime.EndOf(day));

        Assert.Equal(Duration.FromHours(hours), end - start);
        Assert.Equal(day, DayOfRequestAt(start));
        Assert.Equal(day, DayOfRequestAt(end - Duration.Epsilon));
        Assert.Equal(day.PlusDays(-1), DayOfRequestAt(start - Duration.Epsilon));
        Assert.Equal(day.PlusDays(1), DayOfRequestAt(end));

        static LocalDate DayOfRequestAt(Instant at) => Story.New.When(Request(at: at)).ThenOne<TransactionEvent.Requested>().BusinessDay;
    }

    /// <summary>A phone's clock cannot matter, because no command has room for it.</summary>
    [Fact]
    [Rule("I28"), Rule("E06")]
    public void Every_instant_in_a_command_is_the_server_s()
    {
        string[] serversOwn = ["Now", "ReceivedAt"];
        var times =
            from command in typeof(TransactionCommand).GetNestedTypes(BindingFlags.Public)
            from property in command.GetProperties()
            where property.PropertyType.Namespace == "NodaTime" || property.PropertyType == typeof(DateTime) || property.PropertyType == typeof(DateTimeOffset)
            select property.Name;

        Assert.Equal(serversOwn.Order(), times.Distinct().Order());
    }
}
