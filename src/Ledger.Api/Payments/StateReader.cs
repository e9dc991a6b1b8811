using Ledger.Acquiring;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Api.Payments;

/// <summary>Committed states of streams, for requests. Safe for any number of them.</summary>
internal sealed class StateReader(ILedgerEngine engine)
{
    /// <summary>The contract of a merchant who has a token, so it was requested.</summary>
    public async ValueTask<ContractTerms> TermsAsync(MerchantId merchant, CancellationToken cancellation) =>
        (await MerchantAsync(merchant, cancellation)).Terms ?? throw new InvalidOperationException($"{merchant} has a token and no contract.");

    public async ValueTask<MerchantState> MerchantAsync(MerchantId merchant, CancellationToken cancellation) =>
        (await engine.ReadAsync<MerchantState>(merchant.Stream, cancellation)).State;

    public async ValueTask<TerminalState> TerminalAsync(TerminalSerial terminal, CancellationToken cancellation) =>
        (await engine.ReadAsync<TerminalState>(terminal.Stream, cancellation)).State;

    /// <returns>Null when there is none or it is another merchant's: nobody learns which (I46).</returns>
    public async ValueTask<StreamState<TransactionState>?> TransactionAsync(TransactionId id, MerchantId merchant, CancellationToken cancellation)
    {
        var transaction = await engine.ReadAsync<TransactionState>(id.Stream, cancellation);
        return Transaction.FactsOf(transaction.State)?.MerchantId == merchant ? transaction : null;
    }

    /// <returns>Null when there is no such transaction.</returns>
    public async ValueTask<SubjectKnowledge?> KnowledgeOfAsync(ComplaintSubject subject, CancellationToken cancellation)
    {
        var transaction = (await engine.ReadAsync<TransactionState>(subject.Transaction.Stream, cancellation)).State;
        if (Transaction.FactsOf(transaction) is not { } facts) return null;
        return new SubjectKnowledge(facts.MerchantId, subject.Ticket is not { } ticket || Transaction.HasTicket(transaction, ticket, subject.Refund));
    }

    /// <summary>The reply with the transaction that was started by the first of the repeats: each names a new one, and only that one came to be.</summary>
    public async ValueTask<DeskReply> StartedAsync(DeskReply reply, CancellationToken cancellation)
    {
        if (!reply.Reply.IsAccepted || reply.Transaction is not null) return reply;

        var started = reply.Reply.Versions.Single(static v => v.Stream.Category == Transaction.Category);
        return reply with { Transaction = await TransactionAtAsync(started.Stream, started.Version, cancellation) };
    }

    public ValueTask<StreamState<TransactionState>> TransactionAtAsync(StreamName stream, long version, CancellationToken cancellation) =>
        engine.ReadAtAsync<TransactionState>(stream, version, cancellation);
}
