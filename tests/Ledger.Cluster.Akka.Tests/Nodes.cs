using Ledger.Engine;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>Nodes on loopback that notice each other's deaths soon.</summary>
internal static class Nodes
{
    public static ClusterNodeOptions Options { get; } = new("127.0.0.1", 0)
    {
        HeartbeatPauseMax = TimeSpan.FromSeconds(1),
        StableAfter = TimeSpan.FromSeconds(1),
    };

    /// <summary>A node alone.</summary>
    public static async Task<EngineDoor> OpenDoorAsync(LedgerEngine engine)
    {
        var node = await ClusterNode.StartAsync(Options, engine, Shop.Soon());
        return new EngineDoor(node.Engine, node.DisposeAsync);
    }
}
