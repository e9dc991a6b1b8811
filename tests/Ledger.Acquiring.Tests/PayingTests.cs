using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests;

/// <summary>Payments from the request to the card's confirmation, and everything that cuts them off.</summary>
public sealed class PayingTests
{
    [Fact]
    [Rule("I13")]
    public async Task A_payment_is_asked_once_and_ends_as_money_on_both_sides()
    {
        await using var bench = await Bench.OpenAsync();

        var transaction = await bench.PayAsync();

        Assert.Equal(
            [typeof(TransactionEvent.Requested), typeof(TransactionEvent.AuthorisationSent), typeof(TransactionEvent.Approved), typeof(TransactionEvent.Completed)],
            (await bench.EventsAsync(transaction)).Select(static e => e.GetType()));
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Authorise));
        Assert.Null((await bench.TerminalAsync()).Open);
        Assert.Equal(Duration.FromSeconds(0), await bench.UntilQuietAsync());
        Assert.Equal(1, (await bench.ReconcileAsync()).Agreed);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E33")]
    public async Task The_question_is_in_the_log_before_it_leaves()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        List<ILedgerEvent>? atTheQuestion = null;
        bench.Line.CutAt = _ =>
        {
            atTheQuestion = bench.EventsAsync(transaction).GetAwaiter().GetResult();
            return Cut.None;
        };

        await bench.AuthoriseAsync(transaction);

        var sent = Assert.IsType<TransactionEvent.AuthorisationSent>(atTheQuestion![^1]);
        Assert.Equal(bench.Host.Entries.Single().Exchange, sent.Exchange);
    }

    [Fact]
    public async Task A_declined_payment_is_over_and_its_terminal_free()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var transaction = await bench.StartAsync(1_251);

        Assert.Equal(TransactionStatus.Declined, await bench.AuthoriseAsync(transaction));

        Assert.Equal(new ResponseCode("51"), ((TransactionState.Declined)await bench.StateAsync(transaction)).Response);
        Assert.Null((await bench.TerminalAsync()).Open);
        await bench.UntilQuietAsync();
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("R186")]
    public async Task An_opposed_card_is_refused_and_the_host_is_not_asked()
    {
        await using var bench = await Bench.OpenAsync();
        var oppose = new CardCommand.Oppose(Some.Card.Token, OppositionReason.Lost, bench.Clock.Now);
        await bench.Engine.ExecuteAsync(EngineCommand.One(bench.NextId(), new byte[32], Some.Card.Token.Stream, oppose), default);
        var transaction = await bench.StartAsync();

        var reply = await bench.Desk.AuthoriseAsync(bench.Header(), bench.Authorisation(transaction), default);

        Assert.Equal(nameof(TransactionRejection.CardOpposed), reply.Reply.Rejection!.Name);
        Assert.Equal(0, bench.Line.CountOf(HostOperation.Authorise));
    }

    [Fact]
    [Rule("E20")]
    public async Task A_double_tap_makes_one_transaction()
    {
        await using var bench = await Bench.OpenAsync();
        var (header, payment) = (bench.Header(), bench.Payment(4_200));

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bench.Desk.StartAsync(header, payment, default).AsTask()));

        Assert.Single(replies, static reply => !reply.Reply.Replayed);
        Assert.Single(replies.Select(static reply => reply.Transaction).Distinct());
        Assert.Single(await bench.EventsAsync(payment.TransactionId));
        Assert.Single((await bench.EventsAsync(Some.Terminal.Stream)).OfType<TerminalEvent.TransactionStarted>());
    }

    [Fact]
    [Rule("E20")]
    public async Task A_double_tap_on_authorise_asks_the_host_once()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        var header = bench.Header();

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default).AsTask()));

        Assert.All(replies, static reply => Assert.Equal(TransactionStatus.Approved, reply.Transaction!.State.StatusOf()));
        Assert.Single(replies.Select(static reply => reply.Transaction).Distinct());
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Authorise));
        Assert.Equal(0, bench.Line.CountOf(HostOperation.Status));
    }

    [Fact]
    [Rule("E21")]
    [Rule("E45")]
    public async Task A_caller_who_gives_up_finds_the_answer_when_it_asks_again()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        var held = bench.Line.Hold = new Held(HostOperation.Authorise);
        var header = bench.Header();
        using var caller = new CancellationTokenSource();
        var first = bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), caller.Token).AsTask();
        await held.Reached;

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default).AsTask();
        held.Release();

        Assert.Equal(TransactionStatus.Approved, (await second).Transaction!.State.StatusOf());
        Assert.Equal(1, bench.Line.CountOf(HostOperation.Authorise));
    }

    [Fact]
    [Rule("E21")]
    [Rule("E32")]
    [Rule("I11")]
    public async Task A_repeat_gets_the_first_reply_to_the_letter_even_after_a_restart_and_later_events()
    {
        await using var bench = await Bench.OpenAsync();
        var (startHeader, payment) = (bench.Header(), bench.Payment(4_200));
        var start = await bench.Desk.StartAsync(startHeader, payment, default);
        var header = bench.Header();
        var authorise = await bench.Desk.AuthoriseAsync(header, bench.Authorisation(payment.TransactionId), default);
        var completeHeader = bench.Header();
        var complete = await bench.Desk.CompleteAsync(completeHeader, payment.TransactionId, Some.Confirmation, default);
        var events = await bench.EventsAsync(payment.TransactionId);

        await bench.RestartAsync();

        AssertSame(start, await bench.Desk.StartAsync(startHeader, payment, default));
        AssertSame(authorise, await bench.Desk.AuthoriseAsync(header, bench.Authorisation(payment.TransactionId), default));
        AssertSame(complete, await bench.Desk.CompleteAsync(completeHeader, payment.TransactionId, Some.Confirmation, default));
        Assert.Equal(events, await bench.EventsAsync(payment.TransactionId));
        Assert.Empty(bench.Line.Asked);
    }

    [Fact]
    [Rule("E21")]
    public async Task A_repeat_of_a_doubt_says_doubt_again_also_after_it_was_settled()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var transaction = await bench.StartAsync(1_222);
        var header = bench.Header();
        var first = await bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default);
        Assert.Equal(TransactionStatus.InDoubt, first.Transaction!.State.StatusOf());
        await bench.PassAsync(Duration.FromSeconds(10));
        Assert.Equal(TransactionStatus.Approved, await bench.StatusAsync(transaction));

        AssertSame(first, await bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default));
        Assert.Equal(TransactionStatus.Approved, await bench.StatusAsync(transaction));
    }

    [Fact]
    [Rule("E22")]
    public async Task The_same_id_with_another_body_is_a_conflict_without_effect()
    {
        await using var bench = await Bench.OpenAsync();
        var (id, payment) = (bench.NextId(), bench.Payment(4_200));
        await bench.Desk.StartAsync(bench.Header(id, "42.00"), payment, default);

        await Assert.ThrowsAsync<CommandIdReusedException>(() => bench.Desk.StartAsync(bench.Header(id, "43.00"), payment with { Amount = Money.Eur(4_300) }, default).AsTask());
        await Assert.ThrowsAsync<CommandIdReusedException>(() => bench.Desk.AuthoriseAsync(bench.Header(id, "else"), bench.Authorisation(payment.TransactionId), default).AsTask());

        Assert.Single(await bench.EventsAsync(payment.TransactionId));
        Assert.Empty(bench.Line.Asked);
    }

    [Fact]
    [Rule("I02")]
    [Rule("E29")]
    public async Task An_approval_of_another_amount_is_reversed_at_once()
    {
        await using var bench = await Bench.OpenAsync(FaultScript.AmountsDecide);
        var transaction = await bench.StartAsync(1_223);

        Assert.Equal(TransactionStatus.ReversalPending, await bench.AuthoriseAsync(transaction));

        var reversal = (await bench.EventsAsync(transaction)).OfType<TransactionEvent.ReversalRequested>().Single();
        Assert.Equal((ReversalReason.AmountDiffers, Money.Eur(100)), (reversal.Reason, reversal.Amount));
        Assert.Equal(TransactionStatus.Reversed, await bench.StatusAsync(transaction));
        Assert.Equal(Money.Eur(100), bench.Host.TotalsOf(Some.Merchant).Reversed);
        await bench.UntilQuietAsync();
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E30")]
    [Rule("I19")]
    public async Task Two_questions_with_the_same_terminal_number_are_two_questions()
    {
        await using var bench = await Bench.OpenAsync();
        var (first, second) = (await bench.PayAsync(), await bench.PayAsync());
        var exchanges = bench.Host.Entries.Select(static entry => entry.Exchange).ToHashSet();
        Assert.Equal(2, exchanges.Count);

        // The number wraps after 999999: the host tells questions apart by their exchange, not by it.
        var wrapped = new AuthorisationQuestion(Some.Exchange(1), Some.Merchant, Some.Terminal, 1, Money.Eur(4_200), Some.Card, Some.CardData, bench.Clock.Now);
        Assert.IsType<HostAnswer.Approved>(await bench.Host.AuthoriseAsync(wrapped, default));
        Assert.Equal(3, bench.Host.Entries.Length);
        var numbers = (await bench.EventsAsync(Some.Terminal.Stream)).OfType<TerminalEvent.TransactionStarted>().Select(static e => e.Number);
        Assert.Equal([1, 2], numbers);
        Assert.NotEqual(first, second);
    }

    [Fact]
    [Rule("R021")]
    public async Task Without_the_connected_terminal_nothing_is_started_and_the_terminal_stays_free()
    {
        await using var bench = await Bench.OpenAsync();

        var unlinked = await bench.Desk.StartAsync(bench.Header(), bench.Payment(4_200) with { LinkedSerial = null }, default);
        var another = await bench.Desk.StartAsync(bench.Header(), bench.Payment(4_200) with { LinkedSerial = new TerminalSerial("T9999999") }, default);

        Assert.Equal(nameof(TerminalRejection.NotLinked), unlinked.Reply.Rejection!.Name);
        Assert.Equal(nameof(TerminalRejection.SerialDiffers), another.Reply.Rejection!.Name);
        Assert.Null(unlinked.Transaction);
        Assert.Null((await bench.TerminalAsync()).Open);
    }

    [Fact]
    [Rule("E31")]
    [Rule("I12")]
    public async Task A_second_start_finds_the_terminal_busy_and_an_older_device_is_refused()
    {
        await using var bench = await Bench.OpenAsync();
        await bench.StartAsync();

        var second = await bench.Desk.StartAsync(bench.Header(), bench.Payment(4_200), default);
        var other = await bench.Desk.StartAsync(bench.Header(), bench.Payment(4_200) with { Device = new DeviceId(new Guid(2, 0, 0, new byte[8])) }, default);

        Assert.Equal(nameof(TerminalRejection.Busy), second.Reply.Rejection!.Name);
        Assert.Equal(nameof(TerminalRejection.DeviceDiffers), other.Reply.Rejection!.Name);
        Assert.Null(second.Transaction);
    }

    [Fact]
    [Rule("E43")]
    [Rule("E44")]
    public async Task A_confirmation_that_comes_late_but_in_time_completes()
    {
        await using var bench = await Bench.OpenAsync();
        var transaction = await bench.StartAsync();
        await bench.AuthoriseAsync(transaction);
        await bench.PassAsync(Duration.FromSeconds(119));

        Assert.Equal(CommandOutcome.Accepted, (await bench.CompleteAsync(transaction)).Reply.Outcome);

        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Completed, await bench.StatusAsync(transaction));
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("R048")]
    [Rule("I40")]
    public async Task What_the_terminal_encrypted_for_the_host_is_kept_nowhere_and_never_printed()
    {
        await using var bench = await Bench.OpenAsync();

        var transaction = await bench.PayAsync();

        Assert.DoesNotContain(Some.Canary, await bench.PayloadsAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Some.CardData.Bytes.Span), await bench.PayloadsAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(Some.Canary, string.Concat(bench.Host.Entries), StringComparison.Ordinal);
        Assert.Contains("CardData = (25 encrypted bytes)", bench.Authorisation(transaction).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_can_be_done_with_a_transaction_that_there_is_not()
    {
        await using var bench = await Bench.OpenAsync();
        var unknown = bench.Payment(4_200).TransactionId;

        DeskReply[] replies =
        [
            await bench.CompleteAsync(unknown),
            await bench.Desk.AuthoriseAsync(bench.Header(), bench.Authorisation(unknown), default),
            await bench.Desk.AbortAsync(bench.Header(), unknown, AbortReason.CancelledByMerchant, default),
            await bench.Desk.ReportProgressAsync(bench.Header(), unknown, CardStage.CardRead, default),
            await bench.CancelAsync(unknown),
            await bench.RefundAsync(unknown, bench.NextRefund(), 100),
        ];

        Assert.All(replies, static reply =>
        {
            Assert.Equal(nameof(TransactionRejection.NotRequested), reply.Reply.Rejection?.Name);
            Assert.Null(reply.Transaction);
        });
        Assert.Empty(bench.Line.Asked);
    }

    private static void AssertSame(DeskReply first, DeskReply repeat)
    {
        Assert.True(repeat.Reply.Replayed);
        Assert.Equal(first.Reply.Outcome, repeat.Reply.Outcome);
        Assert.Equal(first.Reply.Versions, repeat.Reply.Versions);
        Assert.Equal(first.Reply.Position, repeat.Reply.Position);
        Assert.Equal(first.Transaction!.Version, repeat.Transaction!.Version);
        Assert.Equal(first.Transaction.State.ToString(), repeat.Transaction.State.ToString());
    }
}
