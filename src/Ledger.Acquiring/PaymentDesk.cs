using Ledger.Domain;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;

namespace Ledger.Acquiring;

/// <summary>
/// The desk over the engine and a host. Safe for any number of callers; what it works on at one transaction's question goes one call at a time,
/// and on to its end when the caller leaves (E45): whatever the host said is recorded. A crash anywhere leaves an event from which the
/// follow-up process goes on.
/// </summary>
/// <param name="host">Bounded in time: a <see cref="TimedHost"/>.</param>
public sealed partial class PaymentDesk(ILedgerEngine engine, IAuthorisationHost host, IClock clock) : IPaymentDesk
{
    private readonly Recorder _recorder = new(engine, host, clock);
    private readonly KeyedTurns<ExchangeId> _turns = new();

    /// <summary>Told when the host contradicts itself. Default: nobody is. Any thread; must not throw.</summary>
    public Action<HostContradiction> OnContradiction { get; init; } = static _ => { };

    private Instant Now => clock.GetCurrentInstant();

    public async ValueTask<DeskReply> StartAsync(CommandHeader header, StartPayment request, CancellationToken cancellation)
    {
        return await ReplyAsync(await engine.ExecuteAsync(StartOf(header, request, Now) with { IsReadAfter = true }, cancellation), request.TransactionId, cancellation);
    }

    /// <summary>The terminal is taken and the transaction opened in one unit; also for whoever records what was authorised elsewhere.</summary>
    public static EngineCommand StartOf(CommandHeader header, StartPayment request, Instant now)
    {
        var start = new TerminalCommand.StartTransaction(request.TransactionId, request.SaleId, request.Contract, request.Device, request.LinkedSerial, now);
        return new EngineCommand(header.CommandId, header.Fingerprint,
        [
            new CommandPart(request.Terminal.Stream, start),
            new CommandPart(request.TransactionId.Stream, new NumberedRequest(RequestOf(request, now))),
        ]);
    }

    public ValueTask<DeskReply> ReportProgressAsync(CommandHeader header, TransactionId transaction, CardStage stage, CancellationToken cancellation) =>
        ExecuteAsync(header, transaction, new TransactionCommand.ReportProgress(stage, Now), cancellation);

    public async ValueTask<DeskReply> CompleteAsync(CommandHeader header, TransactionId transaction, CardConfirmation confirmation, CancellationToken cancellation)
    {
        var known = await engine.ReadAsync<TransactionState>(transaction.Stream, cancellation);
        // Without a transaction there is no merchant whose terms could be read; nothing is decided, so nothing needs to be kept either.
        if (Transaction.FactsOf(known.State) is not { } facts) return new DeskReply(NotRequested, null);

        var merchant = await engine.ReadAsync<MerchantState>(facts.MerchantId.Stream, cancellation);
        var terms = merchant.State.Terms;
        Invariant.Holds(terms is not null);
        return await ExecuteAsync(header, transaction, new TransactionCommand.Complete(confirmation, terms, Now), cancellation);
    }

    public async ValueTask<DeskReply> AbortAsync(CommandHeader header, TransactionId transaction, AbortReason reason, CancellationToken cancellation)
    {
        var reply = await ExecuteAsync(header, transaction, new TransactionCommand.Abort(reason, Now), cancellation);
        // Once, at once; the follow-up process goes on with it. The caller may leave meanwhile.
        if (reply is { Reply: { Outcome: CommandOutcome.Accepted, Replayed: false }, Transaction.State: TransactionState.ReversalPending pending })
            await _turns.RunAsync(pending.Exchange, () => ReverseOnceAsync(transaction, pending.Exchange, pending.Facts.Amount), cancellation);

        return reply;
    }

    private async Task<bool> ReverseOnceAsync(TransactionId transaction, ExchangeId exchange, Money amount) =>
        await _recorder.TryReverseAsync(transaction, exchange, amount, CancellationToken.None);

    private async ValueTask<DeskReply> ExecuteAsync(CommandHeader header, TransactionId transaction, TransactionCommand command, CancellationToken cancellation)
    {
        var reply = await engine.ExecuteAsync(EngineCommand.One(header.CommandId, header.Fingerprint, transaction.Stream, command), cancellation);
        return await ReplyAsync(reply, transaction, cancellation);
    }

    /// <summary>The transaction as it was right after the command, also when it has moved on or the reply is an old one.</summary>
    private async ValueTask<DeskReply> ReplyAsync(CommandReply reply, TransactionId transaction, CancellationToken cancellation)
    {
        var stream = transaction.Stream;
        var current = await engine.ReadAsync<TransactionState>(stream, cancellation);
        var version = reply.Versions.Where(v => v.Stream == stream).Select(static v => v.Version).DefaultIfEmpty(current.Version).First();
        if (version == 0) return new DeskReply(reply, null);

        return new DeskReply(reply, version == current.Version ? current : await engine.ReadAtAsync<TransactionState>(stream, version, cancellation));
    }

    private static TransactionCommand.Request RequestOf(StartPayment request, Instant now) => new(
        request.TransactionId,
        request.SaleId,
        request.Contract,
        request.Terminal,
        request.Device,
        0,
        request.Amount,
        request.Ticket,
        request.Contact,
        now);

    private static CommandReply NotRequested => new(
        CommandOutcome.Rejected,
        new CommandRejection(Transaction.Category, (int)TransactionRejection.NotRequested, nameof(TransactionRejection.NotRequested)),
        [],
        0,
        false);
}
