using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Remittances.RemittanceCommand;
using static Ledger.Domain.Remittances.RemittanceEvent;

namespace Ledger.Domain.Tests.Remittances;

public class RemittanceTests
{
    private static readonly LocalDate Friday = new(2026, 11, 20);
    private static readonly LocalDate Monday = new(2026, 11, 23);
    private static readonly RemittanceId Id = new(new MerchantId("boulangerie-1"), Friday);
    private static readonly Instant Midnight = ParisTime.EndOf(Friday);

    private static readonly RemittanceOpened IsOpened = new(Id, CalendarName.FranceAndT2, Midnight);
    private static readonly LinesAdded HasLines = new([Payment(1, 42_00), Payment(2, 10_50), Refund(1, 7, 60_00)], Midnight);
    private static readonly RemittanceClosed IsClosed = new(Id, 3, Money.Eur(52_50), Money.Eur(60_00), Monday, "FranceAndT2/2026.1", Midnight);
    private static readonly RemittanceCredited IsCredited = new(Id, Money.Eur(52_50), Money.Eur(60_00), Monday, ParisTime.StartOf(Monday));

    private static RemittanceLine Payment(int tx, long cents) => new(new TransactionId(new Guid(tx, 1, 0, new byte[8])), null, RemittanceSide.Debit, Money.Eur(cents), Friday);

    private static RemittanceLine Refund(int tx, int refund, long cents) =>
        Payment(tx, cents) with { Refund = new RefundId(new Guid(refund, 2, 0, new byte[8])), Side = RemittanceSide.Credit };

    private static RemittanceState Given(params RemittanceEvent[] history) => history.Aggregate(Remittance.Initial, Remittance.Evolve);

    private static void Gives(RemittanceState state, RemittanceCommand command, params RemittanceEvent[] expected)
    {
        var decision = Remittance.Decide(state, command);
        Assert.Null(decision.Rejection);
        Assert.Equal(expected, decision.Events);
        expected.Aggregate(state, Remittance.Evolve);
    }

    private static void Refuses(RemittanceRejection expected, RemittanceState state, RemittanceCommand command)
    {
        var decision = Remittance.Decide(state, command);
        Assert.Equal(expected, decision.Rejection);
        Assert.Empty(decision.Events);
    }

    [Fact]
    [Rule("R086")]
    public void A_day_is_remitted_from_its_midnight_on()
    {
        Refuses(RemittanceRejection.DayNotOver, Given(), new OpenRemittance(Id, CalendarName.FranceAndT2, Midnight - Duration.Epsilon));
        Gives(Given(), new OpenRemittance(Id, CalendarName.FranceAndT2, Midnight), IsOpened);
        Gives(Given(IsOpened), new OpenRemittance(Id, CalendarName.FranceAndT2, Midnight));
        Gives(Given(IsOpened, HasLines, IsClosed), new OpenRemittance(Id, CalendarName.FranceAndT2, Midnight));
        Refuses(RemittanceRejection.AlreadyOpened, Given(IsOpened), new OpenRemittance(Id, CalendarName.T2, Midnight));
        Refuses(RemittanceRejection.AlreadyOpened, Given(IsOpened), new OpenRemittance(Id with { Day = Friday.PlusDays(-1) }, CalendarName.FranceAndT2, Midnight));
        Refuses(RemittanceRejection.NotOpened, Given(), new AddLines([Payment(1, 1)], Midnight));
    }

    [Theory]
    [InlineData(1999, 12, 31)]
    [InlineData(2099, 12, 31)]
    public void A_day_that_no_calendar_can_credit_is_not_remitted(int year, int month, int day) =>
        Refuses(RemittanceRejection.DayOutOfRange, Given(), new OpenRemittance(Id with { Day = new LocalDate(year, month, day) }, CalendarName.T2, Instant.FromUtc(2150, 1, 1, 0, 0)));

    [Fact]
    [Rule("I36")]
    public void Lines_that_are_there_already_are_left_out()
    {
        Gives(Given(IsOpened), new AddLines(HasLines.Lines, Midnight), HasLines);
        Gives(Given(IsOpened, HasLines), new AddLines(HasLines.Lines, Midnight));
        Gives(Given(IsOpened, HasLines), new AddLines([Payment(2, 10_50), Payment(3, 1), Payment(3, 1)], Midnight), new LinesAdded([Payment(3, 1)], Midnight));
        Gives(Given(IsOpened, HasLines), new AddLines([Refund(1, 8, 1)], Midnight), new LinesAdded([Refund(1, 8, 1)], Midnight));
    }

