using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Testing;

namespace Ledger.Engine.Tests;

/// <summary>Two engines over one log, as two processes over one database: each answers by what the log has, whoever wrote it.</summary>
public sealed class SharedLogTests : IAsyncDisposable
{
    private readonly FaultyLog _log;
    private readonly Shop _here;
    private readonly Shop _there;

    public SharedLogTests()
    {
        var log = new InMemoryEventLog();
        _here = new Shop(_log = new FaultyLog(log) { IsShared = true });
        _there = new Shop(new FaultyLog(log) { IsShared = true }, numbersFrom: 500_000);
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    [Fact]
    public async Task What_the_other_wrote_is_read_also_where_the_state_before_is_in_memory()
    {
        await _here.OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            var id = await _here.AskAsync();
            Assert.IsType<TransactionState.AuthorisationPending>(await _here.StateAsync(id));
            Assert.Equal(id, (await _here.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open?.TransactionId);

            await _there.FinishAsync(id, Ledger.Domain.Money.Eur(42_00));

            Assert.IsType<TransactionState.Completed>(await _here.StateAsync(id));
            Assert.Null((await _here.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open);
        }
    }

    [Fact]
    public async Task Where_what_the_other_wrote_cannot_be_read_nothing_older_is_the_answer()
    {
        await _here.OpenAsync();
        var id = await _here.AskAsync();
        Assert.IsType<TransactionState.AuthorisationPending>(await _here.StateAsync(id));
        await _there.FinishAsync(id, Ledger.Domain.Money.Eur(42_00));
        var reads = 0;

        // That there is more is seen, and then the log is gone.
        _log.OnRead = (_, events) => ++reads == 1 ? events : throw new EventLogUnavailableException("Gone.");
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await _here.StateAsync(id));

        _log.OnRead = null;
        Assert.IsType<TransactionState.Completed>(await _here.StateAsync(id));
    }

    [Fact]
    public async Task A_refusal_for_a_reason_that_the_other_has_done_away_with_is_not_given()
    {
        await _here.OpenAsync();
        var first = await _here.AskAsync();
        await _there.FinishAsync(first, Ledger.Domain.Money.Eur(42_00));

        // Here the terminal is still busy.
        var next = _here.NewTransaction();
        await Shop.Accepted(_here.Engine.ExecuteAsync(_here.Start(_here.NextId(), next), Shop.Soon()).AsTask());

        Assert.Equal(next, (await _there.StateAsync<TerminalState>(Shop.Serial.Stream)).Work.Open?.TransactionId);
    }

    [Fact]
    public async Task What_changes_nothing_is_answered_from_what_the_log_has_and_says_so()
    {
        await _here.OpenAsync();
        var id = await _here.PayAsync();
        await Shop.Accepted(_here.RequestCancellationAsync(id));
        await Shop.Accepted(_there.Do(id, new TransactionCommand.RecordCancelled(Shop.ExchangeOf(id, 1), _there.Clock.Now)));

        // Here it is still being cancelled, one event before.
        var again = await _here.RequestCancellationAsync(id);

        Assert.NotEqual(CommandOutcome.Accepted, again.Outcome);
        Assert.Equal((await _here.Log.ReadStreamAsync(id.Stream, 0, 100, default)).Length, again.Versions.Single(version => version.Stream == id.Stream).Version);
        Assert.IsType<TransactionState.Cancelled>(await _here.StateAsync(id));
    }

    [Fact, Rule("I05")]
    public async Task Of_cancellations_that_race_at_both_one_is_recorded()
    {
        await _here.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            var id = await _here.PayAsync();
            _ = await _there.StateAsync(id);
            var replies = await Task.WhenAll(
                Task.Run(() => _here.Do(id, Cancellation(id, 1))),
                Task.Run(() => _there.Do(id, Cancellation(id, 2))));

            Assert.Single(replies, static reply => reply.Outcome == CommandOutcome.Accepted);
            var events = await _here.Log.ReadStreamAsync(id.Stream, 0, 100, default);
            Assert.Single(events, static recorded => recorded.Type.StartsWith("transaction-cancellation-requested", StringComparison.Ordinal));
        }
    }

    [Fact, Rule("I11")]
    public async Task One_command_sent_to_both_takes_effect_once_and_gives_the_same_reply()
    {
        await _here.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            var command = _here.Start(_here.NextId(), _here.NewTransaction());
            var replies = await Task.WhenAll(
                Task.Run(async () => await _here.Engine.ExecuteAsync(command, Shop.Soon())),
                Task.Run(async () => await _there.Engine.ExecuteAsync(command, Shop.Soon())));

            Assert.All(replies, static reply => Assert.Equal(CommandOutcome.Accepted, reply.Outcome));
            Assert.Equal(replies[0].Position, replies[1].Position);
            Assert.Single(replies, static reply => reply.Replayed);

            var id = new TransactionId(command.Parts[1].Stream.GuidId);
            await Shop.Accepted(_here.Do(id, new TransactionCommand.Abort(AbortReason.CancelledByMerchant, _here.Clock.Now)));
        }
    }

    private TransactionCommand.RequestCancellation Cancellation(TransactionId id, int exchange) =>
        new(Shop.ExchangeOf(id, exchange), Ledger.Domain.Money.Eur(42_00), new PresentedCard(Shop.Card.Token, Shop.Card.Brand, null), new SecurityCodeProof(Shop.Id(800), Shop.Id(800), _here.Clock.Now), Shop.Terms, Ledger.Domain.Tickets.TicketChoice.Paper, null, Channel.MobileApp, _here.Clock.Now);
}
