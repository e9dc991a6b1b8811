using System.Collections.Frozen;
using System.Globalization;
using NodaTime;

namespace Ledger.Domain.Calendars;

/// <summary>Which days are open (« ouvrés ») by one named policy. Immutable; safe for any thread.</summary>
public sealed class BankCalendar
{
    /// <summary>First year of the data.</summary>
    public const int FirstYear = 2000;

    /// <summary>Last year of the data.</summary>
    public const int LastYear = 2099;

    /// <summary>No policy closes longer: Maundy Thursday to Tuesday, or Christmas around a weekend, with a margin.</summary>
    private const int ClosedDaysInARowMax = 10;

    private static readonly LocalDate FirstDay = new(FirstYear, 1, 1);
    private static readonly LocalDate LastDay = new(LastYear, 12, 31);

    private static readonly FrozenDictionary<CalendarName, BankCalendar> All =
        Enum.GetValues<CalendarName>().ToFrozenDictionary(static name => name, static name => new BankCalendar(name));

    private readonly FrozenSet<LocalDate> _holidays;

    private BankCalendar(CalendarName name)
    {
        Name = name;
        Version = $"{name}/{HolidayData.Edition}";
        _holidays = RulesOf(name).SelectMany(static rule => rule.ClosedDays()).ToFrozenSet();
    }

    public CalendarName Name { get; }

    /// <summary>Name and edition of the data, stored with every credit date: « FranceAndT2/2026.1 ».</summary>
    public string Version { get; }

    /// <summary>The newest edition of a policy.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="name"/> is no policy.</exception>
    public static BankCalendar For(CalendarName name) =>
        All.GetValueOrDefault(name) ?? throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such calendar: see CalendarName.");

    /// <summary>Whether <see cref="NextOpenDay"/> can be asked of <paramref name="day"/>: it is within the data, and a later day is too.</summary>
    public static bool Covers(LocalDate day) => FirstDay <= day && day < LastDay;

    /// <summary>Neither a weekend nor a closing day of the policy.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="day"/> is outside the years 2000 to 2099.</exception>
    public bool IsOpen(LocalDate day)
    {
        if (day < FirstDay || day > LastDay) throw OutOfRange(day);

        return day.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) && !_holidays.Contains(day);
    }

    /// <summary>The first open day after <paramref name="day"/>: J+1 ouvré (R090, I23).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="day"/> is not covered: see <see cref="Covers"/>.</exception>
    public LocalDate NextOpenDay(LocalDate day) => Next(day, withSaturdays: false);

    /// <summary>The last day of a term in « jours ouvrables »; the start does not count (domain.md 4.6).</summary>
    /// <param name="days">1 or more.</param>
    /// <param name="withSaturdays">Monday to Saturday, as labour law counts; else the days on which a payment service works.</param>
    /// <exception cref="ArgumentOutOfRangeException">A day on the way is not covered: see <see cref="Covers"/>.</exception>
    public LocalDate PlusWorkingDays(LocalDate start, int days, bool withSaturdays)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);

        var day = start;
        for (var counted = 0; counted < days; counted++) day = Next(day, withSaturdays);
        return day;
    }

    private LocalDate Next(LocalDate day, bool withSaturdays)
    {
        if (!Covers(day)) throw OutOfRange(day);

        for (var days = 1; days <= ClosedDaysInARowMax; days++)
        {
            var next = day.PlusDays(days);
            if (IsOpen(next) || (withSaturdays && next.DayOfWeek == IsoDayOfWeek.Saturday && !_holidays.Contains(next))) return next;
        }

        throw new InvariantException($"{Version} is closed {ClosedDaysInARowMax} days in a row after {day.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture)}");
    }

    private static IEnumerable<HolidayRule> RulesOf(CalendarName name) => name switch
    {
        CalendarName.FranceAndT2 => [.. HolidayData.France, .. HolidayData.T2],
        CalendarName.T2 => HolidayData.T2,
        CalendarName.France => HolidayData.France,
        CalendarName.AlsaceMoselle => [.. HolidayData.France, .. HolidayData.T2, .. HolidayData.AlsaceMoselle],
        CalendarName.Monaco => [.. HolidayData.France, .. HolidayData.T2, .. HolidayData.Monaco],
    };

    private static ArgumentOutOfRangeException OutOfRange(LocalDate day) =>
        new(nameof(day), day.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture), $"The calendars know the years {FirstYear} to {LastYear}; a later edition must be added for other days.");
}
