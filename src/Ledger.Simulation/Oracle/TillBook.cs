using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Simulation.Oracle;

/// <summary>Terminals: one open transaction each (I12), none on a blocked one (I30), no sale tried in doubt (I15), blocks by the calendar (I25).</summary>
internal sealed class TillBook(Judge judge)
{
    private readonly Dictionary<StreamName, Entry> _tills = [];
    private readonly Dictionary<DeviceId, TransactionId> _openOnDevice = [];

    public void Take(StreamName stream, TerminalEvent @event)
    {
        if (!_tills.TryGetValue(stream, out var till)) _tills[stream] = till = new Entry();
        if (till.IsBlockedForGood && @event is (TerminalEvent.TerminalActivated or TerminalEvent.TerminalUnblocked or TerminalEvent.TerminalBlocked))
            judge.Broken("I29", $"{stream}: {@event.GetType().Name} after it was blocked for good");
        switch (@event)
        {
            case TerminalEvent.TerminalActivated e: Activate(stream, till, e); break;
            case TerminalEvent.TerminalBlocked e: till.BlockedUntil = e.UnblockableUntil; break;
            case TerminalEvent.TerminalUnblocked e: Unblock(stream, till, e); break;
            case TerminalEvent.TerminalBlockedForGood e: BlockForGood(stream, till, e); break;
            case TerminalEvent.TransactionStarted e: Start(stream, till, e); break;
            case TerminalEvent.TransactionSetAside e: Leave(till, e.TransactionId); break;
            case TerminalEvent.TransactionFinished e: Leave(till, e.TransactionId); break;
            case TerminalEvent.NumberTaken e: TakeNumber(stream, till, e.Number); break;
        }
    }

    /// <summary>Whatever state a terminal is in, an outcome frees it in the same unit (I31).</summary>
    public void CheckUnit(ReadOnlySpan<RecordedEvent> recorded, ReadOnlySpan<ILedgerEvent> events)
    {
        for (var index = 0; index < events.Length; index++)
        {
            if (events[index] is not (TransactionEvent.Completed or TransactionEvent.Declined or TransactionEvent.Aborted or TransactionEvent.Reversed)) continue;

            var id = new TransactionId(Guid.ParseExact(recorded[index].Stream.Id, "N"));
            var isFreed = false;
            foreach (var other in events) isFreed |= other is TerminalEvent.TransactionFinished finished && finished.TransactionId == id;
            if (!isFreed) judge.Broken("I31", $"{id}: {events[index].GetType().Name}, and its terminal was not freed in the same unit");
        }
    }

    private void Activate(StreamName stream, Entry till, TerminalEvent.TerminalActivated e)
    {
        if (till.BlockedUntil is not null) judge.Broken("I30", $"{stream} was activated while it is blocked");
        till.Device = e.Device;
    }

    private void Unblock(StreamName stream, Entry till, TerminalEvent.TerminalUnblocked e)
    {
        if (till.BlockedUntil is not { } until || ParisTime.DayOf(e.At) > until) judge.Broken("I25", $"{stream} was unblocked after {till.BlockedUntil}");
        till.BlockedUntil = null;
    }

    private void BlockForGood(StreamName stream, Entry till, TerminalEvent.TerminalBlockedForGood e)
    {
        if (till.BlockedUntil is not { } until || ParisTime.DayOf(e.At) <= until) judge.Broken("I25", $"{stream} was blocked for good before the end of {till.BlockedUntil}");
        till.IsBlockedForGood = true;
    }

    private void Start(StreamName stream, Entry till, TerminalEvent.TransactionStarted e)
    {
        if (till.BlockedUntil is not null || till.Device != e.Device) judge.Broken("I30", $"{stream}: {e.TransactionId} was started, and the terminal is blocked or the device another one");
        if (till.Open is { } open) judge.Broken("I12", $"{stream}: {e.TransactionId} was started beside {open}");
        if (!_openOnDevice.TryAdd(e.Device, e.TransactionId)) judge.Broken("I12", $"device {e.Device}: {e.TransactionId} was started beside {_openOnDevice[e.Device]}");
        if (judge.Payments.IsUnresolved(e.SaleId)) judge.Broken("I15", $"{stream}: sale {e.SaleId} was tried again while an attempt has no outcome");
        TakeNumber(stream, till, e.Number);
        till.Open = e.TransactionId;
        till.OpenDevice = e.Device;
    }

    private void Leave(Entry till, TransactionId id)
    {
        if (till.Open != id) return;

        till.Open = null;
        _openOnDevice.Remove(till.OpenDevice);
    }

    private void TakeNumber(StreamName stream, Entry till, int number)
    {
        if (number != (till.LastNumber % TerminalWork.NumberMax) + 1) judge.Broken("I19", $"{stream}: number {number} follows {till.LastNumber}");
        till.LastNumber = number;
    }

    private sealed class Entry
    {
        public DeviceId Device { get; set; }

        public LocalDate? BlockedUntil { get; set; }

        public bool IsBlockedForGood { get; set; }

        public TransactionId? Open { get; set; }

        public DeviceId OpenDevice { get; set; }

        public int LastNumber { get; set; }
    }
}
