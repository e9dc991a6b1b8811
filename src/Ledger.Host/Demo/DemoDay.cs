using System.Globalization;
using Ledger.Domain.Calendars;
using Ledger.Hosting.CommandLine;
using NodaTime;

namespace Ledger.Host.Demo;

/// <summary>Which day the demo plays.</summary>
/// <param name="Trading">The day of the sales.</param>
/// <param name="Credit">Next open day of the default calendar.</param>
internal sealed record DemoDay(LocalDate Trading, LocalDate Credit)
{
    /// <summary>No stretch of closed days is longer.</summary>
    private const int DaysBackMax = 14;

    private static readonly BankCalendar Calendar = BankCalendar.For(CalendarName.FranceAndT2);

    /// <exception cref="UsageException">The day asked for is not over with its credit date.</exception>
    public static DemoDay Choose(LocalDate? asked, Instant now)
    {
        var today = ParisTime.DayOf(now);
        if (asked is { } day)
        {
            var chosen = Of(day);
            return chosen.Credit < today ? chosen : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{day:uuuu-MM-dd} is credited on {chosen.Credit:uuuu-MM-dd}, which is not past. Give an earlier day."));
        }

        return Enumerable.Range(1, DaysBackMax).Select(back => today.PlusDays(-back)).Where(Calendar.IsOpen).Select(Of).First(d => d.Credit < today);
    }

    private static DemoDay Of(LocalDate day) => new(day, Calendar.NextOpenDay(day));
}
