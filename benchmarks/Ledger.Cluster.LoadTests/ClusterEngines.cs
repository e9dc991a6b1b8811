using Ledger.Cluster.Akka;
using Ledger.Cluster.Marten;
using Ledger.Cluster.Marten.Schema;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.Runtimes;
using Ledger.Postgres;
using NodaTime;

namespace Ledger.Cluster.LoadTests;

/// <summary>What Ledger.Cluster.sln adds to the load tests: the log as Marten's events, one node of the Akka.NET runtime, and Marten and Akka.Persistence as their own documents recommend them.</summary>
public sealed class ClusterEngines : IEngineSource
{
    /// <summary>A commit a batch of at most as many as wait: a minute's worth at most.</summary>
    private const long MartenCommandsMax = 20_000;

    public IReadOnlyList<LogKind> Logs { get; } = [new("marten", MartenCommandsMax, OpenMartenAsync)];

    public IReadOnlyList<RuntimeKind> Runtimes { get; } = [new("akka", AkkaNode.StartAsync)];

    public IReadOnlyList<EngineKind> Engines { get; } =
    [
        new("Marten itself, FetchForWriting and a session a command", MartenCommandsMax, MartenSessions.OpenAsync),
        new("Akka.Persistence itself, journal in memory", long.MaxValue, AkkaPersistence.OpenInMemoryAsync),
        new("Akka.Persistence itself, Akka.Persistence.Sql on PostgreSQL", MartenCommandsMax, AkkaPersistence.OpenOnPostgresAsync),
    ];

    private static async ValueTask<IEventLog> OpenMartenAsync(LogPlace place, CancellationToken cancellation)
    {
        var options = new PostgresOptions(await place.CreateDatabaseAsync(cancellation));
        await MartenLogSchema.MigrateAsync(options, cancellation);
        return await MartenEventLog.OpenAsync(options, cancellation);
    }

    /// <summary>A cluster of one node on loopback.</summary>
    private sealed class AkkaNode(LedgerEngine engine, ClusterNode node) : IRunningEngine
    {
        public ILedgerEngine Engine => node.Engine;

        public static async ValueTask<IRunningEngine> StartAsync(IEventLog log, EngineOptions options, CancellationToken cancellation)
        {
            // The node's threads are its actors' while the log writes.
            var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, options with { RunsOnCallers = false });
            try
            {
                return new AkkaNode(engine, await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.0.1", 0), engine, cancellation));
            }
            catch
            {
                await engine.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await node.DisposeAsync();
            await engine.DisposeAsync();
        }
    }
}
