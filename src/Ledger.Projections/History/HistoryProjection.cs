using System.Collections.Frozen;
using Ledger.Domain;
using Ledger.Domain.Remittances;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Projections.History;

/// <summary>Every operation of every merchant, one row each.</summary>
internal sealed class HistoryProjection : IProjection
{
    public static readonly HistoryTable Entries = new();
    public static readonly HistoryRemittanceTable Remittances = new();

    public ViewSchema Schema { get; } = new("history", 2, [Entries, Remittances]);

    public IReadOnlySet<string> Categories { get; } =
        new[] { Running.Categories.Transaction, Running.Categories.Remittance }.ToFrozenSet(StringComparer.Ordinal);

    public bool Folds(Type eventClass) =>
        typeof(TransactionEvent).IsAssignableFrom(eventClass)
        || eventClass == typeof(RemittanceEvent.RemittanceClosed)
        || eventClass == typeof(RemittanceEvent.RemittanceCredited);

    public IFold Start(ViewBatch batch) => new Fold(batch.Open(Entries), batch.Open(Remittances));

    private sealed class Fold(BatchTable<HistoryKey, HistoryRow> entries, BatchTable<HistoryRemittanceKey, HistoryRemittanceRow> remittances) : IFold
    {
        public void Expect(RecordedEvent recorded, ILedgerEvent @event)
        {
            if (@event is not TransactionEvent e) return;

            var payment = new HistoryKey(recorded.Stream.GuidId, HistoryKind.Payment, Guid.Empty);
            if (e is Requested)
            {
                entries.ExpectNew(payment);
                return;
            }

            var refund = RefundOf(e) ?? Guid.Empty;
            if (TicketOf(e) is { } ticket)
            {
                entries.Expect(payment with { Kind = ticket, Refund = refund });
                return;
            }

            entries.Expect(payment);
            var refunded = payment with { Kind = HistoryKind.Refund, Refund = refund };
            if (e is RefundRequested) entries.ExpectNew(refunded);
            else if (refund != Guid.Empty) entries.Expect(refunded);
            if (IsOfCancellation(e)) entries.Expect(payment with { Kind = HistoryKind.Cancellation, Refund = refund });
        }

        public void Apply(RecordedEvent recorded, ILedgerEvent @event)
        {
            switch (@event)
            {
                case Requested e:
                    entries.Add(HistoryFold.Begin(e, recorded.Position));
                    break;
                case TransactionEvent e:
                    Apply(recorded, recorded.Stream.GuidId, e);
                    break;
                case RemittanceEvent.RemittanceClosed e:
                    remittances.Add(new HistoryRemittanceRow(KeyOf(e.Remittance), e.CreditDate, IsCredited: false));
                    break;
                case RemittanceEvent.RemittanceCredited e:
                    remittances.Put(new HistoryRemittanceRow(KeyOf(e.Remittance), e.CreditDate, IsCredited: true));
                    break;
            }
        }

        private void Apply(RecordedEvent recorded, Guid transaction, TransactionEvent @event)
        {
            var refund = RefundOf(@event) ?? Guid.Empty;
            if (TicketOf(@event) is { } ticket)
            {
                Change(new HistoryKey(transaction, ticket, refund), recorded, @event, HistoryFold.Ticket);
                return;
            }

            var payment = new HistoryKey(transaction, HistoryKind.Payment, Guid.Empty);
            Change(payment, recorded, @event, HistoryFold.Payment);
            if (@event is RefundRequested requested) entries.Add(HistoryFold.Begin(Find(payment), requested, recorded.Position));
            else if (refund != Guid.Empty) Change(payment with { Kind = HistoryKind.Refund, Refund = refund }, recorded, @event, HistoryFold.Refund);
            ApplyToCancellation(recorded, transaction, refund, @event);
        }

        private void ApplyToCancellation(RecordedEvent recorded, Guid transaction, Guid refund, TransactionEvent @event)
        {
            var key = new HistoryKey(transaction, HistoryKind.Cancellation, refund);
            switch (@event)
            {
                case CancellationRequested e: Begin(HistoryKind.Payment, e.Ticket); break;
                case RefundCancellationRequested e: Begin(HistoryKind.Refund, e.Ticket); break;
                case var outcome when IsCancellationOutcome(outcome):
                    Change(key, recorded, @event, HistoryFold.Cancellation);
                    break;
            }

            void Begin(HistoryKind of, TicketChoice? ticket) =>
                entries.Put(HistoryFold.BeginCancellation(Find(key with { Kind = of }), entries.Find(key), ticket, @event.At, recorded.Position));
        }

        private void Change(HistoryKey key, RecordedEvent recorded, TransactionEvent @event, Func<HistoryRow, TransactionEvent, bool> fold)
        {
            var row = Find(key);
            if (!fold(row, @event)) return;

            (row.ChangedAt, row.ChangedPosition) = (@event.At, recorded.Position);
            entries.Put(row);
        }

        private static bool IsOfCancellation(TransactionEvent @event) => @event is CancellationRequested or RefundCancellationRequested || IsCancellationOutcome(@event);

        private static bool IsCancellationOutcome(TransactionEvent @event) => @event is CancellationRefused or RefundCancellationRefused or Cancelled or RefundCancelled;

        private HistoryRow Find(HistoryKey key)
        {
            var row = entries.Find(key);
            Invariant.Holds(row is not null);
            return row;
        }

        private static HistoryRemittanceKey KeyOf(RemittanceId remittance) => new(remittance.MerchantId.Value, remittance.Day);

        private static Guid? RefundOf(TransactionEvent @event) => @event switch
        {
            RefundRequested e => e.RefundId.Value,
            RefundApproved e => e.RefundId.Value,
            RefundDeclined e => e.RefundId.Value,
            RefundOutcomeUnknown e => e.RefundId.Value,
            RefundCancellationRequested e => e.RefundId.Value,
            RefundCancellationRefused e => e.RefundId.Value,
            RefundCancelled e => e.RefundId.Value,
            RefundRemitted e => e.RefundId.Value,
            TicketSent e => e.Refund?.Value,
            TicketFailed e => e.Refund?.Value,
            TicketReissued e => e.Refund?.Value,
            _ => null,
        };

        private static HistoryKind? TicketOf(TransactionEvent @event) => @event switch
        {
            TicketSent e => HistoryFold.KindOf(e.Kind),
            TicketFailed e => HistoryFold.KindOf(e.Kind),
            TicketReissued e => HistoryFold.KindOf(e.Kind),
            _ => null,
        };
    }
}
