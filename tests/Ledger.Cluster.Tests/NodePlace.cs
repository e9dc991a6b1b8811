using Ledger.Testing.Processes;

namespace Ledger.Cluster.Tests;

/// <summary>Where one node is to run.</summary>
/// <param name="Through">A command that starts it there; empty for this machine as it is.</param>
/// <param name="Host">Where phones reach it.</param>
/// <param name="ClusterHost">Where the other nodes do.</param>
internal sealed record NodePlace(string[] Through, string Host, string ClusterHost, int ClusterPort)
{
    /// <summary>On this machine.</summary>
    public static NodePlace OnLoopback() => new([], "127.0.0.1", "127.0.0.1", LoopbackPort.Next());
}
