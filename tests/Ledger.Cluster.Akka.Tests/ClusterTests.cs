using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Ledger.Cluster.Akka.Wire;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>Where streams stand, how they come and go, and what callers are told.</summary>
public sealed class ClusterTests
{
    private static readonly StreamName Terminal = Shop.Serial.Stream;

    [Fact]
    public async Task Every_shard_stands_on_one_node_and_every_node_has_some()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Nodes[0].Shop.OpenAsync(terminals: 60);

        var shards = await Task.WhenAll(cluster.Nodes.Select(static node => node.Node.ReadShardsAsync(Shop.Soon())));

        Assert.All(shards, static shardsOfOne => Assert.NotEmpty(shardsOfOne));
        Assert.Equal(shards.Sum(static shardsOfOne => shardsOfOne.Length), shards.SelectMany(static shardsOfOne => shardsOfOne).Distinct().Count());
    }

    [Fact]
    public async Task A_terminal_and_its_transactions_are_decided_on_one_node_whichever_is_asked()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.Nodes[0].Shop.OpenAsync();
        int[] before = [.. cluster.Nodes.Select(static node => node.Log.Commits)];

        foreach (var node in cluster.Nodes) await node.Shop.PayAsync();

        Assert.Single(cluster.Nodes.Select((node, number) => node.Log.Commits - before[number]), static commits => commits > 0);
        foreach (var node in cluster.Nodes) Assert.Null((await node.Shop.StateAsync<TerminalState>(Terminal)).Work.Open);
    }

    [Fact]
    public async Task Every_node_reads_at_once_what_any_node_has_answered()
    {
        await using var cluster = await TestCluster.StartAsync(2);
        await cluster.Nodes[0].Shop.OpenAsync();
        for (var round = 0; round < 10; round++)
        {
            var (asked, other) = (cluster.Nodes[round % 2].Shop, cluster.Nodes[(round + 1) % 2].Shop);
            var id = await asked.AskAsync();
            Assert.IsType<TransactionState.AuthorisationPending>(await other.StateAsync(id));
            await other.FinishAsync(id, Domain.Money.Eur(42_00));
            Assert.IsType<TransactionState.Completed>(await asked.StateAsync(id));
        }
    }

    [Fact]
    public async Task A_stream_that_is_idle_leaves_the_memory_and_comes_back_as_it_was()
    {
        await using var cluster = await TestCluster.StartAsync(1, Nodes.Options with { IdleAfter = TimeSpan.FromMilliseconds(200) });
        var (shop, node) = (cluster.Nodes[0].Shop, cluster.Nodes[0].Node);
        await shop.OpenAsync();
        var id = await shop.AskAsync();

        await TestCluster.UntilAsync(async () => await node.CountEntitiesAsync(Shop.Soon()) == 0);
        await shop.FinishAsync(id, Domain.Money.Eur(42_00));

        Assert.IsType<TransactionState.Completed>(await shop.StateAsync(id));
        Assert.InRange(await node.CountEntitiesAsync(Shop.Soon()), 0, 1);
    }

    [Fact]
    public async Task A_stream_that_is_told_to_stop_ends_what_it_has_first()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log);
        await shop.OpenAsync();
        using var system = ActorSystem.Create("one", "akka.stdout-loglevel = OFF, akka.loglevel = OFF");
        var entity = system.ActorOf(StreamEntity.PropsOf(shop.Engine));
        log.Hold();

        var first = Ask(new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, shop.Clock.Now));
        await shop.InFlightAsync(1);
        var stopping = entity.GracefulStop(TimeSpan.FromSeconds(30), StreamEntity.StopWhenDone.Instance);
        var second = Ask(new TerminalCommand.Unblock(Channel.Assistance, shop.Clock.Now));
        await shop.InFlightAsync(2);
        Assert.False(stopping.IsCompleted);
        log.LetGo();

        Assert.All(await Task.WhenAll(first, second), static answer => Assert.True(Assert.IsType<CommandAnswered>(answer).Reply.IsAccepted));
        Assert.True(await stopping);

        Task<object> Ask(TerminalCommand command) => entity.Ask<object>(new ExecuteCommand(1, Shop.One(shop.NextId(), Terminal, command)), TimeSpan.FromSeconds(30));
    }

    /// <summary>As when the network parts them and each takes the other for dead: the log alone decides.</summary>
    [Fact]
    public async Task Nodes_that_both_hold_a_stream_for_theirs_do_nothing_twice()
    {
        await using var cluster = await TestCluster.StartAsync(2, areOne: false);
        await cluster.Nodes[0].Shop.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            var command = cluster.Nodes[0].Shop.Start(cluster.Nodes[0].Shop.NextId(), cluster.Nodes[0].Shop.NewTransaction());
            var replies = await Task.WhenAll(cluster.Nodes.Select(node => Task.Run(async () => await node.Engine.ExecuteAsync(command, Shop.Soon()))));

            Assert.All(replies, static reply => Assert.Equal(CommandOutcome.Accepted, reply.Outcome));
            Assert.Equal(replies[0].Position, replies[1].Position);
            Assert.Single(replies, static reply => reply.Replayed);
            await Shop.Accepted(cluster.Nodes[round % 2].Shop.Do(new TransactionId(command.Parts[1].Stream.GuidId), new TransactionCommand.Abort(AbortReason.CancelledByMerchant, cluster.Nodes[0].Shop.Clock.Now)));
        }
    }

    [Fact]
    public async Task A_part_that_a_function_builds_is_decided_by_the_node_that_was_asked()
    {
        await using var cluster = await TestCluster.StartAsync(2);
        await cluster.Nodes[0].Shop.OpenAsync();
        foreach (var node in cluster.Nodes)
        {
            var start = node.Shop.Start(node.Shop.NextId(), node.Shop.NewTransaction());
            var request = start.Parts[1];
            var reply = await Shop.Accepted(node.Engine.ExecuteAsync(start with { Parts = [start.Parts[0], new CommandPart(request.Stream, request.Build)] }, Shop.Soon()).AsTask());

            Assert.Equal(start.Parts.Select(static part => part.Stream), reply.Versions.Select(static version => version.Stream));
            await Shop.Accepted(node.Shop.Do(new TransactionId(request.Stream.GuidId), new TransactionCommand.Abort(AbortReason.CancelledByMerchant, node.Shop.Clock.Now)));
        }
    }

    [Fact]
    public async Task A_command_without_an_answer_in_time_is_to_be_repeated_and_the_repeat_is_answered()
    {
        await using var cluster = await TestCluster.StartAsync(1, Nodes.Options with { AnswerWithin = TimeSpan.FromMilliseconds(500) });
        var node = cluster.Nodes[0];
        await node.Shop.OpenAsync();
        var start = node.Shop.Start(node.Shop.NextId(), node.Shop.NewTransaction());
        node.Log.Hold();

        var late = await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await node.Engine.ExecuteAsync(start, Shop.Soon()));
        node.Log.LetGo();
        var again = await node.Engine.ExecuteAsync(start, Shop.Soon());

        Assert.Contains("same id", late.Message, StringComparison.Ordinal);
        Assert.True(again is { Outcome: CommandOutcome.Accepted, Replayed: true });
    }

    [Fact]
    public async Task More_calls_than_may_wait_are_refused_at_once()
    {
        await using var cluster = await TestCluster.StartAsync(1, Nodes.Options with { CallsMax = 1 });
        var node = cluster.Nodes[0];
        await node.Shop.OpenAsync();
        node.Log.Hold();
        var first = node.Shop.Do(Terminal, new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, node.Shop.Clock.Now));

        await Assert.ThrowsAsync<MailboxFullException>(() => node.Shop.Do(Terminal, new TerminalCommand.Unblock(Channel.Assistance, node.Shop.Clock.Now)));

        node.Log.LetGo();
        await Shop.Accepted(first);
        await Shop.Accepted(node.Shop.Do(Terminal, new TerminalCommand.Unblock(Channel.Assistance, node.Shop.Clock.Now)));
    }

    [Fact]
    public async Task A_caller_who_stops_waiting_does_not_stop_the_command()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var node = cluster.Nodes[0];
        await node.Shop.OpenAsync();
        var start = node.Shop.Start(node.Shop.NextId(), node.Shop.NewTransaction());
        node.Log.Hold();
        using var leaves = new CancellationTokenSource();
        var waiting = node.Engine.ExecuteAsync(start, leaves.Token).AsTask();
        await node.Log.HeldAsync();

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        node.Log.LetGo();

        Assert.True((await node.Engine.ExecuteAsync(start, Shop.Soon())).Replayed);
    }

    [Fact]
    public async Task A_node_that_leaves_answers_what_is_under_way_and_refuses_the_rest()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var node = cluster.Nodes[0];
        await node.Shop.OpenAsync();
        node.Log.Hold();
        var underWay = node.Shop.Do(Terminal, new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, node.Shop.Clock.Now));
        await node.Log.HeldAsync();

        var leaving = node.Node.LeaveAsync();
        await TestCluster.UntilAsync(async () => await Record.ExceptionAsync(() => node.Shop.Do(Shop.Merchant.Stream, new TerminalCommand.BlockForGood(node.Shop.Clock.Now))) is EventLogUnavailableException);
        Assert.False(leaving.IsCompleted);
        node.Log.LetGo();

        await Shop.Accepted(underWay);
        await leaving;
        await node.Node.Stopped;
    }

    /// <summary>Also of streams that stand on another node, whose hand-off waits for nothing here.</summary>
    [Fact]
    public async Task A_node_takes_no_more_and_waits_for_its_callers_answers_before_it_leaves()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var node = cluster.Nodes[0];
        await node.Shop.OpenAsync();
        node.Log.Hold();
        var underWay = node.Shop.Do(Terminal, new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, node.Shop.Clock.Now));
        await node.Log.HeldAsync();

        var draining = ((ClusterEngine)node.Engine).DrainAsync();
        await Assert.ThrowsAsync<EventLogUnavailableException>(() => node.Shop.Do(Terminal, new TerminalCommand.Unblock(Channel.Assistance, node.Shop.Clock.Now)));
        Assert.False(draining.IsCompleted);
        node.Log.LetGo();

        await Shop.Accepted(underWay);
        await draining;
    }

    [Fact]
    public async Task A_node_that_finds_no_cluster_says_so_and_does_not_found_one_of_its_own()
    {
        await using var shop = new Shop();

        await Assert.ThrowsAsync<TimeoutException>(() => ClusterNode.StartAsync(Nodes.Options with { Seeds = ["127.0.0.1:1"], JoinWithin = TimeSpan.FromSeconds(1) }, shop.Engine, Shop.Soon()));
        await Assert.ThrowsAsync<ArgumentException>(() => ClusterNode.StartAsync(Nodes.Options with { Seeds = ["nowhere"] }, shop.Engine, Shop.Soon()));
    }

    [Fact]
    public async Task A_node_whose_port_is_taken_or_whose_address_is_not_here_says_so_in_one_line()
    {
        await using var shop = new Shop();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;

        // The second is of a net for documents (RFC 5737), the third a name that is nobody's (RFC 2606).
        foreach (var (host, port) in new[] { ("127.0.0.1", taken), ("198.51.100.7", 4053), ("node.invalid", 4053) })
        {
            var refused = await Assert.ThrowsAsync<IOException>(() => ClusterNode.StartAsync(Nodes.Options with { Host = host, Port = port }, shop.Engine, Shop.Soon()));
            Assert.StartsWith($"The node cannot listen at {host}:{port} ", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bounds_of_zero_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Nodes.Options with { CallsMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Nodes.Options with { AnswerWithin = TimeSpan.Zero });
    }
}
