namespace Ledger.Domain.Calendars;

/// <summary>Which days are « ouvrés » for a credit (R090, D-01). Stored by name, so never renamed.</summary>
public enum CalendarName
{
    /// <summary>Default: closed when France or T2 is; the only choice that is never too early.</summary>
    FranceAndT2 = 1,

    /// <summary>T2 alone (the Eurosystem's real-time gross settlement).</summary>
    T2 = 2,

    /// <summary>French legal holidays alone.</summary>
    France = 3,

    /// <summary>The default and the two days more of Alsace-Moselle.</summary>
    AlsaceMoselle = 4,

    /// <summary>The default and Monaco's holidays.</summary>
    Monaco = 5,
}
