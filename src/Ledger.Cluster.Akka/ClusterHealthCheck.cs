using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ledger.Cluster.Akka;

/// <summary>
/// Whether requests may be sent to a node. Unhealthy while it is not a member that is Up, reaches no majority, or its shards have no place; degraded while other nodes do not answer, or while
/// whoever says where shards stand is being replaced (<see cref="ClusterNodeOptions.PlacelessMax"/> at most). Safe for any number of callers.
/// </summary>
public sealed class ClusterHealthCheck(ClusterNode node) : IHealthCheck
{
    /// <summary>Stopwatch's time when shards had a place last; 0: never yet.</summary>
    private long _placedAt;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var status = node.Status;
        if (status.Health is ClusterHealth.Out or ClusterHealth.Minority) return HealthCheckResult.Unhealthy(status.Reason);
        if (await node.HasPlaceAsync(cancellationToken).ConfigureAwait(false))
        {
            Volatile.Write(ref _placedAt, Stopwatch.GetTimestamp());
            return status.Health is ClusterHealth.Healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(status.Reason);
        }

        const string noPlace = "Nobody says where streams stand.";
        var placedAt = Volatile.Read(ref _placedAt);
        return placedAt != 0 && Stopwatch.GetElapsedTime(placedAt) <= node.Options.PlacelessMax ? HealthCheckResult.Degraded(noPlace) : HealthCheckResult.Unhealthy(noPlace);
    }
}
