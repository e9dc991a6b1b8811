using Ledger.Acquiring.FollowUp;
using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests;

/// <summary>Cancellations and refunds through the desk, with and without answers.</summary>
public sealed class UndoingTests
{
    private static readonly Duration _aDay = Duration.FromDays(1);

    [Fact]
    public async Task A_cancellation_takes_the_money_back_on_both_sides()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.PayAsync();
        var id = bench.NextId();

        var reply = await bench.CancelAsync(transaction, id: id);
        var repeat = await bench.CancelAsync(transaction, id: id);

        Assert.Equal(TransactionStatus.Cancelled, reply.Transaction!.State.StatusOf());
        Assert.Equal((reply.Transaction.Version, true), (repeat.Transaction!.Version, repeat.Reply.Replayed));
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Cancel));
        Assert.True(bench.Host.TotalsOf(Some.Merchant).Collected.IsZero);
        await bench.UntilQuietAsync();
        await bench.AssertReconciledAsync();
    }

    [Fact]
    public async Task A_cancellation_that_the_host_refuses_leaves_the_payment_and_may_be_asked_again()
    {
        var script = new FaultScript([new FaultRule(HostOperation.Cancel, new FaultTrigger.Nth(1), new Fault.Decline(new ResponseCode("57")))], []);
        await using var bench = await Bench.OpenAsync(script);
        var transaction = await bench.PayAsync();

        Assert.Equal(TransactionStatus.Completed, (await bench.CancelAsync(transaction)).Transaction!.State.StatusOf());
        Assert.Equal(TransactionStatus.Cancelled, (await bench.CancelAsync(transaction)).Transaction!.State.StatusOf());
        await bench.AssertReconciledAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule("E70")]
    public async Task A_cancellation_without_an_answer_stays_pending_and_is_sent_until_it_has_one(bool requestIsLost)
    {
        Fault lost = requestIsLost ? new Fault.LostRequest() : new Fault.LostAnswer();
        await using var bench = await Bench.OpenAsync(new FaultScript([new FaultRule(HostOperation.Cancel, new FaultTrigger.Always(), lost, TimesMax: 4)], []));
        var transaction = await bench.PayAsync();

        Assert.Equal(TransactionStatus.CancellationPending, (await bench.CancelAsync(transaction)).Transaction!.State.StatusOf());
        Assert.Equal(nameof(TransactionRejection.CancellationPending), (await bench.CancelAsync(transaction)).Reply.Rejection!.Name);
        await bench.UntilQuietAsync();

        Assert.Equal(TransactionStatus.Cancelled, await bench.StatusAsync(transaction));
        Assert.Equal(5, bench.Line.CountOf(HostOperation.Cancel));
        Assert.Equal(Money.Eur(4_200), bench.Host.TotalsOf(Some.Merchant).Cancelled);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E70")]
    public async Task A_server_that_dies_during_a_cancellation_ends_it_later()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.PayAsync();
        bench.Line.CutAt = static _ => Cut.BeforeTheAnswer;
        var id = bench.NextId();
        await Assert.ThrowsAsync<ServerDiedException>(() => bench.CancelAsync(transaction, id: id).AsTask());
        await bench.RestartAsync();

        Assert.Equal(TransactionStatus.Cancelled, (await bench.CancelAsync(transaction, id: id)).Transaction!.State.StatusOf());
        await bench.UntilQuietAsync();
        Assert.Equal(Money.Eur(4_200), bench.Host.TotalsOf(Some.Merchant).Cancelled);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    public async Task A_refund_of_the_next_day_is_paid_back_with_a_number_of_its_own()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.PayAsync();
        bench.Clock.Advance(_aDay);
        var (refund, id) = (bench.NextRefund(), bench.NextId());

        var reply = await bench.RefundAsync(transaction, refund, 1_000, id);
        await bench.PayAsync();
        var repeat = await bench.RefundAsync(transaction, refund, 1_000, id);

        Assert.Equal(TransactionStatus.PartiallyRefunded, reply.Transaction!.State.StatusOf());
        Assert.Equal((reply.Transaction.Version, true), (repeat.Transaction!.Version, repeat.Reply.Replayed));
        var numbers = (await bench.EventsAsync(Some.Terminal.Stream)).OfType<TerminalEvent.NumberTaken>().Select(static e => e.Number);
        Assert.Equal([2], numbers);
        Assert.Equal(2, (await bench.EventsAsync(transaction)).OfType<TransactionEvent.RefundRequested>().Single().Number);
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Refund));
        await bench.UntilQuietAsync();
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E22")]
    public async Task The_same_refund_command_with_another_body_is_a_conflict_under_the_callers_id()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.PayAsync();
        bench.Clock.Advance(_aDay);
        var (refund, id) = (bench.NextRefund(), bench.NextId());
        await bench.RefundAsync(transaction, refund, 1_000, id);

        var error = await Assert.ThrowsAsync<CommandIdReusedException>(() => bench.RefundAsync(transaction, refund, 2_000, id).AsTask());

        Assert.Equal(id, error.Id);
        Assert.Equal(Money.Eur(1_000), bench.Host.TotalsOf(Some.Merchant).PaidBack);
    }

    [Fact]
    public async Task A_refund_that_is_refused_asks_the_host_nothing_and_says_why_again()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.PayAsync();
        var (refund, id) = (bench.NextRefund(), bench.NextId());

        Assert.Equal(nameof(TransactionRejection.DayNotOver), (await bench.RefundAsync(transaction, refund, 1_000, id)).Reply.Rejection!.Name);
        bench.Clock.Advance(_aDay);
        Assert.Equal(nameof(TransactionRejection.DayNotOver), (await bench.RefundAsync(transaction, refund, 1_000, id)).Reply.Rejection!.Name);
        Assert.Equal(0, bench.Line.CountOf(HostOperation.Refund));
        Assert.Equal(TransactionStatus.PartiallyRefunded, (await bench.RefundAsync(transaction, refund, 1_000)).Transaction!.State.StatusOf());
    }

    [Fact]
    [Rule("E76")]
    public async Task A_refund_that_the_host_declines_leaves_the_amount_to_be_asked_again()
    {
        var script = new FaultScript([new FaultRule(HostOperation.Refund, new FaultTrigger.Nth(1), new Fault.Decline(new ResponseCode("41")))], []);
        await using var bench = await Bench.OpenAsync(script);
        var transaction = await bench.PayAsync();
        bench.Clock.Advance(_aDay);

        Assert.Equal(TransactionStatus.Completed, (await bench.RefundAsync(transaction, bench.NextRefund(), 4_200)).Transaction!.State.StatusOf());
        Assert.Equal(TransactionStatus.Refunded, (await bench.RefundAsync(transaction, bench.NextRefund(), 4_200)).Transaction!.State.StatusOf());
        await bench.AssertReconciledAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule("E66")]
    public async Task A_refund_without_an_answer_keeps_its_amount_reserved_and_never_credits_twice(bool requestIsLost)
    {
        Fault lost = requestIsLost ? new Fault.LostRequest() : new Fault.LostAnswer();
        await using var bench = await Bench.OpenAsync(new FaultScript([new FaultRule(HostOperation.Refund, new FaultTrigger.Always(), lost)], []));
        var transaction = await bench.PayAsync();
        bench.Clock.Advance(_aDay);
        var refund = bench.NextRefund();

        var first = await bench.RefundAsync(transaction, refund, 3_000);
        Assert.Equal(RefundStatus.InDoubt, ((TransactionState.Completed)first.Transaction!.State).Refunds[refund].Status);
        var retry = await bench.RefundAsync(transaction, refund, 3_000);
        Assert.Equal(RefundStatus.InDoubt, ((TransactionState.Completed)retry.Transaction!.State).Refunds[refund].Status);
        Assert.Equal(nameof(TransactionRejection.ExceedsRefundable), (await bench.RefundAsync(transaction, bench.NextRefund(), 3_000)).Reply.Rejection!.Name);
        await bench.UntilQuietAsync();

        Assert.Equal(TransactionStatus.PartiallyRefunded, await bench.StatusAsync(transaction));
        Assert.Equal(requestIsLost ? 2 : 1, bench.Line.CountOf(HostOperation.Refund));
        Assert.Equal(Money.Eur(3_000), bench.Host.TotalsOf(Some.Merchant).PaidBack);
        await bench.AssertReconciledAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule("E66")]
    public async Task A_server_that_dies_during_a_refund_credits_once(bool phoneRepeats)
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.PayAsync();
        bench.Clock.Advance(_aDay);
        bench.Line.CutAt = static _ => Cut.BeforeTheAnswer;
        var (refund, id) = (bench.NextRefund(), bench.NextId());
        await Assert.ThrowsAsync<ServerDiedException>(() => bench.RefundAsync(transaction, refund, 3_000, id).AsTask());
        await bench.RestartAsync();

        if (phoneRepeats) Assert.Equal(TransactionStatus.PartiallyRefunded, (await bench.RefundAsync(transaction, refund, 3_000, id)).Transaction!.State.StatusOf());
        await bench.UntilQuietAsync();

        Assert.Equal(TransactionStatus.PartiallyRefunded, await bench.StatusAsync(transaction));
        Assert.Equal(Money.Eur(3_000), bench.Host.TotalsOf(Some.Merchant).PaidBack);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E66")]
    public async Task A_refund_is_asked_for_hours_by_one_exchange_while_the_host_is_down()
    {
        var script = new FaultScript([], [new Outage(Some.Start + _aDay, Some.Start + _aDay + Duration.FromHours(5))]);
        await using var bench = await Bench.OpenAsync(script);
        var transaction = await bench.PayAsync();
        bench.Clock.Advance(_aDay);

        await bench.RefundAsync(transaction, bench.NextRefund(), 3_000);
        await bench.UntilQuietAsync();

        Assert.Equal(TransactionStatus.PartiallyRefunded, await bench.StatusAsync(transaction));
        Assert.Contains(bench.Observed.Alarms, static alarm => alarm.Step is FollowUpStep.Refund);
        Assert.Equal(2, bench.Host.Entries.Length);
        await bench.AssertReconciledAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [Rule("E68")]
    public async Task A_refund_of_today_can_be_annulled_also_when_answers_get_lost(int answersLost)
    {
        FaultRule[] rules = answersLost == 0 ? [] : [new FaultRule(HostOperation.Cancel, new FaultTrigger.Always(), new Fault.LostAnswer(), answersLost)];
        await using var bench = await Bench.OpenAsync(new FaultScript([.. rules], []));
        var transaction = await bench.PayAsync();
        bench.Clock.Advance(_aDay);
        var refund = bench.NextRefund();
        await bench.RefundAsync(transaction, refund, 3_000);

        Assert.True((await bench.CancelRefundAsync(transaction, refund, 3_000)).Reply.IsAccepted);
        await bench.UntilQuietAsync();

        Assert.Equal(RefundStatus.Cancelled, ((TransactionState.Completed)await bench.StateAsync(transaction)).Refunds[refund].Status);
        Assert.Equal(TransactionStatus.Refunded, (await bench.RefundAsync(transaction, bench.NextRefund(), 4_200)).Transaction!.State.StatusOf());
        await bench.AssertReconciledAsync();
    }
}
