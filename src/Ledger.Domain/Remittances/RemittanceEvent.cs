using Ledger.Domain.Calendars;
using NodaTime;

namespace Ledger.Domain.Remittances;

/// <summary>What happened to one remittance. Names are stored, so never renamed.</summary>
public abstract record RemittanceEvent : ILedgerEvent
{
    private RemittanceEvent() { }

    public abstract Instant At { get; init; }

    public sealed record RemittanceOpened(RemittanceId Remittance, CalendarName Calendar, Instant At) : RemittanceEvent;

    /// <param name="Lines">At most <see cref="RemittanceState.LinesPerEventMax"/>.</param>
    public sealed record LinesAdded(ValueList<RemittanceLine> Lines, Instant At) : RemittanceEvent;

    /// <summary>Net = debits less credits; below zero when refunds exceed payments, and then the account is debited.</summary>
    /// <param name="CalendarVersion">Which edition of the calendar's data gave the credit date (E14).</param>
    public sealed record RemittanceClosed(
        RemittanceId Remittance,
        int LineCount,
        Money Debits,
        Money Credits,
        LocalDate CreditDate,
        string CalendarVersion,
        Instant At) : RemittanceEvent;

    public sealed record RemittanceCredited(RemittanceId Remittance, Money Debits, Money Credits, LocalDate CreditDate, Instant At) : RemittanceEvent;
}
