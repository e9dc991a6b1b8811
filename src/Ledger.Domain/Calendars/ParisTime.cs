using NodaTime;

namespace Ledger.Domain.Calendars;

/// <summary>
/// Business days: civil days in Europe/Paris, decided on the server's clock (domain.md 2.4, D-05). 23, 24 or 25 hours long.
/// Monaco keeps the same time. The zone's rules come with NodaTime, not from the machine.
/// </summary>
public static class ParisTime
{
    public static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Europe/Paris"];

    /// <summary>The business day that holds <paramref name="instant"/>.</summary>
    public static LocalDate DayOf(Instant instant) => instant.InZone(Zone).Date;

    /// <summary>First instant of <paramref name="day"/>.</summary>
    public static Instant StartOf(LocalDate day) => Zone.AtStartOfDay(day).ToInstant();

    /// <summary>First instant after <paramref name="day"/>: the moment it closes.</summary>
    public static Instant EndOf(LocalDate day) => StartOf(day.PlusDays(1));
}
