using Ledger.Acquiring.FollowUp;
using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests;

/// <summary>Lost questions, lost answers, torn cards, dead phones, killed servers: what becomes of them (domain.md 3.1, 6.2).</summary>
public sealed class CutOffTests
{
    private static readonly FaultScript _hoursOfOutage = new(
        [], [new Outage(Some.Start + Duration.FromSeconds(1), Some.Start + Duration.FromHours(5))]);

    [Fact]
    [Rule("E23")]
    public async Task A_question_that_never_arrived_is_aborted_once_it_cannot_arrive_any_more()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var sale = new SaleId(bench.NextId());
        var transaction = await bench.StartAsync(1_221, sale);
        Assert.Equal(TransactionStatus.InDoubt, await bench.AuthoriseAsync(transaction));

        await bench.PassAsync(Duration.FromSeconds(89));
        Assert.Equal(TransactionStatus.InDoubt, await bench.StatusAsync(transaction));
        Assert.Equal("PreviousOutcomeUnknown", (await bench.Desk.StartAsync(bench.Header(), bench.Payment(1_200, sale), default)).Reply.Rejection!.Name);

        await bench.UntilQuietAsync();
        Assert.Equal(AbortReason.NotFoundAtHost, ((TransactionState.Aborted)await bench.StateAsync(transaction)).Reason);
        await bench.StartAsync(1_200, sale);
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Authorise));
    }

    [Fact]
    [Rule("E23")]
    [Rule("I13")]
    public async Task A_question_that_the_network_kept_is_not_given_up_before_it_arrives()
    {
        var late = new Fault.LateArrival(Duration.FromSeconds(80));
        await using var bench = await Bench.OpenAsync(new FaultScript([new FaultRule(HostOperation.Authorise, new FaultTrigger.Always(), late)], []));
        var transaction = await bench.StartAsync();
        Assert.Equal(TransactionStatus.InDoubt, await bench.AuthoriseAsync(transaction));

        await bench.UntilQuietAsync();

        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        Assert.Equal(Money.Eur(4_200), bench.Host.TotalsOf(Some.Merchant).Reversed);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E23")]
    public async Task A_question_that_surely_never_left_is_aborted_at_once()
    {
        await using var bench = await Bench.OpenAsync(_hoursOfOutage);
        var transaction = await bench.StartAsync();
        bench.Clock.Advance(Duration.FromSeconds(2));
        var header = bench.Header();

        var reply = await bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default);

        Assert.Equal(TransactionStatus.Aborted, reply.Transaction!.State.StatusOf());
        var repeat = await bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default);
        Assert.Equal(TransactionStatus.Aborted, repeat.Transaction!.State.StatusOf());
        Assert.Null((await bench.TerminalAsync()).Open);
        Assert.Empty((await bench.TerminalAsync()).SetAside);
        await bench.UntilQuietAsync();
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E24")]
    [Rule("I18")]
    public async Task A_lost_answer_is_found_by_its_exchange_and_the_card_may_still_confirm()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var transaction = await bench.StartAsync(1_222);
        Assert.Equal(TransactionStatus.InDoubt, await bench.AuthoriseAsync(transaction));

        await bench.PassAsync(Duration.FromSeconds(5));
        Assert.Equal(TransactionStatus.Approved, await bench.StatusAsync(transaction));
        await bench.CompleteAsync(transaction);

        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Completed, await bench.StatusAsync(transaction));
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Authorise));
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E24")]
    [Rule("E45")]
    [Rule("I13")]
    public async Task A_lost_answer_that_nobody_completes_is_reversed()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var transaction = await bench.StartAsync(1_222);
        await bench.AuthoriseAsync(transaction);

        await bench.UntilQuietAsync();

        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        Assert.Equal(ReversalReason.CompletionTimedOut, (await bench.EventsAsync(transaction)).OfType<TransactionEvent.ReversalRequested>().Single().Reason);
        Assert.Equal(Money.Eur(1_222), bench.Host.TotalsOf(Some.Merchant).Reversed);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E24")]
    public async Task A_host_that_is_still_working_on_it_is_asked_again()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var transaction = await bench.StartAsync(1_224);
        Assert.Equal(TransactionStatus.InDoubt, await bench.AuthoriseAsync(transaction));

        await bench.PassAsync(Duration.FromSeconds(20));

        Assert.Equal(TransactionStatus.Approved, await bench.StatusAsync(transaction));
        Assert.Equal(3, bench.Line.CountOf(HostOperation.Status));
    }

    [Fact]
    [Rule("E25")]
    [Rule("I16")]
    public async Task An_answer_that_comes_after_the_reversal_changes_nothing()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        var held = bench.Line.Hold = new Held(HostOperation.Authorise);
        var late = bench.Desk.AuthoriseAsync(bench.Header(), bench.Authorisation(transaction), default).AsTask();
        await held.Reached;
        await bench.AbortAsync(transaction, AbortReason.CancelledByClient);
        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        var events = await bench.EventsAsync(transaction);

        held.Release();

        Assert.Equal(TransactionStatus.Reversed, (await late).Transaction!.State.StatusOf());
        Assert.Equal(events, await bench.EventsAsync(transaction));
        Assert.Equal(nameof(TransactionRejection.WrongState), (await bench.CompleteAsync(transaction)).Reply.Rejection!.Name);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E26")]
    [Rule("I14")]
    public async Task A_reversal_is_sent_for_hours_across_restarts_until_it_is_acknowledged_and_raises_alarms()
    {
        await using var bench = await Bench.OpenAsync(_hoursOfOutage);
        var transaction = await bench.StartAsync();
        await bench.AuthoriseAsync(transaction);
        bench.Clock.Advance(Duration.FromSeconds(1));
        Assert.Equal(TransactionStatus.ReversalPending, await bench.AbortAsync(transaction, AbortReason.CardRemovedEarly));

        await bench.PassAsync(Duration.FromHours(2));
        Assert.Equal(TransactionStatus.ReversalPending, await bench.StatusAsync(transaction));
        var asked = bench.Line.CountOf(HostOperation.Reverse);
        Assert.InRange(asked, 24, 60);
        await bench.RestartAsync();
        await bench.PassAsync(Duration.FromHours(1));
        await bench.RestartAsync(losesToDoList: true);
        Assert.Equal(TransactionStatus.ReversalPending, await bench.StatusAsync(transaction));

        Assert.InRange(await bench.UntilQuietAsync(), Duration.FromHours(1), Duration.FromHours(2) + Duration.FromMinutes(5));
        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        Assert.Equal(10, bench.Observed.Alarms.First().Attempts);
        Assert.All(bench.Observed.Alarms, static alarm => Assert.Equal(FollowUpStep.Reversal, alarm.Step));
        Assert.Equal(Money.Eur(4_200), bench.Host.TotalsOf(Some.Merchant).Reversed);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E27")]
    public async Task A_reversal_of_what_the_host_does_not_know_is_settled_too()
    {
        await using var bench = await Bench.OpenAsync(_hoursOfOutage);
        var transaction = await bench.StartAsync();
        await bench.AuthoriseAsync(transaction);
        bench.Clock.Advance(Duration.FromSeconds(1));
        await bench.AbortAsync(transaction, AbortReason.CancelledByMerchant);

        bench.Host = new SimulatedHost(bench.Clock, Some.NoDelay, FaultScript.None, 1, null);
        await bench.RestartAsync();
        await bench.UntilQuietAsync();

        Assert.False((await bench.EventsAsync(transaction)).OfType<TransactionEvent.Reversed>().Single().FoundAtHost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("E33")]
    [Rule("I13")]
    public async Task A_server_that_dies_between_the_hosts_approval_and_the_log_finds_it_again(bool losesToDoList)
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        bench.Line.CutAt = static _ => Cut.BeforeTheAnswer;
        await Assert.ThrowsAsync<ServerDiedException>(() => bench.AuthoriseAsync(transaction));
        await bench.RestartAsync(losesToDoList);
        Assert.Equal(TransactionStatus.AuthorisationPending, await bench.StatusAsync(transaction));

        await bench.PassAsync(Duration.FromSeconds(100));
        Assert.Equal(TransactionStatus.Approved, await bench.StatusAsync(transaction));
        Assert.Equal(UnknownReason.ServerRestarted, (await bench.EventsAsync(transaction)).OfType<TransactionEvent.OutcomeUnknown>().Single().Reason);

        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E33")]
    public async Task After_such_a_death_the_phones_repeat_gets_the_approval_and_may_complete()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        bench.Line.CutAt = static _ => Cut.BeforeTheAnswer;
        var header = bench.Header();
        await Assert.ThrowsAsync<ServerDiedException>(() => bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default).AsTask());
        await bench.RestartAsync();

        var repeat = await bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default);

        Assert.Equal(TransactionStatus.Approved, repeat.Transaction!.State.StatusOf());
        Assert.Equal(0, bench.Line.CountOf(HostOperation.Authorise));
        await bench.CompleteAsync(transaction);
        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Completed, await bench.StatusAsync(transaction));
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E33")]
    [Rule("E23")]
    public async Task A_repeat_after_a_death_before_the_question_does_not_take_not_found_for_an_answer()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        bench.Line.CutAt = static _ => Cut.BeforeTheQuestion;
        var header = bench.Header();
        await Assert.ThrowsAsync<ServerDiedException>(() => bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default).AsTask());
        await bench.RestartAsync();

        var repeat = await bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default);
        Assert.Equal(TransactionStatus.InDoubt, repeat.Transaction!.State.StatusOf());

        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Aborted, await bench.StatusAsync(transaction));
        Assert.Empty(bench.Host.Entries);
    }

    [Fact]
    [Rule("E41")]
    [Rule("R043")]
    public async Task A_card_that_is_torn_out_while_the_question_is_out_has_its_approval_reversed()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        var held = bench.Line.Hold = new Held(HostOperation.Authorise);
        var answer = bench.Desk.AuthoriseAsync(bench.Header(), bench.Authorisation(transaction), default).AsTask();
        await held.Reached;

        Assert.Equal(TransactionStatus.InDoubt, await bench.AbortAsync(transaction, AbortReason.CardRemovedEarly));
        held.Release();

        Assert.Equal(TransactionStatus.ReversalPending, (await answer).Transaction!.State.StatusOf());
        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        Assert.Equal(ReversalReason.Abandoned, (await bench.EventsAsync(transaction)).OfType<TransactionEvent.ReversalRequested>().Single().Reason);
        await bench.UntilQuietAsync();
        await bench.AssertReconciledAsync();
    }

    [Theory]
    [InlineData(AbortReason.CardRemovedEarly, ReversalReason.CardRemovedEarly)]
    [InlineData(AbortReason.TerminalLinkLost, ReversalReason.TerminalLinkLost)]
    [InlineData(AbortReason.CardRefused, ReversalReason.CardRefused)]
    [Rule("E42")]
    [Rule("E58")]
    public async Task What_stops_an_approved_payment_reverses_it_at_once(AbortReason abort, ReversalReason reason)
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        await bench.AuthoriseAsync(transaction);

        Assert.Equal(TransactionStatus.ReversalPending, await bench.AbortAsync(transaction, abort));

        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        Assert.Equal(reason, (await bench.EventsAsync(transaction)).OfType<TransactionEvent.ReversalRequested>().Single().Reason);
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Reverse));
        await bench.UntilQuietAsync();
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Reverse));
        await bench.AssertReconciledAsync();
    }

    [Theory]
    [InlineData(AbortReason.CardRemovedEarly)]
    [InlineData(AbortReason.CardRefused)]
    [InlineData(AbortReason.CardInsertTimedOut)]
    [InlineData(AbortReason.PinEntryTimedOut)]
    [Rule("E40")]
    [Rule("E58")]
    [Rule("R044")]
    public async Task What_stops_a_payment_before_the_question_costs_nobody_anything(AbortReason reason)
    {
        await using var bench = await Bench.OpenAsync();
        var sale = new SaleId(bench.NextId());
        var transaction = await bench.StartAsync(4_200, sale);

        Assert.Equal(TransactionStatus.Aborted, await bench.AbortAsync(transaction, reason));

        Assert.Empty(bench.Line.Asked);
        await bench.StartAsync(4_200, sale);
    }

    [Fact]
    [Rule("E45")]
    public async Task A_phone_that_dies_before_the_card_leaves_a_free_terminal()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        await bench.PassAsync(Duration.FromSeconds(100));
        await bench.Desk.ReportProgressAsync(bench.Header(), transaction, CardStage.AwaitingPin, default);
        await bench.PassAsync(Duration.FromSeconds(119));
        Assert.Equal(TransactionStatus.AwaitingPin, await bench.StatusAsync(transaction));

        await bench.PassAsync(Duration.FromSeconds(2));

        Assert.Equal(AbortReason.TimedOut, ((TransactionState.Aborted)await bench.StateAsync(transaction)).Reason);
        Assert.Null((await bench.TerminalAsync()).Open);
        Assert.Empty(bench.Line.Asked);
    }

    [Fact]
    [Rule("E45")]
    public async Task A_phone_that_dies_after_the_approval_leaves_no_hold_on_the_clients_account()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        await bench.AuthoriseAsync(transaction);

        await bench.PassAsync(Duration.FromSeconds(119));
        Assert.Equal(TransactionStatus.Approved, await bench.StatusAsync(transaction));
        await bench.PassAsync(Duration.FromSeconds(4));

        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E71")]
    public async Task A_payment_in_doubt_cannot_be_cancelled_and_is_settled_by_itself()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var transaction = await bench.StartAsync(1_222);
        await bench.AuthoriseAsync(transaction);

        var reply = await bench.CancelAsync(transaction, 1_222);

        Assert.Equal(nameof(TransactionRejection.OutcomeUnknown), reply.Reply.Rejection!.Name);
        Assert.Equal(0, bench.Line.CountOf(HostOperation.Cancel));
        await bench.AbortAsync(transaction, AbortReason.CancelledByMerchant);
        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        await bench.AssertReconciledAsync();
    }
}
