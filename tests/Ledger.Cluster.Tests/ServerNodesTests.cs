using Ledger.Cluster.Akka;
using Ledger.Cluster.Serving;
using Ledger.EndToEnd.Tests;
using Ledger.Hosting.CommandLine;
using Microsoft.Extensions.Configuration;

namespace Ledger.Cluster.Tests;

/// <summary>Whole servers as nodes of a cluster: any phone may ask any of them, and any may be killed or replaced.</summary>
public sealed class ServerNodesTests
{
    private const int PaymentsEach = 3;

    [Fact]
    public async Task A_server_that_is_killed_and_servers_that_are_replaced_one_by_one_lose_no_payment_and_the_acquirers_books_agree()
    {
        await using var database = await PrivateDatabase.StartAsync();
        await using var nodes = await ServerNodes.StartAsync([NodePlace.OnLoopback(), NodePlace.OnLoopback(), NodePlace.OnLoopback()], database.Server.ConnectionString, "127.0.0.1");
        await nodes.WaitForPaymentsAsync(PaymentsEach);

        // The oldest, which says where streams stand.
        await nodes.KillAsync(0);
        await nodes.WaitForPaymentsAsync(PaymentsEach);
        await nodes.StartNodeAsync(0);
        await nodes.WaitForAllReadyAsync();

        foreach (var number in new[] { 1, 2 })
        {
            ServerNodes.AssertDone(await nodes.StopAsync(number));
            await nodes.WaitForPaymentsAsync(PaymentsEach);
            await nodes.StartNodeAsync(number);
            await nodes.WaitForAllReadyAsync();
        }

        await nodes.WaitForPaymentsAsync(PaymentsEach);
        await nodes.ProveAsync();
    }

    [Theory]
    [InlineData("--log postgres", new[] { "serve", "--cluster-host", "127.0.0.1", "--seed", "127.0.0.1:4053" })]
    [InlineData("--acquirer", new[] { "serve", "--log", "postgres", "--connection", "Host=none", "--cluster-host", "127.0.0.1", "--seed", "127.0.0.1:4053" })]
    [InlineData("--cluster-host", new[] { "serve", "--log", "postgres", "--connection", "Host=none", "--acquirer", "http://localhost:1", "--seed", "127.0.0.1:4053" })]
    public async Task What_a_node_cannot_do_without_is_asked_for_by_name(string asked, string[] arguments)
    {
        await using var node = LedgerProcess.StartProgram("Ledger.Cluster", "Ledger.Cluster", [], arguments);

        var run = await node.WaitForExitAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(asked, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CLUSTER_PORT", "0")]
    [InlineData("CLUSTER_PORT", "65536")]
    [InlineData("CLUSTER_SEEDS", "")]
    [InlineData("CLUSTER_SEEDS", "node1")]
    [InlineData("CLUSTER_SEEDS", "node1:4053;node2:")]
    [InlineData("CLUSTER_SEEDS", "node1:0")]
    [InlineData("CLUSTER_HOST", "")]
    public void A_setting_that_is_no_address_is_refused_by_its_name(string key, string value)
    {
        var refused = Assert.Throws<UsageException>(() => Read(new() { ["CLUSTER_HOST"] = "node1", ["CLUSTER_SEEDS"] = "node1:4053", [key] = value }));

        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_are_host_and_port_in_their_order()
    {
        var options = Read(new() { ["CLUSTER_HOST"] = "node2", ["CLUSTER_SEEDS"] = "node1:4053; node2:4054" });

        Assert.Equal(("node2", ClusterSettings.PortDefault), (options.Host, options.Port));
        Assert.Equal(["node1:4053", "node2:4054"], options.Seeds);
    }

    private static ClusterNodeOptions Read(Dictionary<string, string?> settings) => ClusterSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
