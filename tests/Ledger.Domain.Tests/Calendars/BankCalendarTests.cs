using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Domain.Tests.Calendars;

public class BankCalendarTests
{
    private static readonly LocalDate First = new(2000, 1, 1);
    private static readonly LocalDate LastAsked = new(2099, 12, 30);

    private static readonly Gen<LocalDate> AnyDay = Gen.Choose(0, Period.DaysBetween(First, LastAsked)).Select(First.PlusDays);

    private static Gen<CalendarName> AnyCalendar => Gen.Elements(Enum.GetValues<CalendarName>());

    /// <summary>The table of domain.md 2.5.</summary>
    public static TheoryData<string, string, string, string, string> CreditDates => new()
    {
        { "2025-12-24", "2025-12-29", "2025-12-26", "2025-12-29", "2025-12-29" },
        { "2025-12-31", "2026-01-02", "2026-01-02", "2026-01-02", "2026-01-02" },
        { "2026-03-28", "2026-03-30", "2026-03-30", "2026-03-30", "2026-03-30" },
        { "2026-04-03", "2026-04-07", "2026-04-07", "2026-04-07", "2026-04-07" },
        { "2026-05-07", "2026-05-08", "2026-05-11", "2026-05-11", "2026-05-11" },
        { "2026-05-22", "2026-05-25", "2026-05-26", "2026-05-26", "2026-05-26" },
        { "2026-07-13", "2026-07-14", "2026-07-15", "2026-07-15", "2026-07-15" },
        { "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-12", "2026-11-12" },
        { "2026-12-07", "2026-12-08", "2026-12-08", "2026-12-08", "2026-12-09" },
        { "2027-03-25", "2027-03-30", "2027-03-26", "2027-03-30", "2027-03-30" },
    };

    [Theory]
    [Rule("R090")]
    [Rule("E13")]
    [MemberData(nameof(CreditDates))]
    public void A_day_is_credited_on_the_next_open_day_of_its_policy(string day, string t2, string france, string franceAndT2, string monaco)
    {
        Assert.Equal(Day(t2), BankCalendar.For(CalendarName.T2).NextOpenDay(Day(day)));
        Assert.Equal(Day(france), BankCalendar.For(CalendarName.France).NextOpenDay(Day(day)));
        Assert.Equal(Day(franceAndT2), BankCalendar.For(CalendarName.FranceAndT2).NextOpenDay(Day(day)));
        Assert.Equal(Day(monaco), BankCalendar.For(CalendarName.Monaco).NextOpenDay(Day(day)));
    }

    [Theory]
    [Rule("E12")]
    [InlineData("2026-11-20")]
    [InlineData("2026-11-21")]
    [InlineData("2026-11-22")]
    public void Friday_Saturday_and_Sunday_are_credited_on_one_Monday(string day) =>
        Assert.Equal(Day("2026-11-23"), BankCalendar.For(CalendarName.FranceAndT2).NextOpenDay(Day(day)));

    [Theory]
    [Rule("E13")]
    [InlineData(CalendarName.T2, "2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-12-25")]
    [InlineData(CalendarName.France, "2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-11-11 2026-12-25")]
    [InlineData(CalendarName.FranceAndT2, "2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-11-11 2026-12-25")]
    [InlineData(CalendarName.AlsaceMoselle, "2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-11-11 2026-12-25")]
    [InlineData(CalendarName.Monaco, "2026-01-01 2026-01-27 2026-04-03 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-06-04 2026-07-14 2026-11-02 2026-11-11 2026-11-19 2026-12-08 2026-12-25")]
    public void The_closed_weekdays_of_2026_are_these(CalendarName name, string expected)
    {
        var year = Enumerable.Range(0, 365).Select(new LocalDate(2026, 1, 1).PlusDays);

        var closed = year.Where(d => d.DayOfWeek <= IsoDayOfWeek.Friday && !BankCalendar.For(name).IsOpen(d));

        Assert.Equal(expected.Split(' ').Select(Day), closed);
    }

    [Theory]
    [InlineData("2012-01-02")]
    [InlineData("2016-05-02")]
    [InlineData("2021-08-16")]
    [InlineData("2020-11-02")]
    [InlineData("2023-11-20")]
    [InlineData("2019-12-09")]
    [InlineData("2022-12-26")]
    public void A_Monegasque_holiday_on_a_Sunday_closes_the_Monday(string monday) =>
        Assert.False(BankCalendar.For(CalendarName.Monaco).IsOpen(Day(monday)));

