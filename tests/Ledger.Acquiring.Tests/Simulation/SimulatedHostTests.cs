using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests.Simulation;

public sealed class SimulatedHostTests
{
    private static readonly HostAnswer _silence = new HostAnswer.NoAnswer(UnknownReason.AnswerTimedOut);

    private readonly ManualClock _clock = new(Some.Start);

    [Fact]
    [Rule("I18")]
    public async Task The_same_question_twice_has_one_effect_and_one_answer()
    {
        var host = Host();
        var first = await host.AuthoriseAsync(Some.Question(1, 4_200), default);

        Assert.Equal(first, await host.AuthoriseAsync(Some.Question(1, 4_200), default));
        Assert.Equal(first, await host.StatusAsync(Some.Exchange(1), default));
        Assert.Equal(first, await host.StatusAsync(Some.Exchange(1), default));
        Assert.Equal(Money.Eur(4_200), host.TotalsOf(Some.Merchant).Approved);
    }

    [Fact]
    public async Task An_exchange_that_is_used_for_another_question_is_a_duplicate()
    {
        var host = Host();
        await host.AuthoriseAsync(Some.Question(1, 4_200), default);

        Assert.Equal(Declined("94"), await host.AuthoriseAsync(Some.Question(1, 4_300), default));
        Assert.Equal(Declined("94"), await host.RefundAsync(Some.Refund(1, 1, 4_200), default));
        Assert.Equal(Money.Eur(4_200), host.TotalsOf(Some.Merchant).Approved);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(41)]
    [InlineData(43)]
    [InlineData(51)]
    [InlineData(54)]
    [InlineData(55)]
    [InlineData(57)]
    [InlineData(58)]
    [InlineData(61)]
    [InlineData(91)]
    [InlineData(96)]
    public async Task The_amounts_cents_decide_the_code(int cents)
    {
        var host = Host(FaultScript.AmountsDecide);

        Assert.Equal(Declined($"{cents:D2}"), await host.AuthoriseAsync(Some.Question(1, 1_200 + cents), default));
        Assert.True(host.TotalsOf(Some.Merchant).Approved.IsZero);
    }

    [Fact]
    public async Task The_amounts_cents_decide_what_gets_lost()
    {
        var host = Host(FaultScript.AmountsDecide);

        Assert.Equal(_silence, await host.AuthoriseAsync(Some.Question(21, 1_221), default));
        Assert.IsType<HostAnswer.NotFound>(await host.StatusAsync(Some.Exchange(21), default));
        Assert.Equal(_silence, await host.AuthoriseAsync(Some.Question(22, 1_222), default));
        Assert.Equal(Money.Eur(1_222), Approved(await host.StatusAsync(Some.Exchange(22), default)));
        Assert.Equal(Money.Eur(100), Approved(await host.AuthoriseAsync(Some.Question(23, 1_223), default)));
        Assert.Equal(Money.Eur(1_200), Approved(await host.AuthoriseAsync(Some.Question(24, 1_200), default)));
    }

    [Fact]
    [Rule("I14")]
    [Rule("E26")]
    public async Task A_reversal_is_effective_once_however_often_it_is_sent()
    {
        var host = Host(FaultScript.AmountsDecide);
        await host.AuthoriseAsync(Some.Question(1, 1_226), default);

        for (var i = 0; i < 3; i++) Assert.IsType<ReversalAnswer.NotAcknowledged>(await host.ReverseAsync(Some.Exchange(1), Money.Eur(1_226), default));
        Assert.True(host.TotalsOf(Some.Merchant).Reversed.IsZero);
        for (var i = 0; i < 3; i++) Assert.Equal(new ReversalAnswer.Acknowledged(true), await host.ReverseAsync(Some.Exchange(1), Money.Eur(1_226), default));

        Assert.Equal(Money.Eur(1_226), host.TotalsOf(Some.Merchant).Reversed);
        Assert.True(host.TotalsOf(Some.Merchant).Collected.IsZero);
    }

    [Fact]
    [Rule("E27")]
    public async Task A_reversal_of_what_was_never_approved_is_acknowledged_as_not_found()
    {
        var host = Host(Rule(HostOperation.Authorise, new Fault.Decline(new ResponseCode("51"))));
        await host.AuthoriseAsync(Some.Question(1, 4_200), default);

        Assert.Equal(new ReversalAnswer.Acknowledged(false), await host.ReverseAsync(Some.Exchange(1), Money.Eur(4_200), default));
        Assert.Equal(new ReversalAnswer.Acknowledged(false), await host.ReverseAsync(Some.Exchange(2), Money.Eur(4_200), default));
    }

    [Fact]
    [Rule("E25")]
    public async Task A_question_that_its_reversal_overtook_is_not_approved_any_more()
    {
        var host = Host();
        await host.ReverseAsync(Some.Exchange(1), Money.Eur(4_200), default);

        Assert.Equal(Declined("68"), await host.AuthoriseAsync(Some.Question(1, 4_200), default));
        Assert.True(host.TotalsOf(Some.Merchant).Approved.IsZero);
    }

