using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using NodaTime;

namespace Ledger.Projections.Remittances;

/// <summary>Remises, newest day first (R086, R090).</summary>
public interface IRemittances
{
    /// <summary>Refusals: LimitOutOfRange, PositionOutOfRange, DaysInverted, CursorInvalid.</summary>
    ValueTask<Answer<Page<RemittanceSummary>>> ListAsync(RemittanceQuery query, CancellationToken cancellation);

    /// <summary>
    /// One remittance with a page of its lines, in the order they were added; null when there is none.
    /// Refusals: LimitOutOfRange, PositionOutOfRange, CursorInvalid.
    /// </summary>
    ValueTask<Answer<RemittanceDetail?>> FindAsync(RemittanceLookup lookup, CancellationToken cancellation);
}

/// <param name="MerchantId">Null for all merchants (bank staff).</param>
/// <param name="From">First business day; null for no bound.</param>
/// <param name="To">Last business day; null for no bound.</param>
public sealed record RemittanceQuery(
    MerchantId? MerchantId,
    LocalDate? From = null,
    LocalDate? To = null,
    string? Cursor = null,
    int Limit = QueryLimits.PageDefault,
    long? AtLeastPosition = null);

/// <param name="Cursor">Where to go on in the lines.</param>
public sealed record RemittanceLookup(RemittanceId Remittance, string? Cursor = null, int Limit = QueryLimits.PageMax, long? AtLeastPosition = null);

/// <param name="Debits">Payments taken in so far; final when closed.</param>
/// <param name="Credits">Refunds taken in so far; final when closed.</param>
/// <param name="CreditDate">« J+1 ouvré »; null while it is open.</param>
/// <param name="CalendarVersion">Which edition of the calendar gave the date (E14); null while it is open.</param>
public sealed record RemittanceSummary(
    RemittanceId Remittance,
    RemittanceCondition Condition,
    CalendarName Calendar,
    int LineCount,
    Money Debits,
    Money Credits,
    LocalDate? CreditDate,
    string? CalendarVersion,
    Instant OpenedAt,
    Instant? ClosedAt,
    Instant? CreditedAt,
    long ChangedAtPosition)
{
    /// <summary>What is put on the account, or taken from it when below zero.</summary>
    public SignedMoney Net => SignedMoney.Between(Debits, Credits);
}

/// <param name="Lines">One page of them.</param>
/// <param name="Next">Cursor of the lines after these; null at the end.</param>
public sealed record RemittanceDetail(RemittanceSummary Summary, IReadOnlyList<RemittanceLine> Lines, string? Next);

/// <summary>Stored and on the wire: append, never reuse.</summary>
public enum RemittanceCondition
{
    Open = 1,
    Closed = 2,
    Credited = 3,
}
