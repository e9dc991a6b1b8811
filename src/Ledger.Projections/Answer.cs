namespace Ledger.Projections;

/// <summary>What a read model answers: always with the position of the log that the answer reflects (R087), or why there is none.</summary>
/// <typeparam name="T">What was asked for.</typeparam>
public abstract record Answer<T>
{
    private Answer() { }

    /// <param name="Position">All events up to this position of the log are in <paramref name="Value"/>, and none after it.</param>
    public sealed record Reflected(T Value, long Position) : Answer<T>;

    /// <summary>The question cannot be answered as asked; the caller must change it.</summary>
    public sealed record Refused(QueryRejection Reason) : Answer<T>;

    /// <summary>The view has not reached the position that was asked for within the wait; ask again later.</summary>
    /// <param name="Asked">The least position that was asked for.</param>
    /// <param name="Reached">Where the view stands.</param>
    /// <param name="StoppedBecause">Why the view will not move by itself; null when it is only late.</param>
    public sealed record Behind(string View, long Asked, long Reached, string? StoppedBecause) : Answer<T>;
}

/// <summary>Why a question was refused, in order of precedence. Numbers are wire values: append, never reuse.</summary>
public enum QueryRejection
{
    /// <summary>Ask for 1 to <see cref="QueryLimits.PageMax"/> entries.</summary>
    LimitOutOfRange = 1,

    /// <summary>The least position is below zero.</summary>
    PositionOutOfRange = 2,

    /// <summary>The first day is after the last one.</summary>
    DaysInverted = 3,

    /// <summary>At most <see cref="QueryLimits.DaysMax"/> days at a time.</summary>
    TooManyDays = 4,

    /// <summary>The least amount is above the greatest.</summary>
    AmountsInverted = 5,

    /// <summary>No cursor of ours, of a version that is no longer read, or of another question: begin again without one.</summary>
    CursorInvalid = 6,

    /// <summary>Only EUR is kept (R031).</summary>
    CurrencyNotKept = 7,
}

/// <summary>Bounds of every question.</summary>
public static class QueryLimits
{
    /// <summary>Most entries of one page.</summary>
    public const int PageMax = 200;

    /// <summary>Entries of a page when nothing is said.</summary>
    public const int PageDefault = 50;

    /// <summary>Most days that one revenue question may span: three years.</summary>
    public const int DaysMax = 1_098;

    /// <summary>Months of history that are shown (R088).</summary>
    public const int HistoryMonths = 15;
}

/// <summary>One page of a list.</summary>
/// <param name="Next">Opaque; hand it back with the same question for the entries after these. Null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Entries, string? Next);
