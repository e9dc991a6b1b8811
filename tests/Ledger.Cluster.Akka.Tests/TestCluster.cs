using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Verification;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>One node with an engine of its own, and what its log was asked.</summary>
internal sealed record TestNode(Shop Shop, FaultyLog Log, ClusterNode Node)
{
    public ILedgerEngine Engine => Node.Engine;
}

/// <summary>Nodes in one process over one log in memory, and callers who repeat what got no answer, at any node that takes commands.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    /// <summary>What nodes have to do takes seconds; on a busy machine many of them.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    private readonly InMemoryEventLog _log = new();
    private readonly ConcurrentDictionary<Guid, CommandReply> _acknowledged = [];
    private int _asked;
    private int _repeats;
    private bool _isEnough;
    private bool _hasDead;

    public ImmutableList<TestNode> Nodes { get; private set; } = [];

    /// <summary>Callers stop after the payment that they are at.</summary>
    public bool IsEnough
    {
        get => Volatile.Read(ref _isEnough);
        set => Volatile.Write(ref _isEnough, value);
    }

    public IEventLog Log => _log;

    /// <summary>Commands that have an answer.</summary>
    public int AcknowledgedCount => _acknowledged.Count;

    /// <summary>How often a caller had to ask again.</summary>
    public int Repeats => Volatile.Read(ref _repeats);

    /// <summary>Returns when all take part and each is one where streams may stand.</summary>
    /// <param name="areOne">False: each node founds a cluster of its own, as when they cannot see each other.</param>
    public static async Task<TestCluster> StartAsync(int count, ClusterNodeOptions? options = null, bool areOne = true)
    {
        var cluster = new TestCluster();
        for (var number = 0; number < count; number++) await cluster.AddAsync(options ?? Akka.Tests.Nodes.Options, joins: areOne);
        await UntilAsync(() => Task.FromResult(!areOne || cluster.Nodes.All(node => node.Node.Status.Up.Length == count)));
        foreach (var node in cluster.Nodes) await UntilAsync(() => node.Node.HasPlaceAsync(Shop.Soon()));
        return cluster;
    }

    /// <summary>One more node, which joins the first.</summary>
    public async Task AddAsync(ClusterNodeOptions options, bool joins = true)
    {
        var log = new FaultyLog(_log) { IsShared = true };
        var shop = new Shop(log, new EngineOptions { RunsOnCallers = false, AttemptsMax = 50 }, numbersFrom: Nodes.Count * 500_000);
        var node = await ClusterNode.StartAsync(joins && !Nodes.IsEmpty ? options with { Seeds = [Nodes[0].Node.Address] } : options, shop.Engine, Shop.Soon());
        await shop.OpenDoorAsync(_ => Task.FromResult(new EngineDoor(node.Engine, node.DisposeAsync)));
        Nodes = Nodes.Add(new TestNode(shop, log, node));
    }

    /// <summary>As a process dies: it tells nobody.</summary>
    public void Kill(params IEnumerable<TestNode> nodes)
    {
        _hasDead = true;
        foreach (var node in nodes) node.Node.Abort();
    }

    /// <summary>Bounded; what is waited for is asked for again and again.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(PatienceMax);
        while (!await holds()) await Task.Delay(LookEvery, patience.Token);
    }

    /// <summary>Pays again and again on one terminal, four commands each.</summary>
    public async Task PayAsync(int caller)
    {
        var serial = Shop.SerialOf(caller + 1);
        while (!IsEnough)
        {
            var shop = Nodes[0].Shop;
            var id = shop.NewTransaction(serial);
            await AskAsync(shop.Start(shop.NextId(), id, serial));
            await AskAsync(Shop.One(shop.NextId(), id.Stream, new TransactionCommand.SendAuthorisation(Shop.Card, Shop.ExchangeOf(id), Shop.Terms, false, shop.Clock.Now)));
            await AskAsync(Shop.One(shop.NextId(), id.Stream, new TransactionCommand.RecordApproval(Shop.ExchangeOf(id), Money.Eur(42_00), Shop.Code, ResponseCode.Ok, shop.Clock.Now)));
            await AskAsync(Shop.One(shop.NextId(), id.Stream, new TransactionCommand.Complete(Shop.Confirmation, Shop.Terms, shop.Clock.Now)));
        }
    }

    /// <summary>
    /// What was acknowledged is in the log where the reply says, once; what was not is there once or not at all; every chain holds and the postings balance.
    /// </summary>
    public async Task AssertBooksAsync(int terminals)
    {
        var verifier = new LogVerifier(_log, EventCodec.Default, static (_, @event) => Postings.AreBalanced(Postings.Of(@event)) ? null : "Its postings do not balance.", Nodes[0].Shop.Clock);
        var report = await verifier.VerifyAsync(null, Shop.Soon());
        Assert.True(report.IsSound, report.FirstBad?.Why);

        var recorded = await _log.ReadAllAsync(0, int.MaxValue, default);
        var byCommand = recorded.ToLookup(static e => e.CommandId);
        foreach (var (id, reply) in _acknowledged)
        {
            Assert.Equal(CommandOutcome.Accepted, reply.Outcome);
            Assert.Equal(reply.Position, byCommand[id].Last().Position);
            Assert.Equal(reply.Versions, byCommand[id].GroupBy(static e => e.Stream).Select(static stream => new StreamVersion(stream.Key, stream.Last().Version)));
        }

        var payments = recorded.Where(static e => e.Stream.IsIn(Transaction.Category)).GroupBy(static e => e.Stream).ToArray();
        string[] whole = ["transaction-requested.1", "transaction-authorisation-sent.1", "transaction-approved.1", "transaction-completed.1"];
        Assert.All(payments, payment => Assert.Equal(whole, payment.Select(static e => e.Type)));
        Assert.Equal(_acknowledged.Count, payments.Length * whole.Length);

        for (var terminal = 1; terminal <= terminals; terminal++)
        {
            var numbers = recorded.Where(e => e.Stream == Shop.SerialOf(terminal).Stream).Select(static e => EventCodec.Default.Decode(e)).OfType<TerminalEvent.TransactionStarted>().Select(static e => e.Number).ToArray();
            Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
        }
    }

    /// <summary>Where one has died, the others do not wait for it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _hasDead ? Nodes : []) node.Node.Abort();
        foreach (var node in Nodes) await node.Shop.DisposeAsync();
    }

    private async Task AskAsync(EngineCommand command)
    {
        var patience = Shop.Soon();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var nodes = Nodes;
                var node = nodes[Interlocked.Increment(ref _asked) % nodes.Count];
                var reply = await node.Engine.ExecuteAsync(command, patience);
                Assert.True(reply.IsAccepted, $"attempt {attempt}: {reply.Rejection}");
                _acknowledged.TryAdd(command.Id, reply);
                return;
            }
            catch (EventLogUnavailableException) when (!patience.IsCancellationRequested)
            {
                Interlocked.Increment(ref _repeats);
                await Task.Yield();
            }
        }
    }
}
