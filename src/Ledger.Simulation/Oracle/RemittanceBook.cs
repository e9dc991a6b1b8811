using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Remittances.RemittanceEvent;

namespace Ledger.Simulation.Oracle;

/// <summary>Remittances: each operation in one (I36), nothing dated back (I37), credited on the first open day after (I23).</summary>
internal sealed class RemittanceBook(Judge judge)
{
    private readonly Dictionary<RemittanceId, Entry> _remittances = [];
    private readonly Dictionary<(TransactionId Transaction, RefundId? Refund), RemittanceId> _lines = [];

    public bool IsClosed(RemittanceId id) => _remittances.TryGetValue(id, out var entry) && entry.CreditDate is not null;

    public void Take(RemittanceEvent @event)
    {
        switch (@event)
        {
            case RemittanceOpened e: Open(e); break;
            case LinesAdded e: Add(e); break;
            case RemittanceClosed e: Close(e); break;
            case RemittanceCredited e: Credit(e); break;
        }
    }

    /// <summary>All that was opened is credited.</summary>
    public void CheckAtRest()
    {
        foreach (var (id, entry) in _remittances)
        {
            if (!entry.IsCredited) judge.Broken("I50", $"remittance {id} is not credited when everything is at rest");
        }
    }

    private void Open(RemittanceOpened e)
    {
        if (!_remittances.TryAdd(e.Remittance, new Entry(e.Calendar))) judge.Broken("I36", $"remittance {e.Remittance} was opened twice");
        if (ParisTime.DayOf(e.At) <= e.Remittance.Day) judge.Broken("I37", $"remittance {e.Remittance} was opened at {e.At}, before its day was over");
    }

    private void Add(LinesAdded e)
    {
        foreach (var line in e.Lines)
        {
            var payment = judge.Payments.Find(line.TransactionId);
            var refund = line.Refund is { } id ? payment?.Refunds.GetValueOrDefault(id) : null;
            if ((line.Refund is null ? payment?.Remittance : refund?.Remittance) is not { } remittance || !_remittances.TryGetValue(remittance, out var entry))
            {
                judge.Broken("I36", $"{line} was added, and its own stream knows of no remittance");
                return;
            }

            if (!_lines.TryAdd((line.TransactionId, line.Refund), remittance)) judge.Broken("I36", $"{line} is in {_lines[(line.TransactionId, line.Refund)]} already");
            if (entry.CreditDate is not null) judge.Broken("I37", $"{line} was added to {remittance}, which is closed");
            var (cents, day) = refund is null ? (payment!.Cents, payment.Day) : (refund.Cents, refund.Day);
            if (line.Amount.MinorUnits != cents || line.OperationDay != day || day > remittance.Day) judge.Broken("I37", $"{line} in {remittance} is {cents} cents of {day}");
            entry.Count++;
            if (line.Side == RemittanceSide.Debit) entry.Debits += cents;
            else entry.Credits += cents;
        }
    }

    private void Close(RemittanceClosed e)
    {
        if (!_remittances.TryGetValue(e.Remittance, out var entry) || entry.CreditDate is not null)
        {
            judge.Broken("I36", $"remittance {e.Remittance} was closed twice, or never opened");
            return;
        }

        if ((entry.Count, entry.Debits, entry.Credits) != (e.LineCount, e.Debits.MinorUnits, e.Credits.MinorUnits)) judge.Broken("I36", $"remittance {e.Remittance}: its totals are not those of its lines");
        if (!IsFirstOpenDayAfter(BankCalendar.For(entry.Calendar), e.Remittance.Day, e.CreditDate)) judge.Broken("I23", $"remittance {e.Remittance} is credited on {e.CreditDate}");
        foreach (var (other, known) in _remittances)
        {
            if (other.MerchantId == e.Remittance.MerchantId && other.Day < e.Remittance.Day && known.CreditDate > e.CreditDate) judge.Broken("I23", $"{e.Remittance} is credited before {other}");
        }

        entry.CreditDate = e.CreditDate;
    }

    private void Credit(RemittanceCredited e)
    {
        if (!_remittances.TryGetValue(e.Remittance, out var entry) || entry.CreditDate is not { } date || entry.IsCredited)
        {
            judge.Broken("I36", $"remittance {e.Remittance} was credited twice, or before it was closed");
            return;
        }

        if (ParisTime.DayOf(e.At) < date || e.Debits.MinorUnits != entry.Debits || e.Credits.MinorUnits != entry.Credits) judge.Broken("I23", $"remittance {e.Remittance} was credited at {e.At} with {e.Debits} less {e.Credits}");
        entry.IsCredited = true;
        judge.Counts.Remittances++;
    }

    private static bool IsFirstOpenDayAfter(BankCalendar calendar, LocalDate day, LocalDate credit)
    {
        if (credit <= day || !calendar.IsOpen(credit)) return false;
        for (var between = day.PlusDays(1); between < credit; between = between.PlusDays(1))
        {
            if (calendar.IsOpen(between)) return false;
        }

        return true;
    }

    private sealed class Entry(CalendarName calendar)
    {
        public CalendarName Calendar { get; } = calendar;

        public int Count { get; set; }

        public long Debits { get; set; }

        public long Credits { get; set; }

        public LocalDate? CreditDate { get; set; }

        public bool IsCredited { get; set; }
    }
}
