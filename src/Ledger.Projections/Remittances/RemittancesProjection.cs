using System.Collections.Frozen;
using Ledger.Domain;
using Ledger.Domain.Remittances;
using Ledger.EventLog;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using static Ledger.Domain.Remittances.RemittanceEvent;

namespace Ledger.Projections.Remittances;

/// <summary>Every remittance with its lines.</summary>
internal sealed class RemittancesProjection : IProjection
{
    public static readonly RemittanceTable Remittances = new();
    public static readonly LineTable Lines = new();

    public ViewSchema Schema { get; } = new("remittances", 1, [Remittances, Lines]);

    public IReadOnlySet<string> Categories { get; } = new[] { Running.Categories.Remittance }.ToFrozenSet(StringComparer.Ordinal);

    public bool Folds(Type eventClass) => typeof(RemittanceEvent).IsAssignableFrom(eventClass);

    public IFold Start(ViewBatch batch) => new Fold(batch.Open(Remittances), batch.Open(Lines));

    private sealed class Fold(BatchTable<RemittanceKey, RemittanceRow> remittances, BatchTable<LineKey, LineRow> lines) : IFold
    {
        public void Expect(RecordedEvent recorded, ILedgerEvent @event)
        {
            if (@event is RemittanceOpened) remittances.ExpectNew(KeyOf(recorded));
            else remittances.Expect(KeyOf(recorded));
        }

        public void Apply(RecordedEvent recorded, ILedgerEvent @event)
        {
            var key = KeyOf(recorded);
            if (@event is RemittanceOpened opened)
            {
                remittances.Add(new RemittanceRow(key, opened.Calendar, opened.At) { ChangedPosition = recorded.Position });
                return;
            }

            var row = remittances.Find(key);
            Invariant.Holds(row is not null);
            if (@event is LinesAdded added) Append(row, added);
            remittances.Put(RemittanceFold.Apply(row, (RemittanceEvent)@event) with { ChangedPosition = recorded.Position });
        }

        private static RemittanceKey KeyOf(RecordedEvent recorded)
        {
            Invariant.Holds(RemittanceId.TryParse(recorded.Stream.Id, out var id));
            return new RemittanceKey(id.MerchantId.Value, id.Day);
        }

        private void Append(RemittanceRow row, LinesAdded added)
        {
            var ordinal = row.LineCount;
            foreach (var line in added.Lines) lines.Append(new LineRow(new LineKey(row.Key, ++ordinal), line));
        }
    }
}

/// <summary>How events change a remittance. Pure.</summary>
internal static class RemittanceFold
{
    public static RemittanceRow Apply(RemittanceRow row, RemittanceEvent @event) => @event switch
    {
        LinesAdded e => Add(row, e),
        RemittanceClosed e => Close(row, e),
        RemittanceCredited e => Credit(row, e),
        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow an opened remittance"),
    };

    private static RemittanceRow Add(RemittanceRow row, LinesAdded e)
    {
        Invariant.Holds(row.Condition == RemittanceCondition.Open);
        var (debits, credits) = (row.Debits, row.Credits);
        foreach (var line in e.Lines)
        {
            if (line.Side == RemittanceSide.Debit) debits += line.Amount.ToCents();
            else credits += line.Amount.ToCents();
        }

        return row with { LineCount = row.LineCount + e.Lines.Count, Debits = debits, Credits = credits };
    }

    /// <summary>The totals are those of the lines (I36).</summary>
    private static RemittanceRow Close(RemittanceRow row, RemittanceClosed e)
    {
        Invariant.Holds(row.Condition == RemittanceCondition.Open);
        Invariant.Holds(e.LineCount == row.LineCount && e.Debits.ToCents() == row.Debits && e.Credits.ToCents() == row.Credits);
        return row with { Condition = RemittanceCondition.Closed, CreditDate = e.CreditDate, CalendarVersion = e.CalendarVersion, ClosedAt = e.At };
    }

    private static RemittanceRow Credit(RemittanceRow row, RemittanceCredited e)
    {
        Invariant.Holds(row.Condition == RemittanceCondition.Closed && e.CreditDate == row.CreditDate);
        Invariant.Holds(e.Debits.ToCents() == row.Debits && e.Credits.ToCents() == row.Credits);
        return row with { Condition = RemittanceCondition.Credited, CreditedAt = e.At };
    }
}
