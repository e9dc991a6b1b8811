using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Acquiring;

/// <summary>
/// Remboursement: a number from the presenting terminal, then write-ahead, host, record. Without an answer its amount stays reserved, and the
/// follow-up process asks what became of it before it asks again: never a second credit (E66).
/// </summary>
public sealed partial class PaymentDesk
{
    public async ValueTask<DeskReply> RefundAsync(CommandHeader header, RefundPayment request, CancellationToken cancellation) =>
        await _turns.RunAsync(Exchanges.OfRefund(request.TransactionId, request.RefundId), () => RefundInTurnAsync(header, request), cancellation);

    private async Task<DeskReply> RefundInTurnAsync(CommandHeader header, RefundPayment request)
    {
        var taken = await TakeNumberAsync(header, request);
        if (!taken.IsAccepted) return await ReplyAsync(taken, request.TransactionId, CancellationToken.None);

        var number = await NumberOfAsync(taken, request);
        var requested = await ExecuteAsync(header, request.TransactionId, RequestOf(request, number), CancellationToken.None);
        if (!requested.Reply.IsAccepted) return requested;

        // In a repeat under another command the refund's own exchange is the one that counts (E66).
        var current = await engine.ReadAsync<TransactionState>(request.TransactionId.Stream, CancellationToken.None);
        var refund = Transaction.CompletionOf(current.State)!.Refunds[request.RefundId];
        var isFirst = requested.Reply is { Outcome: CommandOutcome.Accepted, Replayed: false };
        var answer = isFirst ? await host.RefundAsync(OpenRefund.QuestionOf(current.State, refund, Now), CancellationToken.None) : await RecoverAsync(refund);
        var record = AnswerCommands.OfRefund(refund, answer, Now)
            ?? new TransactionCommand.RecordRefundNoAnswer(refund.Id, refund.Exchange, AnswerCommands.ReasonOf(answer), Now);
        var recorded = await _recorder.ExecuteAsync(AnswerStep, refund.Exchange.ToString(), request.TransactionId, record, CancellationToken.None);
        return await ReplyAsync(recorded, request.TransactionId, CancellationToken.None);
    }

    private async ValueTask<HostAnswer> RecoverAsync(Refund refund)
    {
        var answer = refund.Status is RefundStatus.Pending ? await host.StatusAsync(refund.Exchange, CancellationToken.None) : null;
        return answer is HostAnswer.Approved or HostAnswer.Declined ? answer : new HostAnswer.NoAnswer(UnknownReason.ServerRestarted);
    }

    private async ValueTask<CommandReply> TakeNumberAsync(CommandHeader header, RefundPayment request)
    {
        var id = DerivedId.Of("acquiring/refund-number", header.CommandId.ToString("N"));
        var take = new TerminalCommand.TakeNumber(request.RefundId.Value, request.Contract, request.Device, Now);
        try
        {
            return await engine.ExecuteAsync(EngineCommand.One(id, header.Fingerprint, request.Terminal.Stream, take), CancellationToken.None);
        }
        catch (CommandIdReusedException)
        {
            // The caller knows its own id, not the one that follows from it.
            throw new CommandIdReusedException(header.CommandId);
        }
    }

    private async ValueTask<int> NumberOfAsync(CommandReply taken, RefundPayment request)
    {
        var stream = request.Terminal.Stream;
        var current = await engine.ReadAsync<TerminalState>(stream, CancellationToken.None);
        if (current.State.Work.LastTaken is { } last && last.OperationId == request.RefundId.Value) return last.Number;

        var version = taken.Versions.Single(v => v.Stream == stream).Version;
        var then = await engine.ReadAtAsync<TerminalState>(stream, version, CancellationToken.None);
        Invariant.Holds(then.State.Work.LastTaken?.OperationId == request.RefundId.Value);
        return then.State.Work.LastTaken!.Number;
    }

    private TransactionCommand.RequestRefund RequestOf(RefundPayment request, int number) => new(
        request.RefundId,
        Exchanges.OfRefund(request.TransactionId, request.RefundId),
        request.Amount,
        request.PresentedCard,
        request.Proof,
        request.Contract,
        request.Terminal,
        number,
        request.Ticket,
        request.Contact,
        request.Channel,
        Now);
}