    [Theory]
    [Rule("E14")]
    [InlineData("2013-12-09", true)]
    [InlineData("2019-12-09", false)]
    [InlineData("2015-01-07", false)]
    [InlineData("2014-01-07", true)]
    [InlineData("2016-01-07", true)]
    public void A_rule_holds_in_the_years_of_its_validity_only(string day, bool open) =>
        Assert.Equal(open, BankCalendar.For(CalendarName.Monaco).IsOpen(Day(day)));

    [Fact]
    public void The_27_of_January_does_not_move_to_Monday() => Assert.True(BankCalendar.For(CalendarName.Monaco).IsOpen(Day("2019-01-28")));

    [Fact]
    [Rule("E14")]
    public void Every_calendar_names_its_policy_and_edition()
    {
        Assert.Equal("FranceAndT2/2026.1", BankCalendar.For(CalendarName.FranceAndT2).Version);
        Assert.Equal(5, Enum.GetValues<CalendarName>().Select(n => BankCalendar.For(n).Version).Distinct().Count());
        Assert.All(Enum.GetValues<CalendarName>(), n => Assert.Equal(n, BankCalendar.For(n).Name));
    }

    [Fact]
    [Rule("I23")]
    public void A_credit_date_is_the_first_open_day_after_the_day() =>
        Prop.ForAll(AnyDay.ToArbitrary(), AnyCalendar.ToArbitrary(), static (day, name) =>
        {
            var calendar = BankCalendar.For(name);
            var credit = calendar.NextOpenDay(day);
            return credit > day && calendar.IsOpen(credit)
                && Enumerable.Range(1, Period.DaysBetween(day, credit) - 1).All(n => !calendar.IsOpen(day.PlusDays(n)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("I23")]
    public void A_later_day_is_never_credited_earlier() =>
        Prop.ForAll(AnyDay.ToArbitrary(), AnyDay.ToArbitrary(), AnyCalendar.ToArbitrary(), static (one, other, name) =>
        {
            var calendar = BankCalendar.For(name);
            return calendar.NextOpenDay(LocalDate.Min(one, other)) <= calendar.NextOpenDay(LocalDate.Max(one, other));
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("I23")]
    public void The_default_is_never_earlier_than_France_or_T2() =>
        Prop.ForAll(AnyDay.ToArbitrary(), static day =>
        {
            var credit = BankCalendar.For(CalendarName.FranceAndT2).NextOpenDay(day);
            return credit >= BankCalendar.For(CalendarName.France).NextOpenDay(day) && credit >= BankCalendar.For(CalendarName.T2).NextOpenDay(day);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_day_of_the_century_has_a_next_open_day()
    {
        foreach (var name in Enum.GetValues<CalendarName>())
        {
            for (var day = First; day <= LastAsked; day = day.PlusDays(1)) Assert.True(BankCalendar.For(name).NextOpenDay(day) > day);
        }
    }

    [Theory]
    [InlineData("1999-12-31")]
    [InlineData("2100-01-01")]
    public void A_day_outside_the_data_is_refused_with_what_to_do(string day)
    {
        var calendar = BankCalendar.For(CalendarName.FranceAndT2);

        Assert.False(BankCalendar.Covers(Day(day)));
        Assert.Contains("2000 to 2099", Assert.Throws<ArgumentOutOfRangeException>(() => calendar.IsOpen(Day(day))).Message, StringComparison.Ordinal);
        Assert.Contains(day, Assert.Throws<ArgumentOutOfRangeException>(() => calendar.NextOpenDay(Day(day))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_day_of_the_data_is_open_but_has_no_next()
    {
        var calendar = BankCalendar.For(CalendarName.FranceAndT2);

        Assert.True(calendar.IsOpen(Day("2099-12-31")));
        Assert.Equal(Day("2099-12-31"), calendar.NextOpenDay(LastAsked));
        Assert.True(BankCalendar.Covers(LastAsked));
        Assert.False(BankCalendar.Covers(Day("2099-12-31")));
        Assert.Throws<ArgumentOutOfRangeException>(() => calendar.NextOpenDay(Day("2099-12-31")));
    }

    [Fact]
    public void An_unknown_policy_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => BankCalendar.For((CalendarName)99));

    private static LocalDate Day(string text) => NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;
}
