using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>What a load balancer is told of a node.</summary>
public sealed class HealthTests
{
    /// <summary>The others stay as they are for as long as the test looks; whoever leaves among them does not wait for the dead.</summary>
    private static readonly ClusterNodeOptions Undecided = Nodes.Options with { StableAfter = TimeSpan.FromMinutes(5), LeavePhaseMax = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task A_member_whose_shards_have_a_place_is_healthy_and_one_that_left_is_not()
    {
        await using var cluster = await TestCluster.StartAsync(2);
        var check = new ClusterHealthCheck(cluster.Nodes[0].Node);
        await UntilAsync(check, HealthStatus.Healthy, null);

        await cluster.Nodes[0].Node.LeaveAsync();

        await UntilAsync(check, HealthStatus.Unhealthy, "The node has stopped.");
    }

    [Fact]
    public async Task A_node_that_sees_the_majority_takes_requests_and_names_who_is_missing()
    {
        await using var cluster = await TestCluster.StartAsync(3, Undecided);
        var check = new ClusterHealthCheck(cluster.Nodes[0].Node);
        await UntilAsync(check, HealthStatus.Healthy, null);

        cluster.Kill(cluster.Nodes[2]);

        await UntilAsync(check, HealthStatus.Degraded, $"{cluster.Nodes[2].Node.Address} cannot be reached.");
    }

    [Fact]
    public async Task A_node_that_sees_no_majority_takes_no_requests_although_it_is_still_up()
    {
        await using var cluster = await TestCluster.StartAsync(3, Undecided);
        var node = cluster.Nodes[0].Node;
        await UntilAsync(new ClusterHealthCheck(node), HealthStatus.Healthy, null);

        cluster.Kill(cluster.Nodes.Skip(1));

        await UntilAsync(new ClusterHealthCheck(node), HealthStatus.Unhealthy, "no majority");
        Assert.Equal(ClusterHealth.Minority, node.Status.Health);
    }

    [Fact]
    public async Task While_nobody_says_where_streams_stand_a_node_that_knew_takes_requests_and_one_that_never_knew_does_not()
    {
        const string noPlace = "Nobody says where streams stand.";
        await using var cluster = await TestCluster.StartAsync(3, Undecided);
        var check = new ClusterHealthCheck(cluster.Nodes[1].Node);
        await UntilAsync(check, HealthStatus.Healthy, null);

        // The oldest node says it.
        cluster.Kill(cluster.Nodes[0]);

        await UntilAsync(check, HealthStatus.Degraded, noPlace);
        // Who never knew of a place has none to remember.
        await UntilAsync(new ClusterHealthCheck(cluster.Nodes[2].Node), HealthStatus.Unhealthy, noPlace);
    }

    [Fact]
    public async Task A_node_whose_streams_are_placeless_for_too_long_takes_no_requests()
    {
        await using var cluster = await TestCluster.StartAsync(3, Undecided with { PlacelessMax = TimeSpan.FromTicks(1) });
        var check = new ClusterHealthCheck(cluster.Nodes[1].Node);
        await UntilAsync(check, HealthStatus.Healthy, null);

        cluster.Kill(cluster.Nodes[0]);

        await UntilAsync(check, HealthStatus.Unhealthy, "Nobody says where streams stand.");
    }

    private static Task UntilAsync(ClusterHealthCheck check, HealthStatus status, string? why) => TestCluster.UntilAsync(async () =>
    {
        var result = await check.CheckHealthAsync(new HealthCheckContext(), Shop.Soon());
        return result.Status == status && (why is null || result.Description!.Contains(why, StringComparison.Ordinal));
    });
}
