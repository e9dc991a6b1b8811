using System.Collections.Immutable;
using NodaTime;
using static Ledger.Domain.Calendars.HolidayRule;

namespace Ledger.Domain.Calendars;

/// <summary>
/// The closing days, as data. Weekends are closed everywhere and stand nowhere here. Whoever changes a line changes <see cref="Edition"/>:
/// every closed remittance keeps its credit date and the edition that gave it (E14).
/// </summary>
internal static class HolidayData
{
    public const string Edition = "2026.1";

    /// <summary>Long-term calendar of TARGET closing days, decision of the ECB of 14 December 2000; 31 December 2001 closed for the cash changeover.</summary>
    public static ImmutableArray<HolidayRule> T2 { get; } =
    [
        new Fixed(1, 1),
        new FromEaster(-2),
        new FromEaster(1),
        new Fixed(5, 1),
        new Fixed(12, 25),
        new Fixed(12, 26),
        new Once(new LocalDate(2001, 12, 31)),
    ];

    /// <summary>Code du travail, art. L3133-1.</summary>
    public static ImmutableArray<HolidayRule> France { get; } =
    [
        new Fixed(1, 1),
        new FromEaster(1),
        new Fixed(5, 1),
        new Fixed(5, 8),
        new FromEaster(39),
        new FromEaster(50),
        new Fixed(7, 14),
        new Fixed(8, 15),
        new Fixed(11, 1),
        new Fixed(11, 11),
        new Fixed(12, 25),
    ];

    /// <summary>Code du travail, art. L3134-13: in addition to <see cref="France"/>.</summary>
    public static ImmutableArray<HolidayRule> AlsaceMoselle { get; } = [new FromEaster(-2), new Fixed(12, 26)];

    /// <summary>Law 798 of 18 February 1966; 8 December moves to Monday since 2019; 7 January 2015 was decreed for the birth of the heirs.</summary>
    public static ImmutableArray<HolidayRule> Monaco { get; } =
    [
        new Fixed(1, 1) { MondayFrom = BankCalendar.FirstYear },
        new Fixed(1, 27),
        new FromEaster(1),
        new Fixed(5, 1) { MondayFrom = BankCalendar.FirstYear },
        new FromEaster(39),
        new FromEaster(50),
        new FromEaster(60),
        new Fixed(8, 15) { MondayFrom = BankCalendar.FirstYear },
        new Fixed(11, 1) { MondayFrom = BankCalendar.FirstYear },
        new Fixed(11, 19) { MondayFrom = BankCalendar.FirstYear },
        new Fixed(12, 8) { MondayFrom = 2019 },
        new Fixed(12, 25) { MondayFrom = BankCalendar.FirstYear },
        new Once(new LocalDate(2015, 1, 7)),
    ];
}
