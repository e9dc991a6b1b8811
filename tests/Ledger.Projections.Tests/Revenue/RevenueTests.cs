using Ledger.Domain;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using Ledger.Projections.Revenue;
using Ledger.Testing;
using NodaTime;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Revenue;

public class RevenueTests
{
    [Fact]
    [Rule("R085"), Rule("E78")]
    public async Task Gross_cancelled_refunded_and_net_stand_side_by_side()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        var tomorrow = Day.PlusDays(1);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1, cents: 100_00), RefundRequested(7, tomorrow, 30_00), RefundApproved(7, tomorrow, 30_00)]);
        writer.Append(StreamOf(Payment(2)), [.. Paid(2, cents: 20_00), new TransactionEvent.CancellationRequested(new ExchangeId(Id(1)), true, Channel.MobileApp, At(Day, 14)), new TransactionEvent.Cancelled(new ExchangeId(Id(1)), Bakery, Money.Eur(20_00), Day, At(Day, 14))]);
        writer.Append(StreamOf(Payment(3)), [.. Paid(3, cents: 5_00), RefundRequested(8, tomorrow, 5_00), RefundApproved(8, tomorrow, 5_00), new TransactionEvent.RefundCancellationRequested(new RefundId(Id(8)), new ExchangeId(Id(90_008)), true, Channel.MobileApp, At(tomorrow, 11)), RefundCancelled(8, tomorrow, 5_00)]);
        var rows = await (await world.OpenAsync()).Revenue.QueryAsync(new RevenueQuery(Bakery, RevenuePeriod.Day, Day, tomorrow), World.Bounded()).Value();

        Assert.Equal(new RevenueRow(Day, Day, Day, Money.Eur(125_00), Money.Eur(20_00), Money.Eur(0), 3, 1, 0, Charge + Charge), rows[0]);
        Assert.Equal(new RevenueRow(tomorrow, tomorrow, tomorrow, Money.Eur(0), Money.Eur(0), Money.Eur(30_00), 0, 0, 1, ServiceCharge.Zero), rows[1]);
        Assert.Equal((105_00, -30_00), (rows[0].Net.MinorUnits, rows[1].Net.MinorUnits));
    }

    [Theory]
    [InlineData(RevenuePeriod.Week, "2026-12-28", "2027-01-10", "2026-12-28 2027-01-04")]
    [InlineData(RevenuePeriod.Week, "2027-01-02", "2027-01-04", "2026-12-28 2027-01-04")]
    [InlineData(RevenuePeriod.Month, "2028-02-01", "2028-03-31", "2028-02-01 2028-03-01")]
    [InlineData(RevenuePeriod.Month, "2027-12-31", "2028-01-01", "2027-12-01 2028-01-01")]
    [InlineData(RevenuePeriod.Day, "2028-02-28", "2028-03-01", "2028-02-28 2028-02-29 2028-03-01")]
    [Rule("R085")]
    public async Task Weeks_begin_on_mondays_and_months_on_the_first(RevenuePeriod period, string from, string to, string starts)
    {
        await using var world = new World();
        var (first, last) = (Parse(from), Parse(to));
        var writer = new LogWriter(world.Log);
        for (var day = first.PlusDays(-1); day <= last.PlusDays(1); day = day.PlusDays(1)) writer.Append(StreamOf(Payment(NumberOf(day))), [.. Paid(NumberOf(day), day, 1_00)]);
        var rows = await (await world.OpenAsync()).Revenue.QueryAsync(new RevenueQuery(Bakery, period, first, last), World.Bounded()).Value();

        Assert.Equal(starts.Split(' ').Select(Parse), rows.Select(r => r.Start));
        Assert.Equal((first, last), (rows[0].From, rows[^1].To));
        Assert.All(rows, r => Assert.Equal(NodaTime.Period.DaysBetween(r.From, r.To) + 1, r.Payments));
        Assert.Equal((NodaTime.Period.DaysBetween(first, last) + 1) * 1_00, rows.Sum(r => r.Gross.MinorUnits));
    }

    [Theory]
    [InlineData("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z")]
    [InlineData("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z")]
    [Rule("R085"), Rule("E04"), Rule("E05")]
    public async Task A_day_of_23_or_25_hours_is_one_row(string day, string first, string last)
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        var date = Parse(day);
        foreach (var (number, text) in new[] { (1, first), (2, last) })
        {
            var at = NodaTime.Text.InstantPattern.ExtendedIso.Parse(text).Value;
            Assert.Equal(date, Domain.Calendars.ParisTime.DayOf(at));
            writer.Append(StreamOf(Payment(number)), [.. Paid(number, Domain.Calendars.ParisTime.DayOf(at))]);
        }

        var rows = await (await world.OpenAsync()).Revenue.QueryAsync(new RevenueQuery(Bakery, RevenuePeriod.Day, date.PlusDays(-1), date.PlusDays(1)), World.Bounded()).Value();
        Assert.Equal([0, 2, 0], rows.Select(r => r.Payments));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_its_reason()
    {
        await using var world = new World();
        var revenue = (await world.OpenAsync()).Revenue;
        var query = new RevenueQuery(Bakery, RevenuePeriod.Day, Day, Day);

        Assert.Equal(QueryRejection.DaysInverted, await revenue.QueryAsync(query with { To = Day.PlusDays(-1) }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.TooManyDays, await revenue.QueryAsync(query with { To = Day.PlusDays(QueryLimits.DaysMax) }, World.Bounded()).Reason());
        Assert.Equal(QueryLimits.DaysMax, (await revenue.QueryAsync(query with { To = Day.PlusDays(QueryLimits.DaysMax - 1) }, World.Bounded()).Value()).Count);
        Assert.Equal(QueryRejection.PositionOutOfRange, await revenue.QueryAsync(query with { AtLeastPosition = -1 }, World.Bounded()).Reason());
    }

    private static LocalDate Parse(string text) => NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;

    private static int NumberOf(LocalDate day) => NodaTime.Period.DaysBetween(new LocalDate(2020, 1, 1), day);
}