    [Fact]
    public void Between_one_and_five_hundred_lines_are_added_at_a_time()
    {
        ValueList<RemittanceLine> most = [.. Enumerable.Range(1, 500).Select(n => Payment(n, n))];

        Refuses(RemittanceRejection.LineCountOutOfRange, Given(IsOpened), new AddLines([], Midnight));
        Refuses(RemittanceRejection.LineCountOutOfRange, Given(IsOpened), new AddLines([.. most, Payment(501, 1)], Midnight));
        Gives(Given(IsOpened), new AddLines(most, Midnight), new LinesAdded(most, Midnight));
    }

    [Fact]
    [Rule("I37")]
    public void A_line_is_of_the_day_or_a_late_one_from_before_and_never_of_a_later_day()
    {
        var late = Payment(9, 5_00) with { OperationDay = Friday.PlusDays(-3) };

        Gives(Given(IsOpened), new AddLines([late], Midnight), new LinesAdded([late], Midnight));
        Refuses(RemittanceRejection.LineInvalid, Given(IsOpened), new AddLines([late with { OperationDay = Friday.PlusDays(1) }], Midnight));
    }

    [Fact]
    public void A_line_has_an_operation_s_amount_in_euros_and_the_side_of_its_kind()
    {
        foreach (var wrong in new[]
        {
            Payment(1, 0), Payment(1, 150_001), Payment(1, 1) with { Amount = new Money(1, new Currency("USD")) },
            Payment(1, 1) with { Side = RemittanceSide.Credit }, Refund(1, 1, 1) with { Side = RemittanceSide.Debit }, Payment(1, 1) with { Side = 0 },
        })
        {
            Refuses(RemittanceRejection.LineInvalid, Given(IsOpened), new AddLines([Payment(5, 1), wrong], Midnight));
        }
    }

    /// <summary>Refunds may exceed payments: then the net is below zero and the account is debited.</summary>
    [Fact]
    [Rule("R086")]
    [Rule("R090")]
    [Rule("E72")]
    public void Closing_fixes_the_totals_and_the_credit_date()
    {
        Gives(Given(IsOpened, HasLines), new CloseRemittance(Midnight), IsClosed);
        Gives(Given(IsOpened, HasLines, IsClosed), new CloseRemittance(Midnight + Duration.FromDays(9)));
        Refuses(RemittanceRejection.NoLines, Given(IsOpened), new CloseRemittance(Midnight));
    }

    [Theory]
    [Rule("R090")]
    [Rule("E13")]
    [InlineData(CalendarName.T2, 2026, 5, 7, "2026-05-08")]
    [InlineData(CalendarName.FranceAndT2, 2026, 5, 7, "2026-05-11")]
    [InlineData(CalendarName.Monaco, 2026, 12, 7, "2026-12-09")]
    [InlineData(CalendarName.FranceAndT2, 2025, 12, 24, "2025-12-29")]
    [InlineData(CalendarName.AlsaceMoselle, 2026, 4, 2, "2026-04-07")]
    public void The_credit_date_is_the_next_open_day_of_the_contract_s_calendar(CalendarName calendar, int year, int month, int day, string credit)
    {
        var id = Id with { Day = new LocalDate(year, month, day) };
        var at = ParisTime.EndOf(id.Day);
        var state = Given(new RemittanceOpened(id, calendar, at), new LinesAdded([Payment(1, 1) with { OperationDay = id.Day }], at));

        var closed = Assert.IsType<RemittanceClosed>(Assert.Single(Remittance.Decide(state, new CloseRemittance(at)).Events));

        Assert.Equal(credit, NodaTime.Text.LocalDatePattern.Iso.Format(closed.CreditDate));
        Assert.Equal(BankCalendar.For(calendar).Version, closed.CalendarVersion);
    }

    [Fact]
    [Rule("I36")]
    [Rule("I37")]
    public void A_closed_remittance_takes_nothing_more()
    {
        Refuses(RemittanceRejection.AlreadyClosed, Given(IsOpened, HasLines, IsClosed), new AddLines([Payment(3, 1)], Midnight));
        Refuses(RemittanceRejection.AlreadyClosed, Given(IsOpened, HasLines, IsClosed, IsCredited), new AddLines(HasLines.Lines, Midnight));
        Assert.Throws<InvariantException>(() => Given(IsOpened, HasLines, IsClosed, HasLines));
        Assert.Throws<InvariantException>(() => Given(IsOpened, HasLines, IsClosed, IsClosed));
    }

