using NodaTime;

namespace Ledger.Domain.Calendars;

/// <summary>Easter Sunday of the Gregorian calendar.</summary>
public static class Easter
{
    /// <summary>The anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="year"/> is not 1583 to 9999.</exception>
    public static LocalDate Of(int year)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(year, 1583);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(year, 9999);

        var golden = year % 19;
        var (century, inCentury) = (year / 100, year % 100);
        var moonCorrection = (century - (century + 8) / 25 + 1) / 3;
        var epact = (19 * golden + century - century / 4 - moonCorrection + 15) % 30;
        var weekday = (32 + 2 * (century % 4) + 2 * (inCentury / 4) - epact - inCentury % 4) % 7;
        var late = (golden + 11 * epact + 22 * weekday) / 451;
        var marchDays = epact + weekday - 7 * late + 114;
        return new LocalDate(year, marchDays / 31, marchDays % 31 + 1);
    }
}
