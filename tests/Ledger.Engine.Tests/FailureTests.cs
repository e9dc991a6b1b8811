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

    private static TerminalCommand Block(Shop shop) => new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, shop.Clock.Now);

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