    [Fact]
    [Rule("R090")]
    public void The_account_is_credited_from_the_credit_date_on_and_once()
    {
        var closed = Given(IsOpened, HasLines, IsClosed);

        Refuses(RemittanceRejection.NotClosed, Given(IsOpened, HasLines), new CreditRemittance(Midnight));
        Refuses(RemittanceRejection.CreditDateNotReached, closed, new CreditRemittance(ParisTime.StartOf(Monday) - Duration.Epsilon));
        Gives(closed, new CreditRemittance(ParisTime.StartOf(Monday)), IsCredited);
        Gives(closed, new CreditRemittance(ParisTime.StartOf(Monday.PlusDays(3))), IsCredited with { At = ParisTime.StartOf(Monday.PlusDays(3)) });
        Gives(Given(IsOpened, HasLines, IsClosed, IsCredited), new CreditRemittance(ParisTime.StartOf(Monday)));
    }

    /// <summary>An edition without the day after closed it; today's data says Monday, the remittance keeps what was decided.</summary>
    [Fact]
    [Rule("E14")]
    public void A_newer_calendar_does_not_move_a_credit_date_that_was_decided()
    {
        var decided = IsClosed with { CreditDate = Monday.PlusDays(1), CalendarVersion = "FranceAndT2/2020.7" };
        var state = Given(IsOpened, HasLines, decided);

        Refuses(RemittanceRejection.CreditDateNotReached, state, new CreditRemittance(ParisTime.StartOf(Monday)));
        Gives(state, new CreditRemittance(ParisTime.StartOf(Monday.PlusDays(1))), IsCredited with { CreditDate = Monday.PlusDays(1), At = ParisTime.StartOf(Monday.PlusDays(1)) });
    }

    /// <summary>However the lines come (in any pieces, in any order, again and again), each counts once and the totals are their sums.</summary>
    [Fact]
    [Rule("I36")]
    [Rule("I20")]
    public void The_totals_of_a_closed_remittance_are_the_sums_of_its_lines() =>
        Prop.ForAll(Gen.Choose(1, 30).Zip(Gen.Choose(0, 2), static (tx, refund) => refund == 0 ? Payment(tx, tx * 101) : Refund(tx, refund, tx * 7 + refund)).ArrayOf().ArrayOf().ToArbitrary(), static pieces =>
        {
            var history = new List<RemittanceEvent> { IsOpened };
            var state = Given(IsOpened);
            foreach (var command in pieces.Select(p => (RemittanceCommand)new AddLines([.. p], Midnight)).Append(new CloseRemittance(Midnight)))
            {
                var events = Remittance.Decide(state, command).Events;
                history.AddRange(events);
                state = events.Aggregate(state, Remittance.Evolve);
            }

            var lines = pieces.SelectMany(p => p).Distinct().ToList();
            if (lines.Count == 0) return history.Count == 1;

            var closed = (RemittanceClosed)history[^1];
            return closed.LineCount == lines.Count
                && history.OfType<LinesAdded>().SelectMany(static e => e.Lines).Count() == lines.Count
                && closed.Debits.MinorUnits == lines.Where(static l => l.Refund is null).Sum(static l => l.Amount.MinorUnits)
                && closed.Credits.MinorUnits == lines.Where(static l => l.Refund is not null).Sum(static l => l.Amount.MinorUnits)
                && history.Aggregate(Remittance.Initial, Remittance.Evolve) == state;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_history_that_no_decision_makes_stops_the_reader()
    {
        Assert.Throws<InvariantException>(() => Given(HasLines));
        Assert.Throws<InvariantException>(() => Given(IsOpened, HasLines, HasLines));
        Assert.Throws<InvariantException>(() => Given(IsOpened, HasLines, IsClosed with { LineCount = 2 }));
        Assert.Throws<InvariantException>(() => Given(IsOpened, HasLines, IsClosed with { Debits = Money.Eur(52_51) }));
        Assert.Throws<InvariantException>(() => Given(IsOpened, HasLines, IsClosed with { CreditDate = Friday }));
        Assert.Throws<InvariantException>(() => Given(IsOpened, HasLines, IsClosed, IsCredited with { Credits = Money.Eur(1) }));
    }

    [Fact]
    public void Decide_answers_every_state_and_command() =>
        Cases.AllAnswered<Remittance, RemittanceState, RemittanceCommand, RemittanceEvent, RemittanceRejection>(
            [Given(), Given(IsOpened), Given(IsOpened, HasLines), Given(IsOpened, HasLines, IsClosed), Given(IsOpened, HasLines, IsClosed, IsCredited)],
            [
                new OpenRemittance(Id, CalendarName.FranceAndT2, Midnight), new OpenRemittance(Id, CalendarName.France, Midnight), new OpenRemittance(Id, CalendarName.T2, Instant.MinValue),
                new AddLines(HasLines.Lines, Midnight), new AddLines([], Midnight), new AddLines([Payment(4, 4)], Midnight),
                new CloseRemittance(Midnight), new CreditRemittance(Midnight), new CreditRemittance(ParisTime.StartOf(Monday)),
            ]);
}
