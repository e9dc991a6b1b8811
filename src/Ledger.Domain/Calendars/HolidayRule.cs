using System.Diagnostics;
using NodaTime;

namespace Ledger.Domain.Calendars;

/// <summary>One line of a calendar's data: a day that comes back every year while the rule is valid (E14).</summary>
internal abstract record HolidayRule
{
    private HolidayRule() { }

    /// <summary>First year of its validity.</summary>
    public int FirstYear { get; init; } = BankCalendar.FirstYear;

    /// <summary>Last year of its validity, inclusive.</summary>
    public int LastYear { get; init; } = BankCalendar.LastYear;

    /// <summary>A date of every year.</summary>
    internal sealed record Fixed(int Month, int Day) : HolidayRule
    {
        /// <summary>From this year on, when it is a Sunday the Monday is closed too (Monaco); null for never.</summary>
        public int? MondayFrom { get; init; }
    }

    /// <summary>Counted from Easter Sunday: -2 is Good Friday, 39 Ascension.</summary>
    internal sealed record FromEaster(int Days) : HolidayRule;

    /// <summary>Decreed for one date only.</summary>
    internal sealed record Once(LocalDate Date) : HolidayRule;

    public IEnumerable<LocalDate> ClosedDays()
    {
        for (var year = FirstYear; year <= LastYear; year++)
        {
            foreach (var day in In(year)) yield return day;
        }
    }

    private IEnumerable<LocalDate> In(int year) => this switch
    {
        Fixed rule => On(new LocalDate(year, rule.Month, rule.Day), rule.MondayFrom <= year),
        FromEaster rule => [Easter.Of(year).PlusDays(rule.Days)],
        Once rule => rule.Date.Year == year ? [rule.Date] : [],
        _ => throw new UnreachableException(GetType().Name),
    };

    private static IEnumerable<LocalDate> On(LocalDate day, bool mondayToo) =>
        mondayToo && day.DayOfWeek == IsoDayOfWeek.Sunday ? [day, day.PlusDays(1)] : [day];
}
