using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine.Runtime;
using Ledger.EventLog;
using Ledger.Testing;

namespace Ledger.Engine.Tests;

public class FailureTests
{
    private static readonly StreamName First = Shop.SerialOf(1).Stream;
    private static readonly StreamName Second = Shop.SerialOf(2).Stream;

    private static async Task<(Shop Shop, FaultyLog Log)> OpenAsync(EngineOptions? options = null)
    {
        var log = new FaultyLog(new InMemoryEventLog());
        var shop = new Shop(log, options ?? new EngineOptions { AppendAttemptsMax = 1, ShardCount = 1 });
        await shop.OpenAsync(terminals: 2);
        return (shop, log);
    }

    /// <summary>The block of the first terminal is in a commit of its own, which the log holds and will refuse.</summary>
    private static async Task<(Shop Shop, FaultyLog Log, Task<CommandReply> Block)> OpenWithCommitThatWillFailAsync()
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
        var refused = shop.Engine.ExecuteAsync(start, Shop.Soon()).AsTask();
        await shop.InFlightAsync(2);
        log.LetGo();

        await Assert.ThrowsAsync<EventLogUnavailableException>(() => block);
        await Assert.ThrowsAsync<EventLogUnavailableException>(() => refused);
        await Shop.Accepted(shop.Engine.ExecuteAsync(start, Shop.Soon()).AsTask());
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
    public async Task A_decider_that_throws_stops_its_actor_only_and_the_next_command_starts_it_again()
    {
        await using var engine = new LedgerEngine(
            new InMemoryEventLog(), EventCodec.Default, new ManualClock(Shop.At(Shop.Day, 12)), new EngineOptions(), new StreamTypes(new StreamType<Moody, CardState, CardCommand, CardEvent, CardRejection>()));
        var (token, other) = (new CardToken("tok_moody"), new CardToken("tok_other"));
        Assert.True((await Oppose(engine, 1, token, OppositionReason.Lost)).IsAccepted);

        var failed = await Assert.ThrowsAsync<ActorFailedException>(() => Oppose(engine, 2, token, Moody.Trigger));
        Assert.Equal(token.Stream, failed.Stream);
        Assert.True((await Oppose(engine, 3, other, OppositionReason.Lost)).IsAccepted);
        Assert.Equal(CommandOutcome.Rejected, (await Oppose(engine, 4, token, OppositionReason.Stolen)).Outcome);
        Assert.Equal(1, (await engine.ReadAsync<CardState>(token.Stream, default)).Version);

        // The failure was not kept: the repeat is decided anew.
        await Assert.ThrowsAsync<ActorFailedException>(() => Oppose(engine, 2, token, Moody.Trigger));
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
    public async Task Two_engines_on_one_log_never_both_win_and_never_break_a_chain()
    {
        var log = new InMemoryEventLog();
        await using var shop = new Shop(log, new EngineOptions { AttemptsMax = 50 });
        await shop.OpenAsync();
        await using var rival = shop.NewEngine();
        var numbers = Enumerable.Range(0, 200).Select(number =>
        {
            var take = new TerminalCommand.TakeNumber(Shop.Id(number), Shop.Terms, Shop.Device, shop.Clock.Now);
            return (number % 2 == 0 ? shop.Engine : rival).ExecuteAsync(Shop.One(Shop.Id(number), First, take), Shop.Soon()).AsTask();
        });

        var replies = await Task.WhenAll(numbers);

        var taken = (await shop.EventsAsync()).OfType<TerminalEvent.NumberTaken>().ToArray();
        Assert.Equal(replies.Count(static reply => reply.Outcome == CommandOutcome.Accepted), taken.Length);
        Assert.Equal(Enumerable.Range(1, taken.Length), taken.Select(static e => e.Number));
        var previous = ChainHash.Genesis;
        foreach (var recorded in await log.ReadStreamAsync(First, 0, int.MaxValue, default))
        {
            Assert.True(ChainHash.Matches(previous.Span, recorded));
            previous = recorded.Hash;
        }
    }

    [Fact]
    public async Task A_command_that_others_keep_overtaking_is_given_up_after_so_many_attempts()
    {
        var (shop, log) = await OpenAsync(new EngineOptions { AttemptsMax = 3 });
        await using var _ = shop;
        await using var rival = shop.NewEngine();
        var before = log.Commits;
        log.BeforeCommit = commit =>
        {
            // Behind the engine's back, right before each of its commits. The rival writes to the log within.
            OvertakeAsync(log.Inner, commit).GetAwaiter().GetResult();
            return null;
        };

        var error = await Assert.ThrowsAsync<EventLogUnavailableException>(() => shop.Do(First, Block(shop)));

        Assert.Contains("3 times", error.Message, StringComparison.Ordinal);
        Assert.Equal(before + 3, log.Commits);

        async Task OvertakeAsync(IEventLog inner, int commit)
        {
            var head = Assert.Single(await inner.ReadHeadsAsync(null, 100, default), static head => head.Stream == First);
            var taken = new TerminalEvent.NumberTaken(Shop.Id(commit), commit - before, shop.Clock.Now);
            var write = EventEncoder.Write(EventCodec.Default, First, head.Version, head.Hash, shop.Clock.Now, Shop.Id(5000 + commit), taken);
            var record = new CommandRecord(Shop.Id(5000 + commit), Shop.Fingerprint("rival"), new byte[1], shop.Clock.Now);
            Assert.IsType<AppendResult.Appended>(Assert.Single(await inner.AppendAsync([new AppendUnit(record, [write])], default)));
        }
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

    private static Task<CommandReply> Oppose(LedgerEngine engine, int id, CardToken token, OppositionReason reason) =>
        engine.ExecuteAsync(Shop.One(Shop.Id(id), token.Stream, new CardCommand.Oppose(token, reason, Shop.At(Shop.Day, 12))), Shop.Soon()).AsTask();

    /// <summary>Breaks on one command, as a bug would.</summary>
    private sealed class Moody : IDecider<CardState, CardCommand, CardEvent, CardRejection>
    {
        public const OppositionReason Trigger = OppositionReason.FraudulentUse;

        public static string Category => "card";

        public static CardState Initial { get; } = new CardState.NotOpposed();

        public static Decision<CardEvent, CardRejection> Decide(CardState state, CardCommand command) => (state, command) switch
        {
            (_, CardCommand.Oppose { Reason: Trigger }) => throw new InvariantException("moody"),
            (CardState.NotOpposed, CardCommand.Oppose oppose) => new CardEvent.CardOpposed(oppose.Token, oppose.Reason, oppose.Now),
            _ => CardRejection.AlreadyRenewed,
        };

        public static CardState Evolve(CardState state, CardEvent @event) => new CardState.Opposed(((CardEvent.CardOpposed)@event).Token, @event.At, null);
    }
}
