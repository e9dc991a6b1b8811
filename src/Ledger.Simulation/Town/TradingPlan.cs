using System.Collections.Immutable;
using Ledger.Domain.Calendars;
using Ledger.Simulation.Scheduling;
using NodaTime;

namespace Ledger.Simulation.Town;

/// <summary>
/// When the town trades: a few rushes a day, one of them across midnight, others across the hour that a day of 23 or 25 hours loses or repeats;
/// and one long closing, so that months pass as well.
/// </summary>
/// <param name="Start">When the town opens its books.</param>
/// <param name="ClosingFrom">First instant of the long closing.</param>
/// <param name="ClosingUntil">First instant after it.</param>
internal sealed record TradingPlan(Instant Start, Instant ClosingFrom, Instant ClosingUntil)
{
    /// <summary>Days around which runs begin: clock changes, the year's end, Easter, a leap day, a month of many holidays, an ordinary week.</summary>
    private static readonly ImmutableArray<LocalDate> _starts =
    [
        new(2026, 3, 26), new(2026, 10, 22), new(2026, 12, 29), new(2027, 3, 24), new(2028, 2, 26), new(2026, 4, 29), new(2026, 11, 27), new(2026, 6, 9),
    ];

    private static readonly Duration _day = Duration.FromHours(24);

    /// <summary>From the day's first instant: before midnight it is the day before's last rush.</summary>
    private static readonly ImmutableArray<(Duration From, Duration Until)> _rushes =
    [
        (Duration.FromSeconds(-50), Duration.FromSeconds(70)),
        (Duration.FromMinutes(510), Duration.FromMinutes(511)),
        (Duration.FromMinutes(735), Duration.FromMinutes(736)),
        (Duration.FromMinutes(1120), Duration.FromMinutes(1121)),
    ];

    private static readonly ImmutableArray<(Duration From, Duration Until)> _rushesOfClockChanges =
    [
        .. _rushes,
        (Duration.FromMinutes(119), Duration.FromMinutes(121)),
        (Duration.FromMinutes(179), Duration.FromMinutes(181)),
    ];

    public static TradingPlan Draw(Chance chance)
    {
        var first = chance.Pick(_starts);
        var start = ParisTime.StartOf(first) + Duration.FromHours(8);
        var closing = ParisTime.StartOf(first.PlusDays(chance.Between(2, 6))) + Duration.FromHours(5);
        // Past the 15 months of refunds, past the three months of a terminal's block, or a holiday.
        var days = chance.Below(8) switch
        {
            0 => chance.Between(455, 500),
            1 or 2 => chance.Between(94, 110),
            _ => chance.Between(5, 60),
        };
        return new TradingPlan(start, closing, closing + (_day * days));
    }

    /// <summary>How long until the next rush; zero during one.</summary>
    public Duration WaitAt(Instant now)
    {
        if (ClosingFrom <= now && now < ClosingUntil) return ClosingUntil - now + WaitInDays(ClosingUntil);
        return WaitInDays(now);
    }

    private static Duration WaitInDays(Instant now)
    {
        var wait = _day * 2;
        var today = ParisTime.DayOf(now);
        for (var ahead = -1; ahead <= 1; ahead++)
        {
            var day = today.PlusDays(ahead);
            var (start, end) = (ParisTime.StartOf(day), ParisTime.EndOf(day));
            foreach (var (from, until) in end - start == _day ? _rushes : _rushesOfClockChanges)
            {
                if (start + from <= now && now < start + until) return Duration.Zero;
                if (now < start + from) wait = Duration.Min(wait, start + from - now);
            }
        }

        return wait;
    }
}
