using Ledger.Domain.Calendars;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Domain.Tests.Calendars;

public class EasterTests
{
    /// <summary>Paschal full moons by golden number 1 to 19, valid 1900 to 2199 (tables of the Book of Common Prayer): month and day.</summary>
    private static readonly (int Month, int Day)[] FullMoons =
    [
        (4, 14), (4, 3), (3, 23), (4, 11), (3, 31), (4, 18), (4, 8), (3, 28), (4, 16), (4, 5),
        (3, 25), (4, 13), (4, 2), (3, 22), (4, 10), (3, 30), (4, 17), (4, 7), (3, 27),
    ];

    [Theory]
    [Rule("E13")]
    [InlineData(2000, 4, 23)]
    [InlineData(2008, 3, 23)]
    [InlineData(2025, 4, 20)]
    [InlineData(2026, 4, 5)]
    [InlineData(2027, 3, 28)]
    [InlineData(2028, 4, 16)]
    [InlineData(2038, 4, 25)]
    public void Easter_falls_on_the_known_dates(int year, int month, int day) => Assert.Equal(new LocalDate(year, month, day), Easter.Of(year));

    [Fact]
    public void Easter_is_the_Sunday_after_the_paschal_full_moon_of_the_tables()
    {
        for (var year = 1900; year <= 2199; year++)
        {
            var (month, day) = FullMoons[year % 19];
            Assert.Equal(new LocalDate(year, month, day).Next(IsoDayOfWeek.Sunday), Easter.Of(year));
        }
    }

    [Theory]
    [InlineData(1582)]
    [InlineData(10_000)]
    public void A_year_outside_the_calendar_is_refused(int year) => Assert.Throws<ArgumentOutOfRangeException>(() => Easter.Of(year));
}
