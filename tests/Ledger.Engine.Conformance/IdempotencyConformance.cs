using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Testing;

namespace Ledger.Engine.Conformance;

/// <summary>A command's id stands for one body and one reply.</summary>
[Rule("I11")]
public abstract class IdempotencyConformance : EngineSuite
{
    private static readonly StreamName Terminal = Shop.Serial.Stream;

    private static TerminalCommand Block(Shop shop) => new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, shop.Clock.Now);

    private static TerminalCommand Unblock(Shop shop) => new TerminalCommand.Unblock(Channel.Assistance, shop.Clock.Now);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("E20"), Rule("E21")]
    public async Task A_repeat_gets_the_first_reply_again_and_has_no_effect(bool afterRestart)
    {
        await using var shop = await OpenShopAsync();
        var command = shop.Start(Shop.Id(1), shop.NewTransaction());
        var first = await shop.Door.ExecuteAsync(command, Shop.Soon());
        await shop.SupplyAsync(Shop.SerialOf(2), 2);
        var position = shop.Log.LastPosition;
        if (afterRestart) await shop.RestartAsync();

        var again = await shop.Door.ExecuteAsync(command, Shop.Soon());

        Assert.True(first.IsAccepted);
        Assert.True(again.Replayed);
        AssertSame(first, again);
        Assert.Equal(position, shop.Log.LastPosition);
    }

    [Fact]
    [Rule("E20")]
    public async Task Repeats_at_the_same_time_have_one_effect_and_one_reply()
    {
        var log = NewLog();
        await using var shop = await OpenShopAsync(log);
        var command = shop.Start(Shop.Id(1), shop.NewTransaction());
        var position = log.LastPosition;
        log.Hold();

        Task<CommandReply>[] replies = [.. Enumerable.Range(0, 50).Select(_ => shop.Door.ExecuteAsync(command, Shop.Soon()).AsTask())];
        log.LetGo();
        var all = await Task.WhenAll(replies);

        Assert.Single(all, static reply => !reply.Replayed);
        Assert.All(all, reply => AssertSame(all[0], reply));
        Assert.Equal(position + 2, log.LastPosition);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("E22")]
    public async Task The_same_id_with_another_body_is_a_conflict_and_has_no_effect(bool afterRestart)
    {
        await using var shop = await OpenShopAsync();
        var command = Shop.One(Shop.Id(1), Terminal, Block(shop));
        await shop.Door.ExecuteAsync(command, Shop.Soon());
        if (afterRestart) await shop.RestartAsync();
        var position = shop.Log.LastPosition;

        var other = command with { Fingerprint = Shop.Fingerprint("other body") };
        await Assert.ThrowsAsync<CommandIdReusedException>(async () => await shop.Door.ExecuteAsync(other, Shop.Soon()));
        await Assert.ThrowsAsync<CommandIdReusedException>(async () => await shop.Door.ExecuteAsync(other with { Parts = [new CommandPart(Shop.Merchant.Stream, new object())] }, Shop.Soon()));

        Assert.Equal(position, shop.Log.LastPosition);
    }

    [Fact]
    [Rule("E22")]
    public async Task The_same_id_with_another_body_is_a_conflict_while_the_first_is_under_way()
    {
        var log = NewLog();
        await using var shop = await OpenShopAsync(log);
        log.Hold();
        var first = shop.Door.ExecuteAsync(Shop.One(Shop.Id(1), Terminal, Block(shop)), Shop.Soon()).AsTask();

        var other = Shop.One(Shop.Id(1), Terminal, Block(shop)) with { Fingerprint = Shop.Fingerprint("other body") };
        await Assert.ThrowsAsync<CommandIdReusedException>(async () => await shop.Door.ExecuteAsync(other, Shop.Soon()));

        log.LetGo();
        Assert.True((await first).IsAccepted);
    }

    [Fact]
    public async Task A_refusal_is_kept_and_given_again_even_when_it_would_be_allowed_now()
    {
        await using var shop = await OpenShopAsync();
        await Shop.Accepted(shop.Do(Terminal, Block(shop)));
        var start = shop.Start(Shop.Id(1), shop.NewTransaction());
        var refused = await shop.Door.ExecuteAsync(start, Shop.Soon());
        await Shop.Accepted(shop.Do(Terminal, Unblock(shop)));

        Assert.Equal("Blocked", refused.Rejection?.Name);
        AssertSame(refused, await shop.Door.ExecuteAsync(start, Shop.Soon()));
        await shop.RestartAsync();
        AssertSame(refused, await shop.Door.ExecuteAsync(start, Shop.Soon()));
    }

    /// <summary>Decided anew the old command would do something; the log knows that it was done, and what rested on it is decided again.</summary>
    [Fact]
    public async Task A_late_repeat_does_not_undo_what_came_after_it_nor_mislead_who_comes_next()
    {
        var log = NewLog();
        await using var shop = await OpenShopAsync(log);
        var block = Shop.One(Shop.Id(1), Terminal, Block(shop));
        var first = await shop.Door.ExecuteAsync(block, Shop.Soon());
        await Shop.Accepted(shop.Do(Terminal, Unblock(shop)));
        await shop.RestartAsync();
        log.Hold();

        var late = shop.Door.ExecuteAsync(block, Shop.Soon()).AsTask();
        var start = shop.Door.ExecuteAsync(shop.Start(Shop.Id(2), shop.NewTransaction()), Shop.Soon()).AsTask();
        await shop.InFlightAsync(2);
        log.LetGo();

        AssertSame(first, await late);
        await Shop.Accepted(start);
        Assert.IsType<TerminalState.Active>(await shop.StateAsync<TerminalState>(Terminal));
    }

    [Fact]
    public async Task A_command_whose_commit_seemed_to_fail_and_did_not_is_answered_by_its_repeat()
    {
        var log = NewLog();
        await using var shop = await OpenShopAsync(log);
        var position = log.LastPosition;
        log.AfterCommit = static _ => new IOException("the answer was lost");
        var command = shop.Start(Shop.Id(1), shop.NewTransaction());
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await shop.Door.ExecuteAsync(command, Shop.Soon()));
        log.AfterCommit = static _ => null;

        var again = await shop.Door.ExecuteAsync(command, Shop.Soon());

        Assert.True(again is { Outcome: CommandOutcome.Accepted, Replayed: true });
        Assert.Equal((position + 2, position + 2), (again.Position, log.LastPosition));
    }

    [Fact]
    public async Task Old_replies_leave_the_memory_and_are_answered_from_the_log()
    {
        await using var shop = await OpenShopAsync(options: new EngineOptions { RecentCommandsMax = 2, ShardCount = 1 });
        var command = shop.Start(Shop.Id(1), shop.NewTransaction());
        var first = await shop.Door.ExecuteAsync(command, Shop.Soon());
        for (var number = 2; number < 6; number++) await shop.SupplyAsync(Shop.SerialOf(number), number);

        AssertSame(first, await shop.Door.ExecuteAsync(command, Shop.Soon()));
    }

    private static void AssertSame(CommandReply expected, CommandReply actual)
    {
        Assert.Equal((expected.Outcome, expected.Rejection), (actual.Outcome, actual.Rejection));
        Assert.Equal(expected.Versions, actual.Versions);
        if (expected.Outcome == CommandOutcome.Accepted) Assert.Equal(expected.Position, actual.Position);
        else Assert.True(expected.Position <= actual.Position);
    }
}
