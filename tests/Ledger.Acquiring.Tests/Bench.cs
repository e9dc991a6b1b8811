using System.Security.Cryptography;
using System.Text;
using Ledger.Acquiring.FollowUp;
using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests;

/// <summary>One merchant with one terminal, an engine over a log in memory, a desk, its follow-up process, and a simulated host.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private const int RoundsMax = 2_000;

    private readonly InMemoryEventLog _log = new();
    private InMemoryToDoStore _toDo = new();
    private int _ids;

    private Bench(FaultScript script, long seed)
    {
        Host = new SimulatedHost(Clock, Some.NoDelay, script, seed, null);
        Line = new CuttableHost(Host);
        (Engine, Desk, FollowUp) = Compose();
    }

    public ManualClock Clock { get; } = new(Some.Start);

    public SimulatedHost Host { get; set; }

    public CuttableHost Line { get; private set; }

    public LedgerEngine Engine { get; private set; }

    public PaymentDesk Desk { get; private set; }

    public ProcessRunner FollowUp { get; private set; }

    public Observed Observed { get; } = new();

    public ContractTerms Terms { get; private set; } = null!;

    public List<TransactionId> Transactions { get; } = [];

    public static async Task<Bench> OpenAsync(FaultScript? script = null, long seed = 1)
    {
        var bench = new Bench(script ?? FaultScript.None, seed);
        var now = bench.Clock.Now;
        await bench.DoAsync(Some.Merchant.Stream, Some.ContractRequest(Some.Merchant, now));
        await bench.DoAsync(Some.Merchant.Stream, new MerchantCommand.AcceptContract("adviser.1", now));
        bench.Terms = (await bench.Engine.ReadAsync<MerchantState>(Some.Merchant.Stream, default)).State.Terms!;
        await bench.DoAsync(Some.Terminal.Stream, new TerminalCommand.Register(Some.Terminal, "M010", AcceptanceCountry.France, 1, now));
        await bench.DoAsync(Some.Terminal.Stream, new TerminalCommand.Activate(bench.Terms, Some.Device, Some.Terminal, now));
        return bench;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Host.Dispose();
        Assert.DoesNotContain(Observed.Failures, static failure => failure is not ServerDiedException);
    }

    /// <summary>Another server process over the same log and the same host; the to-do list may be lost.</summary>
    public async Task RestartAsync(bool losesToDoList = false)
    {
        await Engine.DisposeAsync();
        if (losesToDoList) _toDo = new InMemoryToDoStore();
        Line = new CuttableHost(Host);
        (Engine, Desk, FollowUp) = Compose();
    }

    public Guid NextId() => new(++_ids, 7, 7, new byte[8]);

    public CommandHeader Header(Guid? id = null, string body = "") => new(id ?? NextId(), SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    public StartPayment Payment(long cents, SaleId? sale = null)
    {
        var id = TransactionId.Create(Clock.Now, NextId().ToByteArray(bigEndian: true).AsSpan(0, 8), Some.Terminal);
        Transactions.Add(id);
        return new StartPayment(id, sale ?? new SaleId(id.Value), Terms, Some.Terminal, Some.Device, Some.Terminal, Money.Eur(cents), TicketChoice.Paper, null);
    }

    public AuthorisePayment Authorisation(TransactionId transaction) => new(transaction, Terms, Some.Card, Some.CardData);

    public async Task<TransactionId> StartAsync(long cents = 4_200, SaleId? sale = null)
    {
        var payment = Payment(cents, sale);
        Assert.Equal(CommandOutcome.Accepted, (await Desk.StartAsync(Header(), payment, default)).Reply.Outcome);
        return payment.TransactionId;
    }

    public async Task<TransactionStatus> AuthoriseAsync(TransactionId transaction) =>
        (await Desk.AuthoriseAsync(Header(), Authorisation(transaction), default)).Transaction!.State.StatusOf();

    public async Task<TransactionStatus> AbortAsync(TransactionId transaction, AbortReason reason) =>
        (await Desk.AbortAsync(Header(), transaction, reason, default)).Transaction!.State.StatusOf();

    public ValueTask<DeskReply> CompleteAsync(TransactionId transaction) => Desk.CompleteAsync(Header(), transaction, Some.Confirmation, default);

    public async Task<TransactionId> PayAsync(long cents = 4_200)
    {
        var transaction = await StartAsync(cents);
        Assert.Equal(TransactionStatus.Approved, await AuthoriseAsync(transaction));
        Assert.Equal(CommandOutcome.Accepted, (await CompleteAsync(transaction)).Reply.Outcome);
        return transaction;
    }

    public ValueTask<DeskReply> CancelAsync(TransactionId transaction, long cents = 4_200, Guid? id = null)
    {
        var header = Header(id);
        return Desk.CancelAsync(header, new CancelPayment(transaction, Terms, Money.Eur(cents), Presented, ProofFor(header), TicketChoice.Paper, null, Channel.MobileApp), default);
    }

    public RefundPayment Refund(TransactionId transaction, RefundId refund, long cents, CommandHeader header) => new(
        transaction, refund, Terms, Some.Terminal, Some.Device, Money.Eur(cents), Presented, ProofFor(header), TicketChoice.Paper, null, Channel.MobileApp);

    public ValueTask<DeskReply> RefundAsync(TransactionId transaction, RefundId refund, long cents, Guid? id = null)
    {
        var header = Header(id, $"{refund} {cents}");
        return Desk.RefundAsync(header, Refund(transaction, refund, cents, header), default);
    }

    public ValueTask<DeskReply> CancelRefundAsync(TransactionId transaction, RefundId refund, long cents)
    {
        var header = Header();
        return Desk.CancelRefundAsync(header, new CancelRefund(transaction, refund, Terms, Money.Eur(cents), Presented, ProofFor(header), TicketChoice.Paper, null, Channel.MobileApp), default);
    }

    public RefundId NextRefund() => new(NextId());

    public async Task<TransactionState> StateAsync(TransactionId transaction) => (await Engine.ReadAsync<TransactionState>(transaction.Stream, default)).State;

    public async Task<TransactionStatus> StatusAsync(TransactionId transaction) => (await StateAsync(transaction)).StatusOf();

    public async Task<TerminalWork> TerminalAsync() => (await Engine.ReadAsync<TerminalState>(Some.Terminal.Stream, default)).State.Work;

    public async Task<List<ILedgerEvent>> EventsAsync(StreamName stream) =>
        [.. (await _log.ReadStreamAsync(stream, 0, 10_000, default)).Select(static recorded => EventCodec.Default.Decode(recorded))];

    /// <summary>All stored bytes, as text.</summary>
    public async Task<string> PayloadsAsync() =>
        string.Concat((await _log.ReadAllAsync(0, 10_000, default)).Select(static recorded => Encoding.UTF8.GetString(recorded.Payload.Span)));

    public Task<List<ILedgerEvent>> EventsAsync(TransactionId transaction) => EventsAsync(transaction.Stream);

    /// <summary>Time passes, and the process does what falls due until then, at the instants at which it falls due.</summary>
    public async Task PassAsync(Duration duration)
    {
        var until = Clock.Now + duration;
        for (var round = 0; round < RoundsMax; round++)
        {
            Assert.True(await FollowUp.RunUntilIdleAsync(Clock.Now, RoundsMax, default));
            var due = _toDo.NextDue(FollowUp.Name);
            if (due is null || due > until)
            {
                Clock.Now = until;
                return;
            }

            Clock.Now = Instant.Max(Clock.Now, due.Value);
        }

        Assert.Fail($"The process was still not done with {duration} after {RoundsMax} steps.");
    }

    /// <summary>Time passes until nothing is left to be done.</summary>
    /// <returns>How long that took.</returns>
    public async Task<Duration> UntilQuietAsync()
    {
        var start = Clock.Now;
        for (var round = 0; round < RoundsMax; round++)
        {
            Assert.True(await FollowUp.RunUntilIdleAsync(Clock.Now, RoundsMax, default));
            if (_toDo.NextDue(FollowUp.Name) is not { } due) return Clock.Now - start;
            Clock.Now = Instant.Max(Clock.Now, due);
        }

        throw new InvalidOperationException($"Rows are left after {RoundsMax} steps.");
    }

    public async Task<Reconciliation> ReconcileAsync()
    {
        var states = new List<TransactionState>();
        foreach (var transaction in Transactions) states.Add(await StateAsync(transaction));
        return Host.Reconcile(states);
    }

    /// <summary>All that may happen to the host's line is over, and the books agree to the cent.</summary>
    public async Task AssertReconciledAsync()
    {
        var reconciliation = await ReconcileAsync();
        Assert.Empty(reconciliation.Differences);
        Assert.Empty(reconciliation.Unsettled);
    }

    private static PresentedCard Presented => new(Some.Card.Token, Some.Card.Brand, Some.Card.Account);

    private SecurityCodeProof ProofFor(CommandHeader header) => new(header.CommandId, header.CommandId, Clock.Now);

    private (LedgerEngine Engine, PaymentDesk Desk, ProcessRunner FollowUp) Compose()
    {
        var engine = new LedgerEngine(_log, EventCodec.Default, Clock, new EngineOptions { ShardCount = 1 });
        var process = new FollowUpProcess(engine, Line, Clock, FollowUpOptions.Default, Observed.Alarms.Enqueue);
        var runner = new ProcessRunner(process, _log, EventCodec.Default, _toDo, Clock, new ProcessOptions { ConcurrencyMax = 1 }, Observed);
        return (engine, new PaymentDesk(engine, Line, Clock) { OnContradiction = Observed.Contradictions.Enqueue }, runner);
    }

    private async Task DoAsync(StreamName stream, object command)
    {
        var reply = await Engine.ExecuteAsync(EngineCommand.One(NextId(), new byte[32], stream, command), default);
        Assert.Equal(CommandOutcome.Accepted, reply.Outcome);
    }
}
