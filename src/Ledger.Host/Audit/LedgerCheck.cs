using Ledger.Domain;
using Ledger.Domain.Remittances;
using Ledger.EventLog;

namespace Ledger.Host.Audit;

/// <summary>
/// What must hold of a ledger's events beyond their chains: postings balance (I07), and a closed remittance is the sum of its lines (I36).
/// For one verification, in commit order; remembers open remittances only.
/// </summary>
internal sealed class LedgerCheck
{
    private readonly Dictionary<StreamName, (int Lines, long Debits, long Credits)> _open = [];

    /// <summary>Postings that were found balanced.</summary>
    public long Postings { get; private set; }

    /// <summary>Remittances whose totals were found to be their lines'.</summary>
    public long Remittances { get; private set; }

    /// <returns>Null, or a sentence that says what is wrong.</returns>
    public string? Check(RecordedEvent recorded, ILedgerEvent @event)
    {
        var postings = Domain.Accounting.Postings.Of(@event);
        if (!Domain.Accounting.Postings.AreBalanced(postings)) return "The event's debits and credits differ.";

        Postings += postings.Count;
        return @event is RemittanceEvent remittance ? CheckRemittance(recorded.Stream, remittance) : null;
    }

    private string? CheckRemittance(StreamName stream, RemittanceEvent @event)
    {
        switch (@event)
        {
            case RemittanceEvent.RemittanceOpened:
                _open[stream] = default;
                return null;
            case RemittanceEvent.LinesAdded added:
                var sums = _open.GetValueOrDefault(stream);
                _open[stream] = (sums.Lines + added.Lines.Count, sums.Debits + SumOf(added, RemittanceSide.Debit), sums.Credits + SumOf(added, RemittanceSide.Credit));
                return null;
            case RemittanceEvent.RemittanceClosed closed:
                return CheckClosed(stream, closed);
            default:
                return null;
        }
    }

    private string? CheckClosed(StreamName stream, RemittanceEvent.RemittanceClosed closed)
    {
        _open.Remove(stream, out var sums);
        if (sums != (closed.LineCount, closed.Debits.MinorUnits, closed.Credits.MinorUnits)) return "The remittance's totals are not the sums of its lines.";

        Remittances++;
        return null;
    }

    private static long SumOf(RemittanceEvent.LinesAdded added, RemittanceSide side) =>
        added.Lines.Where(line => line.Side == side).Sum(static line => line.Amount.MinorUnits);
}