    [Fact]
    [Rule("E25")]
    public async Task A_late_approval_is_undone_by_the_reversal_that_came_before_it()
    {
        var host = Host(Rule(HostOperation.Authorise, new Fault.LateApproval(3)));
        Assert.Equal(_silence, await host.AuthoriseAsync(Some.Question(1, 4_200), default));

        Assert.Equal(new ReversalAnswer.Acknowledged(true), await host.ReverseAsync(Some.Exchange(1), Money.Eur(4_200), default));

        Assert.Equal(Money.Eur(4_200), host.TotalsOf(Some.Merchant).Approved);
        Assert.True(host.TotalsOf(Some.Merchant).Collected.IsZero);
    }

    [Fact]
    public async Task A_late_approval_comes_with_the_last_status_query()
    {
        var host = Host(Rule(HostOperation.Authorise, new Fault.LateApproval(2)));
        await host.AuthoriseAsync(Some.Question(1, 4_200), default);
        Assert.True(host.TotalsOf(Some.Merchant).Approved.IsZero);

        Assert.IsType<HostAnswer.InProgress>(await host.StatusAsync(Some.Exchange(1), default));
        Assert.Equal(Money.Eur(4_200), Approved(await host.StatusAsync(Some.Exchange(1), default)));
    }

    [Fact]
    public async Task During_an_outage_nothing_leaves()
    {
        var host = Host(new FaultScript([], [new Outage(Some.Start, Some.Start + Duration.FromHours(2))]));

        Assert.IsType<HostAnswer.NotSent>(await host.AuthoriseAsync(Some.Question(1, 4_200), default));
        Assert.IsType<ReversalAnswer.NotAcknowledged>(await host.ReverseAsync(Some.Exchange(1), Money.Eur(4_200), default));
        _clock.Advance(Duration.FromHours(2));
        Assert.IsType<HostAnswer.NotFound>(await host.StatusAsync(Some.Exchange(1), default));
    }

    [Fact]
    public async Task A_slow_answer_takes_effect_though_its_caller_has_given_up()
    {
        var waits = new TaskCompletionSource();
        var host = new SimulatedHost(_clock, (_, token) => new ValueTask(waits.Task.WaitAsync(token)), Rule(HostOperation.Authorise, new Fault.SlowAnswer(Duration.FromMinutes(1))), 1, null);
        using var patience = new CancellationTokenSource();
        var answer = host.AuthoriseAsync(Some.Question(1, 4_200), patience.Token).AsTask();
        Assert.False(answer.IsCompleted);

        await patience.CancelAsync();

        Assert.Equal(_silence, await answer);
        Assert.Equal(Money.Eur(4_200), Approved(await host.StatusAsync(Some.Exchange(1), default)));
    }

    [Fact]
    public async Task Faults_can_be_aimed_at_a_card_an_amount_or_the_nth_question()
    {
        var other = Some.Card with { Token = new CardToken("tok_demo_0002") };
        var host = Host(new FaultScript(
            [
                new FaultRule(HostOperation.Authorise, new FaultTrigger.CardIs(other.Token), new Fault.Decline(new ResponseCode("41"))),
                new FaultRule(HostOperation.Authorise, new FaultTrigger.AmountIs(Money.Eur(777)), new Fault.Decline(new ResponseCode("61"))),
                new FaultRule(HostOperation.Authorise, new FaultTrigger.Nth(4), new Fault.Unreachable()),
            ],
            []));

        Assert.Equal(Declined("41"), await host.AuthoriseAsync(Some.Question(1, 4_200, other), default));
        Assert.Equal(Declined("61"), await host.AuthoriseAsync(Some.Question(2, 777), default));
        Assert.IsType<HostAnswer.Approved>(await host.AuthoriseAsync(Some.Question(3, 4_200), default));
        Assert.IsType<HostAnswer.NotSent>(await host.AuthoriseAsync(Some.Question(4, 4_200), default));
    }

    [Fact]
    public async Task Chance_follows_the_seed_and_not_the_order_of_the_questions()
    {
        var script = new FaultScript([new FaultRule(HostOperation.Authorise, new FaultTrigger.Chance(300), new Fault.LostAnswer())], []);
        var forwards = await LostAsync(Host(script, 7), Enumerable.Range(1, 400));
        var backwards = await LostAsync(Host(script, 7), Enumerable.Range(1, 400).Reverse());

        Assert.Equal(forwards, backwards);
        Assert.NotEqual(forwards, await LostAsync(Host(script, 8), Enumerable.Range(1, 400)));
        Assert.InRange(forwards.Count, 60, 180);
    }

