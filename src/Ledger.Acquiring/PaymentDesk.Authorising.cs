using Ledger.Domain.Cards;
using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Acquiring;

/// <summary>The question to the host (domain.md 3.1): written down, asked once, its answer or its absence recorded.</summary>
public sealed partial class PaymentDesk
{
    private const string AnswerStep = "acquiring/answer";

    public async ValueTask<DeskReply> AuthoriseAsync(CommandHeader header, AuthorisePayment request, CancellationToken cancellation) =>
        await _turns.RunAsync(Exchanges.OfAuthorisation(request.TransactionId), () => AuthoriseInTurnAsync(header, request), cancellation);

    // From here on nobody's leaving stops it: a question that was written down gets its answer recorded.
    private async Task<DeskReply> AuthoriseInTurnAsync(CommandHeader header, AuthorisePayment request)
    {
        var exchange = Exchanges.OfAuthorisation(request.TransactionId);
        var sent = await SendAsync(header, request, exchange);
        if (!sent.IsAccepted) return await ReplyAsync(sent, request.TransactionId, CancellationToken.None);

        var isFirst = sent is { Outcome: CommandOutcome.Accepted, Replayed: false };
        var answer = isFirst ? await AskAsync(request, exchange) : await RecoverAsync(request.TransactionId, exchange);
        var recorded = await RecordAsync(request.TransactionId, exchange, answer);
        var reply = await ReplyAsync(recorded, request.TransactionId, CancellationToken.None);
        if (!recorded.Replayed) await SettleAsync(request.TransactionId, exchange, answer, reply.Transaction!.State);
        // The caller's own command decides whether this is a repeat, also where the first call died before its answer.
        return sent.Replayed ? reply with { Reply = reply.Reply with { Replayed = true } } : reply;
    }

    private async ValueTask SettleAsync(TransactionId transaction, ExchangeId exchange, HostAnswer answer, TransactionState state)
    {
        switch (state, answer)
        {
            // An amount that was not asked, or an approval that nobody waits for any more: undone at once, then by the follow-up process.
            case (TransactionState.ReversalPending, HostAnswer.Approved approved):
                await ReverseOnceAsync(transaction, exchange, approved.Amount);
                break;
            // The ledger holds it for refused, for ever: what the host holds must go.
            case (TransactionState.Declined or TransactionState.Aborted, HostAnswer.Approved approved):
                await ContradictAsync(new TransactionCommand.RecordContradiction(exchange, approved.Response, approved.Amount, Now));
                var isUndone = await _recorder.TryUndoContradictionAsync(transaction, exchange, approved.Amount, CancellationToken.None);
                OnContradiction(new HostContradiction(transaction, exchange, state.StatusOf(), answer, isUndone));
                break;
            case (not (TransactionState.Declined or TransactionState.Aborted), HostAnswer.Declined declined):
                await ContradictAsync(new TransactionCommand.RecordContradiction(exchange, declined.Response, null, Now));
                OnContradiction(new HostContradiction(transaction, exchange, state.StatusOf(), answer, IsUndone: false));
                break;
        }

        // Written down before anything is done about it: where the reversal fails, the follow-up process finds it there.
        ValueTask<CommandReply> ContradictAsync(TransactionCommand contradiction) =>
            _recorder.ExecuteAsync("acquiring/contradiction", exchange.ToString(), transaction, contradiction, CancellationToken.None);
    }

    private async ValueTask<CommandReply> SendAsync(CommandHeader header, AuthorisePayment request, ExchangeId exchange)
    {
        var card = await engine.ReadAsync<CardState>(request.Card.Token.Stream, CancellationToken.None);
        var send = new TransactionCommand.SendAuthorisation(request.Card, exchange, request.Contract, card.State is CardState.Opposed, Now);
        return await engine.ExecuteAsync(EngineCommand.One(header.CommandId, header.Fingerprint, request.TransactionId.Stream, send), CancellationToken.None);
    }

    private async ValueTask<HostAnswer> AskAsync(AuthorisePayment request, ExchangeId exchange)
    {
        var facts = Transaction.FactsOf((await engine.ReadAsync<TransactionState>(request.TransactionId.Stream, CancellationToken.None)).State)!;
        var question = new AuthorisationQuestion(exchange, facts.MerchantId, facts.Terminal, facts.Number, facts.Amount, request.Card, request.CardData, Now);
        return await host.AuthoriseAsync(question, CancellationToken.None);
    }

    /// <summary>
    /// For a repeat. Where the first call recorded an outcome, that is the reply, whatever is said here; where it died between question and
    /// answer, the host is asked what became of it. « Not found » is not believed so soon: the question may still be on its way.
    /// </summary>
    private async ValueTask<HostAnswer> RecoverAsync(TransactionId transaction, ExchangeId exchange)
    {
        var known = await engine.ReadAsync<TransactionState>(transaction.Stream, CancellationToken.None);
        var answer = known.State is TransactionState.AuthorisationPending ? await host.StatusAsync(exchange, CancellationToken.None) : null;
        return answer is HostAnswer.Approved or HostAnswer.Declined ? answer : new HostAnswer.NoAnswer(UnknownReason.ServerRestarted);
    }

    private async ValueTask<CommandReply> RecordAsync(TransactionId transaction, ExchangeId exchange, HostAnswer answer)
    {
        var key = exchange.ToString();
        var unknown = new TransactionCommand.RecordNoAnswer(exchange, AnswerCommands.ReasonOf(answer), Now);
        // Surely never sent, so the host cannot have approved: Aborted, not in doubt. Any other silence is a doubt (E23, E24).
        if (answer is HostAnswer.NotSent)
        {
            await _recorder.ExecuteAsync("acquiring/unsent", key, transaction, unknown, CancellationToken.None);
            return await _recorder.ExecuteAsync(AnswerStep, key, transaction, new TransactionCommand.RecordNotFound(exchange, Now), CancellationToken.None);
        }

        var command = AnswerCommands.OfAuthorisation(exchange, answer, Now) ?? unknown;
        return await _recorder.ExecuteAsync(AnswerStep, key, transaction, command, CancellationToken.None);
    }
}
