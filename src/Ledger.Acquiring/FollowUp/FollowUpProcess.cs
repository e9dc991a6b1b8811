using System.Diagnostics;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.EventLog;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Acquiring.FollowUp;

/// <summary>
/// Brings to an end what phones, networks and crashes left open: time-outs, status queries, reversals, cancellations and refunds without an
/// answer. Nothing is ever asked under another id than the first time, and every row is acted on until the host or the clock settles it.
/// Takes events in one at a time; may act on several rows at once, for it keeps nothing of its own.
/// </summary>
public sealed partial class FollowUpProcess : IProcess
{
    private readonly ILedgerEngine _engine;
    private readonly IAuthorisationHost _host;
    private readonly FollowUpOptions _options;
    private readonly Action<FollowUpAlarm> _onAlarm;
    private readonly Recorder _recorder;

    /// <param name="host">Bounded in time: a <see cref="TimedHost"/>.</param>
    /// <param name="onAlarm">Told at each try from <see cref="FollowUpOptions.AlarmAttempts"/> on. Any thread; must not throw.</param>
    public FollowUpProcess(ILedgerEngine engine, IAuthorisationHost host, IClock clock, FollowUpOptions options, Action<FollowUpAlarm> onAlarm)
    {
        (_engine, _host, _options, _onAlarm) = (engine, host, options, onAlarm);
        _recorder = new Recorder(engine, host, clock);
    }

    public string Name => "follow-up";

    public void Apply(RecordedEvent recorded, ILedgerEvent @event, IToDoList list)
    {
        if (@event is not TransactionEvent happened) return;

        var transaction = new TransactionId(recorded.Stream.GuidId);
        var key = FollowUpRow.KeyOf(transaction);
        switch (happened)
        {
            case Requested or Progressed:
                list.Put(key, happened.At + _options.CardTimeout, new FollowUpRow(FollowUpStep.Card, null, null, null).ToString());
                break;
            case AuthorisationSent e:
                Put(FollowUpStep.Answer, e.Exchange, e.At + _options.AnswerTimeout, e.At);
                break;
            case OutcomeUnknown e:
                Put(FollowUpStep.Status, e.Exchange, e.At + _options.FirstDelay, SentAt(list, key, e.At));
                break;
            case Approved e:
                Put(FollowUpStep.Completion, e.Exchange, e.At + _options.CompletionTimeout, null);
                break;
            case ReversalRequested e:
                PutUndo(FollowUpStep.Reversal, e.Exchange, e.Amount, e.At);
                break;
            case AnswerContradicted { ApprovedAmount: { } approved } e:
                PutUndo(FollowUpStep.Contradiction, e.Exchange, approved, e.At);
                break;
            case CancellationRequested e:
                Put(FollowUpStep.Cancellation, e.Exchange, e.At + _options.AnswerTimeout, e.At);
                break;
            case Declined or Aborted or Reversed or ContradictionUndone or Completed or CancellationRefused or Cancelled:
                list.Remove(key);
                break;
            default:
                ApplyToRefund(transaction, happened, list);
                break;
        }

        void PutUndo(FollowUpStep step, ExchangeId exchange, Money amount, Instant at) =>
            list.Put(key, at + _options.FirstDelay, new FollowUpRow(step, exchange.Value, amount.MinorUnits, null).ToString());

        void Put(FollowUpStep step, ExchangeId exchange, Instant dueAt, Instant? sentAt) =>
            list.Put(key, dueAt, new FollowUpRow(step, exchange.Value, null, sentAt?.ToUnixTimeTicks()).ToString());
    }

    private void ApplyToRefund(TransactionId transaction, TransactionEvent happened, IToDoList list)
    {
        switch (happened)
        {
            case RefundRequested e:
                Put(FollowUpStep.Refund, e.RefundId, e.Exchange, e.At + _options.AnswerTimeout, e.At);
                break;
            case RefundOutcomeUnknown e:
                Put(FollowUpStep.Refund, e.RefundId, e.Exchange, e.At + _options.FirstDelay, SentAt(list, FollowUpRow.KeyOf(transaction, e.RefundId), e.At));
                break;
            case RefundCancellationRequested e:
                Put(FollowUpStep.Cancellation, e.RefundId, e.Exchange, e.At + _options.AnswerTimeout, e.At);
                break;
            case RefundApproved e:
                list.Remove(FollowUpRow.KeyOf(transaction, e.RefundId));
                break;
            case RefundDeclined e:
                list.Remove(FollowUpRow.KeyOf(transaction, e.RefundId));
                break;
            case RefundCancelled e:
                list.Remove(FollowUpRow.KeyOf(transaction, e.RefundId));
                break;
            case RefundCancellationRefused e:
                list.Remove(FollowUpRow.KeyOf(transaction, e.RefundId));
                break;
            case AnswerContradicted or Remitted or RefundRemitted or TicketSent or TicketFailed or TicketReissued:
                break;
            default:
                throw new UnreachableException(happened.GetType().Name);
        }

        void Put(FollowUpStep step, RefundId refund, ExchangeId exchange, Instant dueAt, Instant sentAt) =>
            list.Put(FollowUpRow.KeyOf(transaction, refund), dueAt, new FollowUpRow(step, exchange.Value, null, sentAt.ToUnixTimeTicks()).ToString());
    }

    /// <summary>The row before remembers when the question was written down; where it is gone, a later instant only makes us wait longer.</summary>
    private static Instant SentAt(IToDoList list, string key, Instant otherwise) =>
        list.Find(key) is { } before && FollowUpRow.Parse(before.Data).SentAt is { } ticks ? Instant.FromUnixTimeTicks(ticks) : otherwise;
}