    [Fact]
    public async Task A_cancellation_undoes_a_payment_or_a_refund_once()
    {
        var host = Host();
        await host.AuthoriseAsync(Some.Question(1, 4_200), default);
        await host.RefundAsync(Some.Refund(2, 1, 200), default);

        Assert.Equal(Declined("12"), await host.CancelAsync(Some.Exchange(3), Some.Exchange(1), Money.Eur(4_200), default));
        Assert.IsType<HostAnswer.Approved>(await host.CancelAsync(Some.Exchange(4), Some.Exchange(2), Money.Eur(200), default));
        Assert.Equal(Declined("13"), await host.CancelAsync(Some.Exchange(5), Some.Exchange(1), Money.Eur(4_199), default));
        var cancelled = await host.CancelAsync(Some.Exchange(6), Some.Exchange(1), Money.Eur(4_200), default);
        Assert.IsType<HostAnswer.Approved>(cancelled);
        Assert.Equal(cancelled, await host.CancelAsync(Some.Exchange(6), Some.Exchange(1), Money.Eur(4_200), default));
        Assert.Equal(Declined("12"), await host.CancelAsync(Some.Exchange(7), Some.Exchange(1), Money.Eur(4_200), default));
        Assert.Equal(Declined("25"), await host.CancelAsync(Some.Exchange(8), Some.Exchange(99), Money.Eur(4_200), default));

        var totals = host.TotalsOf(Some.Merchant);
        Assert.Equal((Money.Eur(4_200), Money.Eur(4_200), Money.Eur(200), Money.Eur(200)), (totals.Approved, totals.Cancelled, totals.Refunded, totals.RefundsCancelled));
        Assert.True(totals.Collected.IsZero && totals.PaidBack.IsZero);
    }

    [Fact]
    [Rule("I03")]
    public async Task The_host_refuses_more_refunds_than_the_payment_too()
    {
        var host = Host();
        await host.AuthoriseAsync(Some.Question(1, 10_000), default);

        Assert.IsType<HostAnswer.Approved>(await host.RefundAsync(Some.Refund(2, 1, 6_000), default));
        Assert.Equal(Declined("13"), await host.RefundAsync(Some.Refund(3, 1, 6_000), default));
        Assert.Equal(Money.Eur(6_000), host.TotalsOf(Some.Merchant).PaidBack);
    }

    [Fact]
    public async Task Cancels_and_refunds_can_be_declined_by_script()
    {
        var host = Host(new FaultScript(
            [
                new FaultRule(HostOperation.Cancel, new FaultTrigger.Always(), new Fault.Decline(new ResponseCode("57"))),
                new FaultRule(HostOperation.Refund, new FaultTrigger.Always(), new Fault.Decline(new ResponseCode("62"))),
            ],
            []));
        await host.AuthoriseAsync(Some.Question(1, 10_000), default);

        Assert.Equal(Declined("57"), await host.CancelAsync(Some.Exchange(2), Some.Exchange(1), Money.Eur(10_000), default));
        Assert.Equal(Declined("62"), await host.RefundAsync(Some.Refund(3, 1, 100), default));
        Assert.Equal(Money.Eur(10_000), host.TotalsOf(Some.Merchant).Collected);
    }

    [Fact]
    [Rule("E28")]
    public async Task The_host_can_contradict_itself()
    {
        var host = Host(Rule(HostOperation.Status, new Fault.OtherAnswer(new ResponseCode("05"))));
        Assert.IsType<HostAnswer.Approved>(await host.AuthoriseAsync(Some.Question(1, 4_200), default));

        Assert.Equal(Declined("05"), await host.StatusAsync(Some.Exchange(1), default));
    }

    [Fact]
    public void A_fault_that_cannot_happen_to_a_question_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Rule(HostOperation.Refund, new Fault.PartialApproval(Money.Eur(1))));
        Assert.Throws<ArgumentException>(() => Rule(HostOperation.Authorise, new Fault.NotAcknowledged()));
        Assert.Throws<ArgumentException>(() => Rule(HostOperation.Cancel, new Fault.InProgress()));
        Assert.Throws<ArgumentException>(() => Rule(HostOperation.Status, new Fault.Decline(new ResponseCode("05"))));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FaultRule(HostOperation.Status, new FaultTrigger.Always(), new Fault.InProgress(), 0));
    }

    private static async Task<List<int>> LostAsync(SimulatedHost host, IEnumerable<int> numbers)
    {
        var lost = new List<int>();
        foreach (var number in numbers)
        {
            if (await host.AuthoriseAsync(Some.Question(number, 1_000), default) == _silence) lost.Add(number);
        }

        lost.Sort();
        return lost;
    }

    private static FaultScript Rule(HostOperation on, Fault fault) => new([new FaultRule(on, new FaultTrigger.Always(), fault)], []);

    private static HostAnswer Declined(string code) => new HostAnswer.Declined(new ResponseCode(code));

    private static Money Approved(HostAnswer answer) => Assert.IsType<HostAnswer.Approved>(answer).Amount;

    private SimulatedHost Host(FaultScript? script = null, long seed = 1) => new(_clock, Some.NoDelay, script ?? FaultScript.None, seed, null);
}
