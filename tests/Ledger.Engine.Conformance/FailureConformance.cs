using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Engine.Conformance;

/// <summary>Where the log or a history fails: who must hear of it does, as the exception it is, and nobody else.</summary>
public abstract class FailureConformance : EngineSuite
{
    private static readonly StreamName First = Shop.SerialOf(1).Stream;
    private static readonly StreamName Second = Shop.SerialOf(2).Stream;

    private async Task<(Shop Shop, FaultyLog Log)> OpenAsync(EngineOptions? options = null)
    {
        var log = NewLog();
        return (await OpenShopAsync(log, options ?? new EngineOptions { AppendAttemptsMax = 1, ShardCount = 1 }, terminals: 2), log);
    }

    /// <summary>The block of the first terminal is in a commit of its own, which the log holds and will refuse.</summary>
    private async Task<(Shop Shop, FaultyLog Log, Task<CommandReply> Block)> OpenWithCommitThatWillFailAsync()
    {
        var (shop, log) = await OpenAsync();
        var failing = log.Commits + 1;
        log.BeforeCommit = commit => commit == failing ? new EventLogUnavailableException("disk full") : null;
        log.Hold();
        var block = shop.Do(First, Block(shop));
        await log.HeldAsync();
        return (shop, log, block);
    }

    private static TerminalCommand Block(Shop shop) => new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, shop.Clock.Now);

    private static TerminalCommand Unblock(Shop shop) => new TerminalCommand.Unblock(Channel.Assistance, shop.Clock.Now);

    [Fact]
    public async Task A_failed_commit_fails_those_who_waited_for_it_and_those_decided_on_top_and_nobody_else()
    {
        var (shop, log, first) = await OpenWithCommitThatWillFailAsync();
        await using var _ = shop;
        var onTop = shop.Do(First, Unblock(shop));
        var other = shop.Do(Second, Block(shop));
        await shop.InFlightAsync(3);
        log.LetGo();

        await Assert.ThrowsAsync<EventLogUnavailableException>(() => first);
        await Assert.ThrowsAsync<EventLogUnavailableException>(() => onTop);
        await Shop.Accepted(other);
        Assert.IsType<TerminalState.Active>(await shop.StateAsync<TerminalState>(First));
        await Shop.Accepted(shop.Do(First, Block(shop)));
        Assert.Equal(EngineHealth.Running, shop.Engine.Status.Health);
    }

    /// <summary>A refusal has no events by which the log could tell: the engine itself must not let it stand.</summary>
    [Fact]
    public async Task A_refusal_that_rests_on_a_commit_that_fails_is_not_kept()
    {
        var (shop, log, block) = await OpenWithCommitThatWillFailAsync();
        await using var _ = shop;
        var start = shop.Start(Shop.Id(1), shop.NewTransaction());
        var refused = shop.Door.ExecuteAsync(start, Shop.Soon()).AsTask();
        await shop.InFlightAsync(2);
        log.LetGo();

        await Assert.ThrowsAsync<EventLogUnavailableException>(() => block);
        await Assert.ThrowsAsync<EventLogUnavailableException>(() => refused);
        await Shop.Accepted(shop.Door.ExecuteAsync(start, Shop.Soon()).AsTask());
    }

    [Fact]
    public async Task A_commit_that_fails_once_is_tried_again_before_anyone_hears_of_it()
    {
        var (shop, log) = await OpenAsync(new EngineOptions { AppendAttemptsMax = 2 });
        await using var _ = shop;
        var failing = log.Commits + 1;
        log.BeforeCommit = commit => commit == failing ? new EventLogUnavailableException("busy") : null;

        await Shop.Accepted(shop.Do(First, Block(shop)));
    }

    [Fact]
    public async Task A_read_shows_nothing_that_is_not_durable()
    {
        var (shop, log, block) = await OpenWithCommitThatWillFailAsync();
        await using var _ = shop;

        var read = shop.StateAsync<TerminalState>(First);
        var other = await shop.StateAsync<TerminalState>(Second);
        Assert.False(read.IsCompleted);
        log.LetGo();

        await Assert.ThrowsAsync<EventLogUnavailableException>(() => block);
        Assert.IsType<TerminalState.Active>(await read);
        Assert.IsType<TerminalState.Active>(other);
    }

    [Fact]
    public async Task An_engine_whose_log_was_taken_over_refuses_everything_and_says_why()
    {
        var (shop, log) = await OpenAsync();
        await using var _ = shop;
        log.BeforeCommit = static _ => new EventLogFencedException("taken over by epoch 2");

        await Assert.ThrowsAsync<EventLogFencedException>(() => shop.Do(First, Block(shop)));
        log.BeforeCommit = static _ => null;
        await Assert.ThrowsAsync<EventLogFencedException>(() => shop.Do(Second, Block(shop)));
        await Assert.ThrowsAsync<EventLogFencedException>(() => shop.StateAsync<TerminalState>(Second));

        Assert.Equal((EngineHealth.Fenced, "taken over by epoch 2"), (shop.Engine.Status.Health, shop.Engine.Status.Reason));
    }

    [Fact]
    public async Task A_history_that_cannot_be_read_stops_its_actor_only_and_is_tried_a_bounded_number_of_times()
    {
        var (shop, log) = await OpenAsync(new EngineOptions { RestartsMax = 2 });
        await using var _ = shop;
        await shop.RestartAsync();
        log.OnRead = static (stream, events) => stream == First ? events.SetItem(0, events[0] with { Payload = "{}"u8.ToArray() }) : events;

        await Assert.ThrowsAsync<ActorFailedException>(() => shop.Do(First, Block(shop)));
        await Shop.Accepted(shop.Do(Second, Block(shop)));
        Assert.Equal(1, shop.Engine.Status.FailedStreams);
        await Assert.ThrowsAsync<ActorFailedException>(() => shop.StateAsync<TerminalState>(First));
        await Assert.ThrowsAsync<ActorFailedException>(() => shop.StateAsync<TerminalState>(First));

        var reads = log.StreamReads;
        await Assert.ThrowsAsync<ActorFailedException>(() => shop.Do(First, Block(shop)));
        Assert.Equal(reads, log.StreamReads);
    }

    [Fact]
    public async Task A_history_that_heals_starts_its_actor_again()
    {
        var (shop, log) = await OpenAsync();
        await using var _ = shop;
        await shop.RestartAsync();
        log.OnRead = static (stream, events) => stream == First ? events.RemoveAt(0) : events;
        await Assert.ThrowsAsync<ActorFailedException>(() => shop.Do(First, Block(shop)));

        log.OnRead = null;

        await Shop.Accepted(shop.Do(First, Block(shop)));
        Assert.Equal(0, shop.Engine.Status.FailedStreams);
    }

    [Fact]
    public async Task A_committer_that_breaks_stops_the_engine_and_tells_all_who_wait()
    {
        var (shop, log) = await OpenAsync();
        await using var _ = shop;
        log.OnAppended = static _ => [];

        await Assert.ThrowsAsync<EngineFaultedException>(() => shop.Do(First, Block(shop)));
        await Assert.ThrowsAsync<EngineFaultedException>(() => shop.Do(Second, Block(shop)));

        Assert.Equal(EngineHealth.Faulted, shop.Engine.Status.Health);
    }

    [Fact]
    public async Task A_full_mailbox_refuses_and_takes_in_again_when_there_is_room()
    {
        await using var shop = await StartShopAsync(options: new EngineOptions { MailboxCapacity = 3, ShardCount = 1, HasThreads = false });
        var waiting = Enumerable.Range(1, 3).Select(number => shop.Do(Shop.SerialOf(number).Stream, shop.Register(number))).ToArray();
        await shop.QueuedAsync(3);

        await Assert.ThrowsAsync<MailboxFullException>(() => shop.Do(Shop.SerialOf(4).Stream, shop.Register(4)));
        await Assert.ThrowsAsync<MailboxFullException>(() => shop.StateAsync<TerminalState>(Shop.SerialOf(4).Stream));
        Assert.Equal(3, shop.Engine.Status.QueueDepth);

        shop.RunUntilIdle();
        Assert.All(await Task.WhenAll(waiting), static reply => Assert.True(reply.IsAccepted));
        var again = shop.Do(Shop.SerialOf(4).Stream, shop.Register(4));
        await shop.QueuedAsync(1);
        shop.RunUntilIdle();
        await Shop.Accepted(again);
    }
}
