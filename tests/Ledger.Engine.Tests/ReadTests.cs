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
