using System.Collections.Immutable;
using Ledger.Domain.Calendars;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Remittances;

/// <summary>What deciding needs to remember of one remittance. Never stored.</summary>
public abstract record RemittanceState
{
    /// <summary>So that an event stays well below what a log takes in one piece.</summary>
    public const int LinesPerEventMax = 500;

    private RemittanceState() { }

    public sealed record NotOpened : RemittanceState;

    /// <param name="Lines">Keyed by transaction and refund, so that nothing is taken in twice.</param>
    public sealed record Open(
        RemittanceId Remittance,
        CalendarName Calendar,
        ImmutableHashSet<(TransactionId Transaction, RefundId? Refund)> Lines,
        Money Debits,
        Money Credits) : RemittanceState;

    public sealed record Closed(RemittanceId Remittance, int LineCount, Money Debits, Money Credits, LocalDate CreditDate) : RemittanceState;

    public sealed record Credited(RemittanceId Remittance, int LineCount, Money Debits, Money Credits, LocalDate CreditDate) : RemittanceState;
}

/// <summary>Why a command on a remittance was refused, in order of precedence. Numbers are wire values: append, never reuse.</summary>
public enum RemittanceRejection
{
    NotOpened = 1,

    /// <summary>Another id or calendar than it was opened with.</summary>
    AlreadyOpened = 2,

    /// <summary>The day closes at local midnight (D-05).</summary>
    DayNotOver = 3,

    /// <summary>Closed for ever; a late fact goes into the current day's (I36, I37).</summary>
    AlreadyClosed = 4,

    /// <summary>Between 1 and 500 lines at a time.</summary>
    LineCountOutOfRange = 5,

    /// <summary>A line is dated after the remittance's day, its amount is no operation's, or its side is not that of a payment or refund.</summary>
    LineInvalid = 6,

    /// <summary>Nothing to remit: an empty one is not closed.</summary>
    NoLines = 7,
    NotClosed = 8,

    /// <summary>The credit date has not come (R090).</summary>
    CreditDateNotReached = 9,

    /// <summary>The calendars know the years 2000 to 2099 only.</summary>
    DayOutOfRange = 10,
}
