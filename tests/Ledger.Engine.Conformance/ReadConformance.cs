using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Engine.Conformance;

/// <summary>Reads see all that was answered and all that the log has, and nothing that is not durable.</summary>
public abstract class ReadConformance : EngineSuite
{
    [Fact]
    public async Task A_read_of_a_stream_that_a_commit_is_under_way_for_waits_for_it_also_where_the_state_before_was_read()
    {
        var log = NewLog();
        await using var shop = await OpenShopAsync(log);
        Assert.Null((await shop.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open);

        log.Hold();
        var (id, transaction) = (shop.NextId(), shop.NewTransaction());
        var start = shop.Door.ExecuteAsync(shop.Start(id, transaction), Shop.Soon());
        await log.HeldAsync();
        var read = shop.Door.ReadAsync<TerminalState>(Shop.Serial.Stream, Shop.Soon());
        Assert.False(read.IsCompleted);

        log.LetGo();
        Assert.Equal(transaction, (await read).State.Work.Open?.TransactionId);
        await Shop.Accepted(start.AsTask());
    }

    [Fact]
    public async Task Whoever_has_an_answer_reads_its_effect_however_often_the_state_before_was_read()
    {
        await using var shop = await OpenShopAsync();
        for (var round = 1; round <= 50; round++)
        {
            var before = await shop.Door.ReadAsync<TransactionState>((await shop.AskAsync()).Stream, Shop.Soon());
            var id = new TransactionId(before.Stream.GuidId);
            var reply = await Shop.Accepted(shop.Do(id, new TransactionCommand.RecordApproval(Shop.ExchangeOf(id), Transaction.FactsOf(before.State)!.Amount, Shop.Code, ResponseCode.Ok, shop.Clock.Now)));

            var after = await shop.Door.ReadAsync<TransactionState>(id.Stream, Shop.Soon());
            Assert.Equal(reply.Versions.Single(version => version.Stream == id.Stream).Version, after.Version);
            Assert.IsType<TransactionState.Approved>(after.State);
            await Shop.Accepted(shop.Do(id, new TransactionCommand.Complete(Shop.Confirmation, Shop.Terms, shop.Clock.Now)));
        }
    }

    [Fact]
    public async Task After_a_commit_that_failed_a_read_sees_what_the_log_has()
    {
        var log = NewLog();
        await using var shop = await OpenShopAsync(log);
        var before = await shop.Door.ReadAsync<TerminalState>(Shop.Serial.Stream, Shop.Soon());

        log.AfterCommit = static _ => new EventLogUnavailableException("The answer was lost.");
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await shop.Door.ExecuteAsync(shop.Start(shop.NextId(), shop.NewTransaction()), Shop.Soon()));
        log.AfterCommit = static _ => null;

        Assert.Equal(before.Version + 1, (await shop.Door.ReadAsync<TerminalState>(Shop.Serial.Stream, Shop.Soon())).Version);
    }
}
