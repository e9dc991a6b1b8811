using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Acquiring.FollowUp;

/// <summary>
/// One step on one due row. The transaction's committed state is looked at first: where it has moved on, there is nothing to do, and the event
/// that moved it changes the row. Steps are recorded under ids that follow from the exchange.
/// </summary>
public sealed partial class FollowUpProcess
{
    private static readonly ToDoOutcome _done = new ToDoOutcome.Done();

    public async ValueTask<ToDoOutcome> ActAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation)
    {
        var row = FollowUpRow.Parse(item.Data);
        var transaction = FollowUpRow.TransactionOf(item.Key);
        var state = (await _engine.ReadAsync<TransactionState>(transaction.Stream, cancellation)).State;
        var isSettled = row.Step switch
        {
            FollowUpStep.Card => await StopAsync(transaction, state is TransactionState.Open, "acquiring/card-timed-out", cancellation),
            FollowUpStep.Completion => await StopAsync(transaction, state is TransactionState.Approved, "acquiring/completion-timed-out", cancellation),
            FollowUpStep.Answer => await GiveUpAsync(transaction, row, state, cancellation),
            FollowUpStep.Status => await AskStatusAsync(transaction, row, state, now, cancellation),
            FollowUpStep.Reversal => state is not TransactionState.ReversalPending || await _recorder.TryReverseAsync(transaction, row.ExchangeId, row.Amount, cancellation),
            FollowUpStep.Contradiction => Transaction.ContradictionOf(state) is not { IsUndone: false }
                || await _recorder.TryUndoContradictionAsync(transaction, row.ExchangeId, row.Amount, cancellation),
            FollowUpStep.Cancellation => await CancelAsync(transaction, row, state, cancellation),
            FollowUpStep.Refund => await RefundAsync(transaction, row, FollowUpRow.RefundOf(item.Key), state, now, cancellation),
        };
        return isSettled ? _done : AgainLater(transaction, row.Step, item.Attempts, now);
    }

    private ToDoOutcome.Again AgainLater(TransactionId transaction, FollowUpStep step, int attemptsBefore, Instant now)
    {
        var attempts = attemptsBefore + 1;
        if (attempts >= _options.AlarmAttempts) _onAlarm(new FollowUpAlarm(transaction, step, attempts));
        return new ToDoOutcome.Again(now + _options.RetryDelay(attemptsBefore));
    }

    private async ValueTask<bool> StopAsync(TransactionId transaction, bool isStill, string step, CancellationToken cancellation)
    {
        if (isStill) await _recorder.ExecuteAsync(step, transaction.ToString(), transaction, new TransactionCommand.Abort(AbortReason.TimedOut, _recorder.Now), cancellation);
        return true;
    }

    /// <summary>The desk would have recorded something by now: the server stopped between question and answer (E33).</summary>
    private async ValueTask<bool> GiveUpAsync(TransactionId transaction, FollowUpRow row, TransactionState state, CancellationToken cancellation)
    {
        var command = new TransactionCommand.RecordNoAnswer(row.ExchangeId, UnknownReason.ServerRestarted, _recorder.Now);
        if (state is TransactionState.AuthorisationPending) await RecordAsync("acquiring/given-up", transaction, row, command, cancellation);
        return true;
    }

    private async ValueTask<bool> AskStatusAsync(TransactionId transaction, FollowUpRow row, TransactionState state, Instant now, CancellationToken cancellation)
    {
        if (state is not TransactionState.InDoubt) return true;

        var answer = await _host.StatusAsync(row.ExchangeId, cancellation);
        var command = answer is HostAnswer.NotFound && now >= row.Sent + _options.AnswerTimeout
            ? new TransactionCommand.RecordNotFound(row.ExchangeId, _recorder.Now)
            : AnswerCommands.OfAuthorisation(row.ExchangeId, answer, _recorder.Now);
        if (command is null) return false;

        await RecordAsync("acquiring/status", transaction, row, command, cancellation);
        return true;
    }

    private async ValueTask<bool> CancelAsync(TransactionId transaction, FollowUpRow row, TransactionState state, CancellationToken cancellation)
    {
        if (OpenCancellation.Find(state, row.ExchangeId) is not { } open) return true;
        if (open.Record(await open.AskAsync(_host, cancellation), _recorder.Now) is not { } command) return false;

        await RecordAsync("acquiring/cancellation-answer", transaction, row, command, cancellation);
        return true;
    }

    /// <summary>The status first; only what the host surely never saw is asked again, and by the same exchange (E66).</summary>
    private async ValueTask<bool> RefundAsync(TransactionId transaction, FollowUpRow row, RefundId id, TransactionState state, Instant now, CancellationToken cancellation)
    {
        var refund = Transaction.CompletionOf(state)?.Refunds.GetValueOrDefault(id);
        if (refund is not { Status: RefundStatus.Pending or RefundStatus.InDoubt }) return true;

        var answer = await _host.StatusAsync(refund.Exchange, cancellation);
        if (answer is HostAnswer.NotFound && now >= row.Sent + _options.AnswerTimeout)
            answer = await _host.RefundAsync(OpenRefund.QuestionOf(state, refund, _recorder.Now), cancellation);
        if (AnswerCommands.OfRefund(refund, answer, _recorder.Now) is { } command)
        {
            await RecordAsync("acquiring/refund-answer", transaction, row, command, cancellation);
            return true;
        }

        var unknown = new TransactionCommand.RecordRefundNoAnswer(id, refund.Exchange, UnknownReason.ServerRestarted, _recorder.Now);
        if (refund.Status is RefundStatus.Pending) await RecordAsync("acquiring/refund-given-up", transaction, row, unknown, cancellation);
        return false;
    }

    private async ValueTask RecordAsync(string step, TransactionId transaction, FollowUpRow row, TransactionCommand command, CancellationToken cancellation) =>
        await _recorder.ExecuteAsync(step, row.ExchangeId.ToString(), transaction, command, cancellation);
}
