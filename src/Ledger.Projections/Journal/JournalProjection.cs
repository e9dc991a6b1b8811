using System.Collections.Frozen;
using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Journal;

/// <summary>Every posting of every event, and the sums per account.</summary>
internal sealed class JournalProjection : IProjection
{
    public static readonly JournalTable Postings = new();
    public static readonly BalanceTable Balances = new();
    public static readonly DayTable Days = new();

    private static readonly FrozenSet<Type> Classes = new[]
    {
        typeof(TransactionEvent.Completed),
        typeof(TransactionEvent.Cancelled),
        typeof(TransactionEvent.RefundApproved),
        typeof(TransactionEvent.RefundCancelled),
        typeof(RemittanceEvent.RemittanceClosed),
        typeof(RemittanceEvent.RemittanceCredited),
    }.ToFrozenSet();

    public ViewSchema Schema { get; } = new("journal", 1, [Postings, Balances, Days]);

    /// <summary>All: whatever stream an unknown event is of, it might move money.</summary>
    public IReadOnlySet<string> Categories { get; } = new[]
    {
        Running.Categories.Transaction,
        Running.Categories.Remittance,
        Running.Categories.Merchant,
        Running.Categories.Terminal,
        Running.Categories.Card,
        Running.Categories.Complaint,
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The events that <see cref="Domain.Accounting.Postings.Of"/> gives postings for; a test holds the two together.</summary>
    public bool Folds(Type eventClass) => Classes.Contains(eventClass);

    public IFold Start(ViewBatch batch) => new Fold(batch.Open(Postings), batch.Open(Balances), batch.Open(Days));

    private sealed class Fold(
        BatchTable<JournalKey, JournalRow> entries,
        BatchTable<BalanceKey, BalanceRow> balances,
        BatchTable<DayKey, DayRow> days) : IFold
    {
        public void Expect(RecordedEvent recorded, ILedgerEvent @event)
        {
            var postings = Domain.Accounting.Postings.Of(@event);
            if (postings.Count == 0) return;

            foreach (var posting in postings) balances.Expect(KeyOf(posting));
            days.Expect(new DayKey(JournalFold.PlaceOf(@event).Day));
        }

        public void Apply(RecordedEvent recorded, ILedgerEvent @event)
        {
            var postings = Domain.Accounting.Postings.Of(@event);
            if (postings.Count == 0) return;

            Invariant.Holds(Domain.Accounting.Postings.AreBalanced(postings));
            var (day, merchant) = JournalFold.PlaceOf(@event);
            for (var index = 0; index < postings.Count; index++)
            {
                var entry = new JournalEntry(recorded.Position, index + 1, recorded.Stream, recorded.Type, @event.At, day, merchant, postings[index]);
                entries.Append(new JournalRow(new JournalKey(entry.Position, entry.Line), entry));
                var key = KeyOf(entry.Posting);
                balances.Put(JournalFold.Add(balances.Find(key), key, entry.Posting));
            }

            var span = days.Find(new DayKey(day));
            days.Put(new DayRow(new DayKey(day), span?.First ?? recorded.Position, recorded.Position));
        }

        private static BalanceKey KeyOf(Posting posting) => new(posting.Account.Value, posting.Amount.Currency.Code);
    }
}

/// <summary>How postings change balances. Pure.</summary>
internal static class JournalFold
{
    /// <summary>The account's kind: what stands before the « : ».</summary>
    public static string KindOf(string account) => account.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? account[..colon] : account;

    public static BalanceRow Add(BalanceRow? row, BalanceKey key, Posting posting)
    {
        row ??= new BalanceRow(key, KindOf(key.Account), 0, 0);
        return posting.Side switch
        {
            PostingSide.Debit => row with { Debits = row.Debits + posting.Amount.MinorUnits },
            PostingSide.Credit => row with { Credits = row.Credits + posting.Amount.MinorUnits },
        };
    }

    /// <summary>The accounting day and the merchant of an event that has postings.</summary>
    public static (LocalDate Day, MerchantId Merchant) PlaceOf(ILedgerEvent @event) => @event switch
    {
        TransactionEvent.Completed e => (e.BusinessDay, e.MerchantId),
        TransactionEvent.Cancelled e => (e.BusinessDay, e.MerchantId),
        TransactionEvent.RefundApproved e => (e.BusinessDay, e.MerchantId),
        TransactionEvent.RefundCancelled e => (e.BusinessDay, e.MerchantId),
        RemittanceEvent.RemittanceClosed e => (e.Remittance.Day, e.Remittance.MerchantId),
        RemittanceEvent.RemittanceCredited e => (e.CreditDate, e.Remittance.MerchantId),
        _ => throw new InvariantException($"{@event.GetType().Name} has postings and no accounting day"),
    };
}
