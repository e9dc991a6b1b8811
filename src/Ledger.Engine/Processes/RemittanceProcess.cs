using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Engine.Processes;

/// <summary>
/// At midnight remits each merchant's day: takes every payment and refund of the day in, closes the remittance, credits it on the credit
/// date (R086, R090, D-05). Operations of the day that are still under way are waited for, at most <see cref="DrainMax"/>; what ends later
/// goes into the remittance of the day on which it ended, under its own operation day (I37). Each transaction's own stream decides between
/// cancel and remit (E69): what it refuses is left out. Every step can be repeated, so a crash anywhere gives the same remittance.
/// </summary>
public sealed class RemittanceProcess(ILedgerEngine engine) : IProcess
{
    /// <summary>How long a day's remittance waits for operations of the day (D-05).</summary>
    public static readonly Duration DrainMax = Duration.FromMinutes(5);

    /// <summary>Rows moved at a time when a day closes without them.</summary>
    private const int LeftOverCountMax = 1000;

    private readonly RemittanceAction _action = new(engine);

    public string Name => "remittance";

    public void Apply(RecordedEvent recorded, ILedgerEvent @event, IToDoList list)
    {
        if (@event is TransactionEvent of) ApplyTransaction(recorded, of, list);
        if (@event is RemittanceEvent remittance) ApplyRemittance(recorded, remittance, list);
    }

