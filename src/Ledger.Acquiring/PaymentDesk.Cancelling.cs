using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Acquiring;

/// <summary>Annulation of a payment, and of a refund of today. Without an answer it stays pending; the follow-up process asks again (E70).</summary>
public sealed partial class PaymentDesk
{
    public async ValueTask<DeskReply> CancelAsync(CommandHeader header, CancelPayment request, CancellationToken cancellation)
    {
        var exchange = Exchanges.OfCancellation(header.CommandId);
        var command = new TransactionCommand.RequestCancellation(
            exchange, request.Amount, request.PresentedCard, request.Proof, request.Contract, request.Ticket, request.Contact, request.Channel, Now);
        return await _turns.RunAsync(exchange, () => CancelInTurnAsync(header, request.TransactionId, exchange, command), cancellation);
    }

    public async ValueTask<DeskReply> CancelRefundAsync(CommandHeader header, CancelRefund request, CancellationToken cancellation)
    {
        var exchange = Exchanges.OfRefundCancellation(header.CommandId);
        var command = new TransactionCommand.RequestRefundCancellation(
            request.RefundId, exchange, request.Amount, request.PresentedCard, request.Proof, request.Contract, request.Ticket, request.Contact, request.Channel, Now);
        return await _turns.RunAsync(exchange, () => CancelInTurnAsync(header, request.TransactionId, exchange, command), cancellation);
    }

    private async Task<DeskReply> CancelInTurnAsync(CommandHeader header, TransactionId transaction, ExchangeId exchange, TransactionCommand command)
    {
        var requested = await ExecuteAsync(header, transaction, command, CancellationToken.None);
        if (!requested.Reply.IsAccepted) return requested;

        var now = await engine.ReadAsync<TransactionState>(transaction.Stream, CancellationToken.None);
        var record = OpenCancellation.Find(now.State, exchange) is { } open
            ? open.Record(await open.AskAsync(host, CancellationToken.None), Now)
            // Answered before: what was recorded then is the reply, and this changes nothing.
            : command is TransactionCommand.RequestRefundCancellation ofRefund
                ? new TransactionCommand.RecordRefundCancelled(ofRefund.RefundId, exchange, Now)
                : new TransactionCommand.RecordCancelled(exchange, Now);
        if (record is null) return requested;

        var recorded = await _recorder.ExecuteAsync(AnswerStep, exchange.ToString(), transaction, record, CancellationToken.None);
        return await ReplyAsync(recorded, transaction, CancellationToken.None);
    }
}
