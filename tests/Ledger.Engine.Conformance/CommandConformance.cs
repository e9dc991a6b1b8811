using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Engine.Conformance;

/// <summary>Commands are decided and committed whole, and seen by whoever has an answer.</summary>
public abstract class CommandConformance : EngineSuite
{
    [Fact]
    public async Task A_payment_runs_through_the_engine_and_frees_its_terminal_in_the_same_unit()
    {
        await using var shop = await OpenShopAsync();

        var id = await shop.AskAsync();
        Assert.Equal(id, (await shop.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open?.TransactionId);
        await shop.Do(id, new TransactionCommand.RecordApproval(Shop.ExchangeOf(id), Money.Eur(42_00), Shop.Code, ResponseCode.Ok, shop.Clock.Now));
        var reply = await Shop.Accepted(shop.Do(id, new TransactionCommand.Complete(Shop.Confirmation, Shop.Terms, shop.Clock.Now)));

        Assert.IsType<TransactionState.Completed>(await shop.StateAsync(id));
        Assert.Null((await shop.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open);
        Assert.Equal([id.Stream, Shop.Serial.Stream], reply.Versions.Select(static version => version.Stream));
        Assert.Equal(shop.Log.LastPosition, reply.Position);
        var last = (await shop.RecordedAsync()).TakeLast(2).ToArray();
        Assert.Equal(last[0].CommandId, last[1].CommandId);
        Assert.Equal(["transaction-completed.1", "terminal-transaction-finished.1"], last.Select(static recorded => recorded.Type));
    }

    [Fact]
    public async Task A_refused_part_refuses_the_whole_command()
    {
        await using var shop = await OpenShopAsync();
        var before = shop.Log.LastPosition;
        var transaction = shop.NewTransaction();

        var reply = await shop.Door.ExecuteAsync(shop.Start(shop.NextId(), transaction, amount: Money.Eur(150_001)), Shop.Soon());

        Assert.Equal(CommandOutcome.Rejected, reply.Outcome);
        Assert.Equal(new CommandRejection("transaction", (int)TransactionRejection.AmountOutOfRange, "AmountOutOfRange"), reply.Rejection);
        Assert.Equal(before, shop.Log.LastPosition);
        Assert.Null((await shop.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open);
        Assert.IsType<TransactionState.New>(await shop.StateAsync(transaction));
    }

    [Fact]
    [Rule("I12")]
    [Rule("E31")]
    public async Task Of_two_transactions_at_once_on_one_terminal_one_starts_and_the_other_finds_it_busy()
    {
        await using var shop = await OpenShopAsync();

        var starts = Enumerable.Range(0, 10).Select(_ => shop.Door.ExecuteAsync(shop.Start(shop.NextId(), shop.NewTransaction()), Shop.Soon()).AsTask());
        var replies = await Task.WhenAll(starts);

        Assert.Single(replies, static reply => reply.IsAccepted);
        Assert.All(replies.Where(static reply => !reply.IsAccepted), static reply => Assert.Equal("Busy", reply.Rejection!.Name));
    }

    [Fact]
    [Rule("I09"), Rule("E65")]
    public async Task Of_two_refunds_at_once_that_exceed_the_payment_together_one_succeeds()
    {
        await using var shop = await OpenShopAsync();
        for (var round = 0; round < 10; round++)
        {
            var id = await shop.PayAsync(Money.Eur(100_00));
            shop.Clock.Advance(Duration.FromDays(1));

            var replies = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => shop.RequestRefundAsync(id, new RefundId(shop.NextId()), Money.Eur(60_00))));

            Assert.Single(replies, static reply => reply.IsAccepted);
            Assert.Single(replies, static reply => reply.Rejection?.Name == "ExceedsRefundable");
            Assert.Equal(Money.Eur(40_00), ((TransactionState.Completed)await shop.StateAsync(id)).Refundable);
        }
    }

    [Fact]
    public async Task What_is_in_effect_before_is_neither_appended_nor_an_error()
    {
        await using var shop = await OpenShopAsync();
        var before = shop.Log.LastPosition;

        var reply = await shop.Do(Shop.Serial.Stream, new TerminalCommand.Activate(Shop.Terms, Shop.Device, Shop.Serial, shop.Clock.Now));

        Assert.Equal((CommandOutcome.AlreadyDone, before, before), (reply.Outcome, reply.Position, shop.Log.LastPosition));
    }

    [Fact]
    public async Task A_state_can_be_read_as_it_was_after_any_of_its_events()
    {
        await using var shop = await OpenShopAsync();
        var id = await shop.PayAsync();

        Assert.IsType<TransactionState.New>((await shop.Door.ReadAtAsync<TransactionState>(id.Stream, 0, default)).State);
        Assert.IsType<TransactionState.AuthorisationPending>((await shop.Door.ReadAtAsync<TransactionState>(id.Stream, 2, default)).State);
        Assert.Equal(await shop.StateAsync(id), (await shop.Door.ReadAtAsync<TransactionState>(id.Stream, 4, default)).State);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await shop.Door.ReadAtAsync<TransactionState>(id.Stream, 5, default));
    }

    [Fact]
    public async Task Malformed_commands_are_refused_before_they_are_queued()
    {
        await using var shop = await StartShopAsync();
        var command = Shop.One(Shop.Id(1), Shop.Serial.Stream, new TerminalCommand.Unblock(Channel.Assistance, shop.Clock.Now));
        var part = command.Parts[0];

        await Refused(command with { Parts = [] });
        await Refused(command with { Parts = [.. Enumerable.Repeat(part, LedgerEngine.PartsMax + 1)] });
        await Refused(command with { Parts = [part, part] });
        await Refused(command with { Parts = [part, new CommandPart(Shop.SerialOf(2).Stream, new object())] });
        await Refused(command with { Fingerprint = new byte[31] });
        await Refused(command with { Parts = [new CommandPart(new StreamName("nothing", "1"), new object())] });
        await Refused(command with { Parts = [new CommandPart(new StreamName("transaction", "1"), new object())] });
        await Assert.ThrowsAsync<ArgumentException>(async () => await shop.Door.ReadAsync<TransactionState>(Shop.Serial.Stream, default));
        Assert.Equal(0, shop.Log.LastPosition);

        Task Refused(EngineCommand wrong) => Assert.ThrowsAnyAsync<ArgumentException>(async () => await shop.Door.ExecuteAsync(wrong, default));
    }

    [Fact]
    public async Task Events_carry_the_engines_clock_and_an_unbroken_chain()
    {
        await using var shop = await OpenShopAsync();
        await shop.PayAsync();

        foreach (var stream in (await shop.RecordedAsync()).GroupBy(static recorded => recorded.Stream))
        {
            var previous = ChainHash.Genesis;
            foreach (var recorded in stream)
            {
                Assert.Equal(shop.Clock.Now, recorded.RecordedAt);
                Assert.True(ChainHash.Matches(previous.Span, recorded));
                previous = recorded.Hash;
            }
        }
    }
}
