using Ledger.Cluster.Testing.EventStoreDb;
using Ledger.EventLog;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Runtimes;

namespace Ledger.Cluster.EventStoreDb.LoadTests;

/// <summary>The log in EventStoreDB for the load tests, and EventStoreDB as its own documents recommend it. Each has a server of its own in the run's folder.</summary>
public sealed class EventStoreDbEngines : IEngineSource
{
    private const long CommandsMax = 20_000;

    /// <summary>A measured server may be slow for other reasons than being away.</summary>
    private static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(60);

    public IReadOnlyList<LogKind> Logs { get; } = [new("eventstoredb", CommandsMax, OpenLogAsync)];

    public IReadOnlyList<RuntimeKind> Runtimes { get; } = [];

    public IReadOnlyList<EngineKind> Engines { get; } = [new("EventStoreDB itself, a read and an append a command", CommandsMax, EventStoreDbStreams.OpenAsync)];

    /// <exception cref="PeerMissingException">There is no EventStoreDB here.</exception>
    public static async Task<EventStoreDbServer> StartServerAsync(LogPlace place, CancellationToken cancellation)
    {
        try
        {
            return await EventStoreDbServer.StartAsync(Path.Combine(place.Folder, "eventstoredb"), [], cancellation);
        }
        catch (EventStoreDbMissingException missing)
        {
            throw new PeerMissingException(missing.Message);
        }
    }

    private static async ValueTask<IEventLog> OpenLogAsync(LogPlace place, CancellationToken cancellation)
    {
        var server = await StartServerAsync(place, cancellation);
        try
        {
            var options = new EventStoreDbOptions(server.ConnectionString) { OperationTimeout = OperationTimeout, IndexFile = Path.Combine(place.Folder, "index.db") };
            return new LogWithServer(await EventStoreDbEventLog.OpenAsync(options, cancellation), server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
