using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Engine.Tests;

/// <summary>Reads see all that was answered and all that the log has, and nothing that is not durable, with a turn on the shard or without.</summary>
public class ReadTests
{
    [Fact]
    public async Task A_state_that_was_read_before_and_has_not_changed_since_needs_no_turn_on_the_shard()
    {
        await using var shop = new Shop(options: new EngineOptions { HasThreads = false });

        var first = shop.Engine.ReadAsync<MerchantState>(Shop.Merchant.Stream, default);
        Assert.False(first.IsCompleted);
        Run(shop);
        var second = shop.Engine.ReadAsync<MerchantState>(Shop.Merchant.Stream, default);

        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal(await first, await second);
    }

    [Fact]
    public async Task What_a_caller_said_it_reads_after_its_command_needs_no_turn_on_the_shard()
    {
        await using var shop = new Shop(options: new EngineOptions { HasThreads = false });
        var (read, unread) = (new CardToken("tok_read"), new CardToken("tok_unread"));
        var replies = Task.WhenAll(
            Shop.Accepted(shop.Engine.ExecuteAsync(Oppose(shop, read) with { IsReadAfter = true }, default).AsTask()),
            Shop.Accepted(shop.Engine.ExecuteAsync(Oppose(shop, unread), default).AsTask()));
        Run(shop);
        await replies;

        var state = shop.Engine.ReadAsync<CardState>(read.Stream, default).AsTask();
        Assert.True(state.IsCompletedSuccessfully);
        Assert.IsType<CardState.Opposed>((await state).State);
        Assert.False(shop.Engine.ReadAsync<CardState>(unread.Stream, default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_read_of_a_stream_that_a_commit_is_under_way_for_waits_for_it_also_where_the_state_before_was_read()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log);
        await shop.OpenAsync();
        Assert.Null((await shop.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open);

        log.Hold();
        var (id, transaction) = (shop.NextId(), shop.NewTransaction());
        var start = shop.Engine.ExecuteAsync(shop.Start(id, transaction), Shop.Soon());
        await log.HeldAsync();
        var read = shop.Engine.ReadAsync<TerminalState>(Shop.Serial.Stream, Shop.Soon());
        Assert.False(read.IsCompleted);

        log.LetGo();
        Assert.Equal(transaction, (await read).State.Work.Open?.TransactionId);
        await Shop.Accepted(start.AsTask());
    }

    [Fact]
    public async Task Whoever_has_an_answer_reads_its_effect_however_often_the_state_before_was_read()
    {
        await using var shop = new Shop();
        await shop.OpenAsync();
        for (var round = 1; round <= 50; round++)
        {
            var before = await shop.Engine.ReadAsync<TransactionState>((await shop.AskAsync()).Stream, Shop.Soon());
            var id = new TransactionId(before.Stream.GuidId);
            var reply = await Shop.Accepted(shop.Do(id, new TransactionCommand.RecordApproval(Shop.ExchangeOf(id), Transaction.FactsOf(before.State)!.Amount, Shop.Code, ResponseCode.Ok, shop.Clock.Now)));

            var after = await shop.Engine.ReadAsync<TransactionState>(id.Stream, Shop.Soon());
            Assert.Equal(reply.Versions.Single(version => version.Stream == id.Stream).Version, after.Version);
            Assert.IsType<TransactionState.Approved>(after.State);
            await Shop.Accepted(shop.Do(id, new TransactionCommand.Complete(Shop.Confirmation, Shop.Terms, shop.Clock.Now)));
        }
    }

    [Fact]
    public async Task After_a_commit_that_failed_a_read_sees_what_the_log_has()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log);
        await shop.OpenAsync();
        var before = await shop.Engine.ReadAsync<TerminalState>(Shop.Serial.Stream, Shop.Soon());

        log.AfterCommit = static _ => new EventLogUnavailableException("The answer was lost.");
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await shop.Engine.ExecuteAsync(shop.Start(shop.NextId(), shop.NewTransaction()), Shop.Soon()));
        log.AfterCommit = static _ => null;

        Assert.Equal(before.Version + 1, (await shop.Engine.ReadAsync<TerminalState>(Shop.Serial.Stream, Shop.Soon())).Version);
    }

    [Fact]
    public async Task More_streams_than_have_a_place_are_read_right_all_the_same()
    {
        await using var shop = new Shop();
        await shop.OpenAsync();
        var id = await shop.AskAsync();
        var before = await shop.Engine.ReadAsync<TransactionState>(id.Stream, Shop.Soon());
        for (var number = 0; number < 4 * Runtime.CommittedStates.StreamsMax; number++) await shop.StateAsync(shop.NewTransaction());

        await Shop.Accepted(shop.Do(id, new TransactionCommand.RecordApproval(Shop.ExchangeOf(id), Money.Eur(42_00), Shop.Code, ResponseCode.Ok, shop.Clock.Now)));

        Assert.Equal(before.Version + 1, (await shop.Engine.ReadAsync<TransactionState>(id.Stream, Shop.Soon())).Version);
        Assert.IsType<TransactionState.Approved>(await shop.StateAsync(id));
    }

    [Fact]
    public async Task An_engine_that_was_stopped_answers_no_read_not_even_of_what_was_read_before()
    {
        var shop = new Shop();
        await shop.OpenAsync();
        await shop.StateAsync<MerchantState>(Shop.Merchant.Stream);

        await shop.Engine.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await shop.StateAsync<MerchantState>(Shop.Merchant.Stream));
        await shop.Log.DisposeAsync();
    }

    private static EngineCommand Oppose(Shop shop, CardToken token) =>
        Shop.One(shop.NextId(), token.Stream, new CardCommand.Oppose(token, OppositionReason.Lost, shop.Clock.Now));

    private static void Run(Shop shop)
    {
        const int stepsMax = 100;
        for (var step = 0; step < stepsMax; step++)
        {
            for (var part = 0; part < shop.Engine.StepPartCount; part++) shop.Engine.RunOnce(part);
        }
    }
}