    public ValueTask<ToDoOutcome> ActAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation) =>
        item.Key.StartsWith(RemittanceRows.CreditPrefix, StringComparison.Ordinal)
            ? _action.CreditAsync(item, now, cancellation)
            : _action.RemitDayAsync(item, list, now, cancellation);

    private static void ApplyTransaction(RecordedEvent recorded, TransactionEvent @event, IToDoList list)
    {
        var payment = OperationId.Of(recorded.Stream, null);
        switch (@event)
        {
            case Requested e: Stand(list, payment, RemittanceRows.Open(e.MerchantId, e.BusinessDay, payment.ToString()), ""); break;
            case Completed e: PutLine(list, LineRow.Of(payment, e.MerchantId, e.Amount, e.BusinessDay, recorded.Version), e.At); break;
            case Declined or Aborted or Reversed or ReversalRequested or Cancelled: Forget(list, payment); break;
            case CancellationRequested: Hold(list, payment); break;
            case CancellationRefused e: Return(list, payment, recorded.Version, e.At); break;
            case Remitted e: Take(list, payment, e.Remittance); break;
            default: ApplyRefund(recorded, @event, list); break;
        }
    }

    private static void ApplyRefund(RecordedEvent recorded, TransactionEvent @event, IToDoList list)
    {
        switch (@event)
        {
            case RefundRequested e: Stand(list, Of(e.RefundId), RemittanceRows.Refunding(e.BusinessDay, Of(e.RefundId).ToString()), ""); break;
            case RefundApproved e: PutLine(list, LineRow.Of(Of(e.RefundId), e.MerchantId, e.Amount, e.BusinessDay, recorded.Version), e.At); break;
            case RefundDeclined e: Forget(list, Of(e.RefundId)); break;
            case RefundCancelled e: Forget(list, Of(e.RefundId)); break;
            case RefundCancellationRequested e: Hold(list, Of(e.RefundId)); break;
            case RefundCancellationRefused e: Return(list, Of(e.RefundId), recorded.Version, e.At); break;
            case RefundRemitted e: Take(list, Of(e.RefundId), e.Remittance); break;
        }

        OperationId Of(RefundId refund) => OperationId.Of(recorded.Stream, refund);
    }

    private static void ApplyRemittance(RecordedEvent recorded, RemittanceEvent @event, IToDoList list)
    {
        switch (@event)
        {
            case RemittanceEvent.LinesAdded e:
                foreach (var line in e.Lines) Forget(list, new OperationId(line.TransactionId, line.Refund));
                break;
            case RemittanceEvent.RemittanceClosed e: Close(list, e.Remittance, e.CreditDate, recorded.Version, e.At); break;
            case RemittanceEvent.RemittanceCredited e: list.Remove(RemittanceRows.Credit(e.Remittance)); break;
        }
    }

    private static void Close(IToDoList list, RemittanceId remittance, LocalDate creditDate, long version, Instant at)
    {
        list.Remove(RemittanceRows.Day(remittance));
        list.Put(RemittanceRows.Credit(remittance), ParisTime.StartOf(creditDate), "");
        if (!(ClosedDay(list, remittance.MerchantId) >= remittance.Day)) list.Put(RemittanceRows.Closed(remittance.MerchantId), null, RemittanceRows.Text(remittance.Day));

        // What was not settled in time is late from now on: each goes to its new place, so the prefix empties.
        var prefix = RemittanceRows.Line(remittance.MerchantId, remittance.Day, "");
        while (list.Scan(prefix, LeftOverCountMax) is { Count: > 0 } rows)
        {
            foreach (var row in rows) PutLine(list, LineRow.Parse(row.Data), at);
        }
    }

    private static void PutLine(IToDoList list, LineRow row, Instant at)
    {
        var (merchant, operationDay) = (new MerchantId(row.Merchant), RemittanceRows.DateOf(row.OperationDay));
        var day = DayOf(list, merchant, operationDay, at);
        Stand(list, row.Operation, RemittanceRows.Line(merchant, day, row.Operation.ToString()), row.ToJson());
        Await(list, new RemittanceId(merchant, day));
    }

    /// <summary>Its own day, or when that was closed or its drain is over, the day on which it came.</summary>
    private static LocalDate DayOf(IToDoList list, MerchantId merchant, LocalDate operationDay, Instant at)
    {
        var closed = ClosedDay(list, merchant);
        if (!(operationDay <= closed) && at <= ParisTime.EndOf(operationDay) + DrainMax) return operationDay;

        var day = LocalDate.Max(operationDay, ParisTime.DayOf(at));
        return day <= closed ? closed.Value.PlusDays(1) : day;
    }

    private static LocalDate? ClosedDay(IToDoList list, MerchantId merchant) =>
        list.Find(RemittanceRows.Closed(merchant)) is { } row ? RemittanceRows.DateOf(row.Data) : null;

    private static void Await(IToDoList list, RemittanceId remittance)
    {
        if (list.Find(RemittanceRows.Day(remittance)) is null) list.Put(RemittanceRows.Day(remittance), ParisTime.EndOf(remittance.Day), "");
    }

    private static void Hold(IToDoList list, OperationId id)
    {
        if (Standing(list, id) is { } row) Stand(list, id, RemittanceRows.Held(id), row.Data);
    }

    private static void Return(IToDoList list, OperationId id, long version, Instant at)
    {
        if (Standing(list, id) is { } row) PutLine(list, LineRow.Parse(row.Data) with { Version = version }, at);
    }

    private static void Take(IToDoList list, OperationId id, RemittanceId remittance)
    {
        if (Standing(list, id) is not { } row) return;
        Stand(list, id, RemittanceRows.Taken(remittance.MerchantId, remittance.Day, id.ToString()), row.Data);
        Await(list, remittance);
    }

    private static void Stand(IToDoList list, OperationId id, string place, string data)
    {
        if (list.Find(RemittanceRows.At(id)) is { } before) list.Remove(before.Data);
        list.Put(place, null, data);
        list.Put(RemittanceRows.At(id), null, place);
    }

    private static ToDoItem? Standing(IToDoList list, OperationId id) => list.Find(RemittanceRows.At(id)) is { } at ? list.Find(at.Data) : null;

    private static void Forget(IToDoList list, OperationId id)
    {
        if (list.Find(RemittanceRows.At(id)) is not { } at) return;
        list.Remove(at.Data);
        list.Remove(RemittanceRows.At(id));
    }
}
