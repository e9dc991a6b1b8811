using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>Nodes go, with and without a word, while commands come.</summary>
public sealed class FailOverTests
{
    private const int CallerCount = 12;

    private const int CommandsBetween = 400;

    private static readonly ClusterNodeOptions Options = Nodes.Options with { AnswerWithin = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task A_node_that_leaves_hands_over_and_no_command_is_lost_or_done_twice()
    {
        await using var cluster = await TestCluster.StartAsync(3, Options);
        var paying = await PayAsync(cluster);

        var leaving = cluster.Nodes[2].Node;
        await leaving.LeaveAsync();
        await FinishAsync(cluster, paying);

        await leaving.Stopped;
        Assert.Equal(ClusterHealth.Out, leaving.Status.Health);
        await AssertGoneAsync(cluster, leaving);
        await cluster.AssertBooksAsync(CallerCount);
    }

    [Fact]
    public async Task A_node_that_dies_is_replaced_and_no_command_is_lost_or_done_twice()
    {
        await using var cluster = await TestCluster.StartAsync(3, Options);
        var paying = await PayAsync(cluster);

        var dying = cluster.Nodes[0].Node;
        cluster.Kill(cluster.Nodes[0]);
        await TestCluster.UntilAsync(() => Task.FromResult(cluster.Nodes[1].Node.Status is { Health: ClusterHealth.Degraded, Unreachable: [var address] } && address == dying.Address));
        await FinishAsync(cluster, paying);

        await AssertGoneAsync(cluster, dying);
        Assert.Equal(ClusterHealth.Out, dying.Status.Health);
        await cluster.AssertBooksAsync(CallerCount);
    }

    [Fact]
    public async Task Between_a_nodes_death_and_its_removal_streams_get_a_place_on_the_living()
    {
        await using var cluster = await TestCluster.StartAsync(3, Options with { StableAfter = TimeSpan.FromMinutes(5), AnswerWithin = TimeSpan.FromSeconds(5) });
        cluster.Kill(cluster.Nodes[2]);
        var living = cluster.Nodes[1];
        await TestCluster.UntilAsync(() => Task.FromResult(living.Node.Status.Health is ClusterHealth.Degraded));

        var replies = await Task.WhenAll(Enumerable.Range(1, CallerCount).Select(number => FindReplyAsync(living.Shop, number)));

        // The dead node is still one of those that streams are given to.
        Assert.InRange(replies.Count(static reply => reply is { IsAccepted: true }), CallerCount / 3, CallerCount);
        Assert.True(await living.Node.HasPlaceAsync(Shop.Soon()));
        Assert.Equal([cluster.Nodes[2].Node.Address], living.Node.Status.Unreachable);
    }

    [Fact]
    public async Task A_node_that_joins_takes_shards_over_under_load()
    {
        await using var cluster = await TestCluster.StartAsync(1, Options);
        var paying = await PayAsync(cluster);

        await cluster.AddAsync(Options);
        await TestCluster.UntilAsync(async () => !(await cluster.Nodes[1].Node.ReadShardsAsync(Shop.Soon())).IsEmpty);
        await FinishAsync(cluster, paying);

        await cluster.AssertBooksAsync(CallerCount);
    }

    /// <returns>Null where nobody answered.</returns>
    private static async Task<CommandReply?> FindReplyAsync(Shop shop, int number)
    {
        try
        {
            return await shop.Do(Shop.SerialOf(number).Stream, shop.Register(number) with { Serial = Shop.SerialOf(number) });
        }
        catch (EventLogUnavailableException)
        {
            return null;
        }
    }

    private static async Task<Task[]> PayAsync(TestCluster cluster)
    {
        await cluster.Nodes[0].Shop.OpenAsync(terminals: CallerCount);
        Task[] paying = [.. Enumerable.Range(0, CallerCount).Select(caller => Task.Run(() => cluster.PayAsync(caller)))];
        await TestCluster.UntilAsync(() => Task.FromResult(cluster.AcknowledgedCount >= CommandsBetween));
        return paying;
    }

    /// <summary>Some more, all of them after what happened.</summary>
    private static async Task FinishAsync(TestCluster cluster, Task[] paying)
    {
        var enough = cluster.AcknowledgedCount + CommandsBetween;
        await TestCluster.UntilAsync(() => Task.FromResult(cluster.AcknowledgedCount >= enough || paying.Any(static caller => caller.IsFaulted)));
        cluster.IsEnough = true;
        await Task.WhenAll(paying);
    }

    private static Task AssertGoneAsync(TestCluster cluster, ClusterNode gone) => TestCluster.UntilAsync(() => Task.FromResult(
        cluster.Nodes.Where(node => node.Node != gone).All(node => node.Node.Status is { Health: ClusterHealth.Healthy, Up.Length: 2 } status && !status.Up.Contains(gone.Address))));
}
