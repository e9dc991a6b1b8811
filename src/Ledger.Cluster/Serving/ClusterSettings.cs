using System.Collections.Immutable;
using Ledger.Cluster.Akka;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Microsoft.Extensions.Configuration;

namespace Ledger.Cluster.Serving;

/// <summary>What a server's place in the cluster needs, from where its other settings come: LEDGER_CLUSTER_HOST, LEDGER_CLUSTER_PORT, LEDGER_CLUSTER_SEEDS.</summary>
internal static class ClusterSettings
{
    public const int PortDefault = 4053;

    private const int SeedsMax = 16;

    /// <summary>How long each phase of leaving may take; they share <see cref="ClusterRuntime.LeaveMax"/>.</summary>
    private static readonly TimeSpan LeavePhaseMax = TimeSpan.FromSeconds(10);

    /// <exception cref="UsageException">One is missing or no address; the message names its key.</exception>
    public static ClusterNodeOptions Read(IConfiguration configuration)
    {
        if (configuration["CLUSTER_HOST"] is not { Length: > 0 } host) throw new UsageException("CLUSTER_HOST is missing: the address or name at which the other nodes reach this one. Give --cluster-host or LEDGER_CLUSTER_HOST.");

        return new ClusterNodeOptions(host, ServerSettings.NumberOf(configuration, "CLUSTER_PORT", PortDefault, 1, 65_535)) { Seeds = SeedsOf(configuration), LeavePhaseMax = LeavePhaseMax };
    }

    private static ImmutableArray<string> SeedsOf(IConfiguration configuration)
    {
        ImmutableArray<string> seeds = [.. (configuration["CLUSTER_SEEDS"] ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (seeds.Length is 0 or > SeedsMax) throw new UsageException($"CLUSTER_SEEDS names {seeds.Length} nodes; write 1 to {SeedsMax}, host:port with « ; » between them, the same list at every node. The first founds the cluster. Or give --seed host:port.");
        return seeds.FirstOrDefault(static seed => !ClusterNodeOptions.IsAddress(seed)) is { } wrong ? throw new UsageException($"CLUSTER_SEEDS has « {wrong} »; write host:port, for instance node1:{PortDefault}.") : seeds;
    }
}
