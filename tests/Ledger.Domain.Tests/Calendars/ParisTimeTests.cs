using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Testing;
using NodaTime;
using NodaTime.Text;

namespace Ledger.Domain.Tests.Calendars;

public class ParisTimeTests
{
    private static readonly Gen<Instant> AnyInstant =
        Gen.Choose(0, 100 * 366 * 24).Zip(Gen.Choose(-1, 1), static (hours, tick) => Instant.FromUtc(2000, 1, 1, 0, 0) + Duration.FromHours(hours) + Duration.FromTicks(tick));

    /// <summary>The table of domain.md 2.4.</summary>
    [Theory]
    [Rule("E04")]
    [Rule("E05")]
    [InlineData("2025-03-30", 23, "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z")]
    [InlineData("2025-10-26", 25, "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z")]
    [InlineData("2026-03-29", 23, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("2026-10-25", 25, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    [InlineData("2027-03-28", 23, "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z")]
    [InlineData("2027-10-31", 25, "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z")]
    [InlineData("2028-03-26", 23, "2028-03-25T23:00:00Z", "2028-03-26T22:00:00Z")]
    [InlineData("2028-10-29", 25, "2028-10-28T22:00:00Z", "2028-10-29T23:00:00Z")]
    [InlineData("2029-03-25", 23, "2029-03-24T23:00:00Z", "2029-03-25T22:00:00Z")]
    [InlineData("2029-10-28", 25, "2029-10-27T22:00:00Z", "2029-10-28T23:00:00Z")]
    [InlineData("2030-03-31", 23, "2030-03-30T23:00:00Z", "2030-03-31T22:00:00Z")]
    [InlineData("2030-10-27", 25, "2030-10-26T22:00:00Z", "2030-10-27T23:00:00Z")]
    [InlineData("2026-11-22", 24, "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z")]
    public void A_day_has_23_24_or_25_hours_between_these_instants(string text, int hours, string starts, string ends)
    {
        var day = LocalDatePattern.Iso.Parse(text).Value;
        var (start, end) = (InstantPattern.General.Parse(starts).Value, InstantPattern.General.Parse(ends).Value);

        Assert.Equal(start, ParisTime.StartOf(day));
        Assert.Equal(end, ParisTime.EndOf(day));
        Assert.Equal(Duration.FromHours(hours), end - start);
        Assert.Equal(day, ParisTime.DayOf(start));
        Assert.Equal(day, ParisTime.DayOf(end - Duration.Epsilon));
        Assert.Equal(day.PlusDays(1), ParisTime.DayOf(end));
        Assert.Equal(day.PlusDays(-1), ParisTime.DayOf(start - Duration.Epsilon));
    }

    [Fact]
    [Rule("I22")]
    public void Every_instant_lies_in_exactly_its_own_day() =>
        Prop.ForAll(AnyInstant.ToArbitrary(), static instant =>
        {
            var day = ParisTime.DayOf(instant);
            return ParisTime.StartOf(day) <= instant && instant < ParisTime.EndOf(day) && ParisTime.EndOf(day) == ParisTime.StartOf(day.PlusDays(1));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [Rule("I22")]
    [InlineData("fa-IR")]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    public void The_machine_s_culture_and_its_calendar_change_no_day(string culture)
    {
        var day = default(LocalDate);
        var thread = new Thread(() => day = ParisTime.DayOf(Instant.FromUtc(2026, 10, 25, 23, 0))) { CurrentCulture = CultureInfo.GetCultureInfo(culture) };
        thread.Start();
        thread.Join();

        Assert.Equal(new LocalDate(2026, 10, 26), day);
    }
}
