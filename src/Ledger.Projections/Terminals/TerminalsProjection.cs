using System.Collections.Frozen;
using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.EventLog;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using static Ledger.Domain.Terminals.TerminalEvent;

namespace Ledger.Projections.Terminals;

/// <summary>Every terminal, one row each.</summary>
internal sealed class TerminalsProjection : IProjection
{
    public static readonly TerminalTable Terminals = new();

    public ViewSchema Schema { get; } = new("terminals", 2, [Terminals]);

    public IReadOnlySet<string> Categories { get; } = new[] { Running.Categories.Terminal }.ToFrozenSet(StringComparer.Ordinal);

    public bool Folds(Type eventClass) => typeof(TerminalEvent).IsAssignableFrom(eventClass);

    public IFold Start(ViewBatch batch) => new Fold(batch.Open(Terminals));

    private sealed class Fold(BatchTable<TerminalKey, TerminalEntry> terminals) : IFold
    {
        public void Expect(RecordedEvent recorded, ILedgerEvent @event)
        {
            var key = new TerminalKey(recorded.Stream.Id);
            if (@event is TerminalRegistered) terminals.ExpectNew(key);
            else terminals.Expect(key);
        }

        public void Apply(RecordedEvent recorded, ILedgerEvent @event)
        {
            if (@event is TerminalRegistered registered)
            {
                terminals.Add(TerminalFold.Begin(registered, recorded.Position));
                return;
            }

            var row = terminals.Find(new TerminalKey(recorded.Stream.Id));
            Invariant.Holds(row is not null);
            terminals.Put(TerminalFold.Apply(row, (TerminalEvent)@event) with { LastActivityAt = @event.At, ChangedAtPosition = recorded.Position });
        }
    }
}

/// <summary>How events change a terminal's row. Pure.</summary>
internal static class TerminalFold
{
    public static TerminalEntry Begin(TerminalRegistered e, long position) => new(
        e.Serial, e.Model, e.Country, e.TerminalNumber, TerminalCondition.Registered, null, null, null, null, null, e.At, null, 0, 0, position);

    public static TerminalEntry Apply(TerminalEntry row, TerminalEvent @event) => @event switch
    {
        TerminalActivated e => Activate(row, e),
        TerminalBlocked e => row with { Condition = TerminalCondition.Blocked, BlockedBecause = e.Reason, UnblockableUntil = e.UnblockableUntil },
        TerminalUnblocked => Unblock(row),
        TerminalBlockedForGood => row with { Condition = TerminalCondition.BlockedForGood },
        TransactionStarted e => Start(row, e),
        TransactionSetAside e => SetAside(row, e),
        TransactionFinished e => Finish(row, e),
        NumberTaken e => row with { LastNumber = e.Number },
        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow a terminal's registration"),
    };

    private static TerminalEntry Activate(TerminalEntry row, TerminalActivated e) => row with
    {
        Condition = TerminalCondition.Active,
        MerchantId = e.MerchantId,
        Device = e.Device,
        WarrantyUntil = row.WarrantyUntil ?? Terminal.WarrantyUntil(e.At),
    };

    private static TerminalEntry Unblock(TerminalEntry row) => row with
    {
        Condition = row.MerchantId is null ? TerminalCondition.Registered : TerminalCondition.Active,
        BlockedBecause = null,
        UnblockableUntil = null,
    };

    private static TerminalEntry Start(TerminalEntry row, TransactionStarted e)
    {
        Invariant.Holds(row.Open is null);
        return row with { Open = new TerminalSale(e.TransactionId, e.SaleId, e.Number, e.At), LastNumber = e.Number };
    }

    private static TerminalEntry SetAside(TerminalEntry row, TransactionSetAside e)
    {
        Invariant.Holds(row.Open is { } open && open.TransactionId == e.TransactionId);
        return row with { Open = null, SetAside = row.SetAside + 1 };
    }

    private static TerminalEntry Finish(TerminalEntry row, TransactionFinished e)
    {
        if (row.Open is { } open && open.TransactionId == e.TransactionId) return row with { Open = null };

        Invariant.Holds(row.SetAside > 0);
        return row with { SetAside = row.SetAside - 1 };
    }
}
