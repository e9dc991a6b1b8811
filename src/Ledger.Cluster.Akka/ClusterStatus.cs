using System.Collections.Immutable;

namespace Ledger.Cluster.Akka;

/// <summary>How this node sees the cluster; what a health check answers.</summary>
/// <param name="Reason">A sentence for people; null when healthy.</param>
/// <param name="Up">Addresses of the members that take part, « host:port », in order.</param>
/// <param name="Unreachable">Those of the members that do not answer, in order.</param>
public sealed record ClusterStatus(ClusterHealth Health, string? Reason, ImmutableArray<string> Up, ImmutableArray<string> Unreachable);

public enum ClusterHealth
{
    /// <summary>This node takes part and sees all others.</summary>
    Healthy = 1,

    /// <summary>It takes part; others do not answer, and streams of theirs wait until their shards have moved.</summary>
    Degraded = 2,

    /// <summary>It takes no part: it joins, leaves, or has stopped. Send it nothing.</summary>
    Out = 3,

    /// <summary>It is a member and reaches no majority of them, so it stops unless that changes soon. Send it nothing.</summary>
    Minority = 4,
}
