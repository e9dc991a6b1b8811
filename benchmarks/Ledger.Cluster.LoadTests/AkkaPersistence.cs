using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Persistence;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.Runtimes;
using Npgsql;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Ledger.Cluster.LoadTests;

/// <summary>
/// Akka.Persistence as its documents show it: a persistent actor per transaction, sharded, on one node; it persists its event and then answers. The same commands, and less to do: no
/// rules, command records, chain or global positions; the journal in memory writes nothing down at all.
/// </summary>
internal sealed class AkkaPersistence(ActorSystem system, IActorRef region) : IRunningEngine, ILedgerEngine
{
    private const int ShardCount = 128;

    /// <summary>Above what any measured caller waits.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan JoinWithin = TimeSpan.FromSeconds(30);

    public ILedgerEngine Engine => this;

    public static ValueTask<IRunningEngine> OpenInMemoryAsync(LogPlace place, CancellationToken cancellation) =>
        StartAsync("""akka.persistence.journal.plugin = "akka.persistence.journal.inmem" """, cancellation);

    public static async ValueTask<IRunningEngine> OpenOnPostgresAsync(LogPlace place, CancellationToken cancellation)
    {
        var connection = await place.CreateDatabaseAsync(cancellation);
        var journal = $$"""
            akka.persistence.journal.plugin = "akka.persistence.journal.sql"
            akka.persistence.journal.sql {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              connection-string = "{{connection}}"
              provider-name = "PostgreSQL.15"
              auto-initialize = true
            }
            """;
        return await StartAsync(journal, cancellation);
    }

    public async ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
    {
        var part = command.Parts[0];
        var request = new RequestPayment(part.Stream.ToString(), PaymentRequested.Of((TransactionCommand.Request)part.Build([])));
        var version = await region.Ask<long>(request, AnswerWithin, cancellation);
        return new CommandReply(CommandOutcome.Accepted, null, [new StreamVersion(part.Stream, version)], 0, false);
    }

    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class => throw new NotSupportedException();

    public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class => throw new NotSupportedException();

    public async ValueTask DisposeAsync()
    {
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        // Its connections are pooled for the whole process; left open they would be missing to whatever is measured next on the same server.
        NpgsqlConnection.ClearAllPools();
    }

    private static async ValueTask<IRunningEngine> StartAsync(string journal, CancellationToken cancellation)
    {
        var system = ActorSystem.Create("peer", ConfigurationFactory.ParseString($$"""
            {{journal}}
            akka {
              loglevel = WARNING
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
              cluster.sharding.state-store-mode = ddata
              coordinated-shutdown.exit-clr = off
            }
            """));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(JoinWithin);
        var cluster = AkkaCluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress, patience.Token);
        var extractor = HashCodeMessageExtractor.Create(ShardCount, static message => (message as RequestPayment)?.Payment, static message => message);
        var region = await ClusterSharding.Get(system).StartAsync("payment", static id => Props.Create<PaymentActor>(id), ClusterShardingSettings.Create(system), extractor);
        return new AkkaPersistence(system, region);
    }

    private sealed record RequestPayment(string Payment, PaymentRequested Requested);

    /// <summary>One payment.</summary>
    private sealed class PaymentActor : ReceivePersistentActor
    {
        private readonly Payment _state = new();

        public PaymentActor(string id)
        {
            PersistenceId = string.Create(CultureInfo.InvariantCulture, $"payment-{id}");
            Recover<PaymentRequested>(_state.Apply);
            Command<RequestPayment>(request => Persist(request.Requested, requested =>
            {
                _state.Apply(requested);
                Sender.Tell(LastSequenceNr);
            }));
        }

        public override string PersistenceId { get; }
    }
}
