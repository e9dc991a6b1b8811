using Ledger.Domain.Transactions;
using Ledger.Testing;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

/// <summary>Duplicates, losses and order (domain.md 6.2), and cards that leave too early (6.3).</summary>
public class LostAnswerTests
{
    [Fact]
    [Rule("E23")]
    public void A_question_that_the_host_never_saw_is_aborted()
    {
        Assert.Equal(AbortReason.NotFoundAtHost, Story.InDoubt.When(NotFound()).ThenOne<TransactionEvent.Aborted>().Reason);
        Story.Abandoned.When(NotFound()).ThenOne<TransactionEvent.Aborted>();
        Story.NotFound.When(NotFound()).ThenAlreadyDone();
    }

    [Fact]
    [Rule("E23")]
    public void A_question_that_is_still_out_is_not_taken_for_lost() => Story.Asked.When(NotFound()).ThenRefused(TransactionRejection.WrongState);

    [Fact]
    [Rule("E24"), Rule("I13")]
    public void An_approval_found_by_a_status_query_completes_while_the_card_is_still_in()
    {
        var story = Story.InDoubt.Given(Approve(), Complete());
        Assert.Equal(TransactionStatus.Completed, story.State.StatusOf());
    }

    [Fact]
    [Rule("E24"), Rule("E41"), Rule("I13")]
    public void An_approval_found_after_the_card_has_gone_is_reversed()
    {
        foreach (var story in new[] { Story.Abandoned, Story.InDoubt.Given(Abort()), Story.Asked.Given(NoAnswer(UnknownReason.CardRemoved)) })
        {
            var reversal = story.When(Approve()).ThenOne<TransactionEvent.ReversalRequested>();
            Assert.Equal((ReversalReason.Abandoned, Amount), (reversal.Reason, reversal.Amount));
        }
    }

    [Fact]
    [Rule("E24")]
    public void A_decline_found_by_a_status_query_ends_it() => Assert.Equal(TransactionStatus.Declined, Story.Abandoned.Given(Decline()).State.StatusOf());

    [Fact]
    [Rule("E25"), Rule("I16")]
    public void A_late_approval_changes_nothing_once_the_reversal_stands()
    {
        foreach (var story in new[] { Story.Reversing, Story.Reversed })
        {
            story.When(Approve()).ThenAlreadyDone();
            story.When(Complete()).ThenRefused(TransactionRejection.WrongState);
        }
    }

    [Fact]
    [Rule("E26"), Rule("I14")]
    public void A_reversal_without_an_answer_stays_pending_and_out_of_the_remittance()
    {
        Story.Reversing.When(NoAnswer()).ThenAlreadyDone();
        Story.Reversing.When(Remit()).ThenRefused(TransactionRejection.WrongState);
        Assert.Equal(TransactionStatus.ReversalPending, Story.Reversing.State.StatusOf());
        Assert.Equal(Authorisation, Story.Reversing.History.OfType<TransactionEvent.ReversalRequested>().Single().Exchange);
    }

    [Fact]
    [Rule("E27")]
    public void A_reversal_of_nothing_is_recorded_as_such()
    {
        Assert.False(Story.Reversing.When(Reversed(found: false)).ThenOne<TransactionEvent.Reversed>().FoundAtHost);
        Story.Reversed.When(Reversed(found: false)).ThenAlreadyDone();
    }

    [Fact]
    public void A_reversal_that_was_not_asked_for_is_refused()
    {
        foreach (var story in new[] { Story.Asked, Story.InDoubt, Story.Approved, Story.Declined, Story.Completed, Story.Cancelled })
            story.When(Reversed()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("E28"), Rule("I16")]
    public void Of_two_different_answers_the_first_one_stands()
    {
        Story.Declined.When(Approve()).ThenAlreadyDone();
        Story.Approved.When(Decline()).ThenAlreadyDone();
        Story.Approved.When(Approve(Money.Eur(20_00))).ThenAlreadyDone();
        Story.NotFound.When(Approve()).ThenAlreadyDone();
        Story.Approved.When(NotFound()).ThenAlreadyDone();
        Story.Completed.When(Decline()).ThenAlreadyDone();
    }

    [Fact]
    [Rule("E28")]
    public void The_other_answer_is_on_record_and_what_the_host_approved_is_open_until_it_is_undone()
    {
        foreach (var story in new[] { Story.Declined, Story.NotFound })
        {
            var contradicted = story.Given(Contradict(Amount));
            Assert.Equal(new LateApproval(Amount, IsUndone: false), Transaction.ContradictionOf(contradicted.State));
            Assert.Equal(story.State.StatusOf(), contradicted.State.StatusOf());
            contradicted.When(Contradict(Amount)).ThenAlreadyDone();
            contradicted.When(Complete()).ThenRefused(TransactionRejection.WrongState);

            var undone = contradicted.Given(ContradictionUndone());
            Assert.Equal(new LateApproval(Amount, IsUndone: true), Transaction.ContradictionOf(undone.State));
            undone.When(ContradictionUndone()).ThenAlreadyDone();
            story.When(ContradictionUndone()).ThenRefused(TransactionRejection.WrongState);
        }
    }

    [Fact]
    [Rule("E28")]
    public void A_decline_of_what_was_approved_is_on_record_and_changes_nothing()
    {
        foreach (var story in new[] { Story.Approved, Story.Completed, Story.Remitted, Story.Cancelled, Story.Reversed })
            Assert.Equal(story.State, story.Given(Contradict(null)).State);
    }

    [Fact]
    [Rule("E28")]
    public void The_same_answer_again_or_the_first_one_contradicts_nothing()
    {
        foreach (var story in new[] { Story.Asked, Story.InDoubt })
        {
            story.When(Contradict(Amount)).ThenRefused(TransactionRejection.WrongState);
            story.When(Contradict(null)).ThenRefused(TransactionRejection.WrongState);
        }

        Story.Declined.When(Contradict(null)).ThenRefused(TransactionRejection.WrongState);
        Story.Completed.When(Contradict(Amount)).ThenRefused(TransactionRejection.WrongState);
        Story.Open.When(Contradict(Amount)).ThenRefused(TransactionRejection.WrongState);
        Story.Declined.When(Contradict(Amount) with { Exchange = Cancellation }).ThenRefused(TransactionRejection.ExchangeDiffers);
    }

    [Fact]
    [Rule("I16"), Rule("I18")]
    public void The_same_answer_again_changes_nothing()
    {
        foreach (var story in new[] { Story.Approved, Story.Reversing, Story.Completed, Story.Cancelling, Story.Cancelled, Story.Remitted })
            story.When(Approve()).ThenAlreadyDone();
        Story.Declined.When(Decline()).ThenAlreadyDone();
        Story.InDoubt.When(NoAnswer()).ThenAlreadyDone();
        Story.Reversed.When(Reversed()).ThenAlreadyDone();
    }

    [Fact]
    [Rule("E33")]
    public void The_question_is_on_record_before_it_leaves_so_that_a_restart_finds_it()
    {
        Assert.Equal(Authorisation, Assert.IsType<TransactionState.AuthorisationPending>(Story.Asked.State).Exchange);
        var unknown = Story.Asked.When(NoAnswer(UnknownReason.ServerRestarted)).ThenOne<TransactionEvent.OutcomeUnknown>();

        Assert.False(unknown.Abandoned);
    }

    [Fact]
    [Rule("E36")]
    public void An_answer_to_another_question_is_refused()
    {
        Story[] asked = [Story.Asked, Story.InDoubt, Story.Approved, Story.Reversing, Story.Declined, Story.NotFound, Story.Completed, Story.Cancelled];
        foreach (var story in asked)
        {
            story.When(Approve() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.ExchangeDiffers);
            story.When(Decline() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.ExchangeDiffers);
            story.When(NoAnswer() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.ExchangeDiffers);
            story.When(NotFound() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.ExchangeDiffers);
            story.When(Reversed() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.ExchangeDiffers);
        }

        Story.Open.When(Approve()).ThenRefused(TransactionRejection.WrongState);
        Story.Aborted.When(Approve()).ThenRefused(TransactionRejection.WrongState);
        Story.Cancelling.When(Cancelled() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.ExchangeDiffers);
        Story.Completed.Given(Refund()).When(RefundApproved() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.ExchangeDiffers);
    }

    [Theory]
    [InlineData(AbortReason.CardInsertTimedOut), InlineData(AbortReason.PinEntryTimedOut), InlineData(AbortReason.CardRemovedEarly)]
    [InlineData(AbortReason.TerminalLinkLost), InlineData(AbortReason.NetworkLost), InlineData(AbortReason.CancelledByMerchant)]
    [Rule("R039"), Rule("R040"), Rule("R041"), Rule("R042"), Rule("R043"), Rule("E40")]
    public void Stopped_before_the_question_nothing_is_due(AbortReason reason)
    {
        Assert.Equal(reason, Story.Open.When(Abort(reason)).ThenOne<TransactionEvent.Aborted>().Reason);
        Story.Aborted.When(Abort(reason)).ThenAlreadyDone();
        Story.Aborted.When(Send()).ThenRefused(TransactionRejection.WrongState);
    }

    [Theory]
    [InlineData(AbortReason.CardRemovedEarly, UnknownReason.CardRemoved)]
    [InlineData(AbortReason.TerminalLinkLost, UnknownReason.CardRemoved)]
    [InlineData(AbortReason.NetworkLost, UnknownReason.ConnectionLost)]
    [InlineData(AbortReason.TimedOut, UnknownReason.AnswerTimedOut)]
    [InlineData(AbortReason.CancelledByMerchant, UnknownReason.GivenUp)]
    [Rule("E41"), Rule("R039"), Rule("R040"), Rule("R043")]
    public void Stopped_while_the_question_is_out_the_outcome_is_unknown_and_abandoned(AbortReason reason, UnknownReason expected)
    {
        var unknown = Story.Asked.When(Abort(reason)).ThenOne<TransactionEvent.OutcomeUnknown>();
        Assert.Equal((expected, true), (unknown.Reason, unknown.Abandoned));
        Assert.True(Story.InDoubt.When(Abort(reason)).ThenOne<TransactionEvent.OutcomeUnknown>().Abandoned);
        Story.Abandoned.When(Abort(reason)).ThenAlreadyDone();
    }

    [Theory]
    [InlineData(AbortReason.CardRemovedEarly, ReversalReason.CardRemovedEarly)]
    [InlineData(AbortReason.TerminalLinkLost, ReversalReason.TerminalLinkLost)]
    [InlineData(AbortReason.TimedOut, ReversalReason.CompletionTimedOut)]
    [InlineData(AbortReason.CardRefused, ReversalReason.CardRefused)]
    [InlineData(AbortReason.CancelledByClient, ReversalReason.CancelledByClient)]
    [Rule("E42"), Rule("E45"), Rule("E58"), Rule("R043")]
    public void Stopped_after_the_approval_the_host_must_undo_it(AbortReason reason, ReversalReason expected)
    {
        var reversal = Story.Approved.When(Abort(reason)).ThenOne<TransactionEvent.ReversalRequested>();
        Assert.Equal((expected, Amount, Authorisation), (reversal.Reason, reversal.Amount, reversal.Exchange));
        Story.Reversing.When(Abort(reason)).ThenAlreadyDone();
        Story.Reversed.When(Abort(reason)).ThenAlreadyDone();
    }

    [Fact]
    [Rule("E43")]
    public void Once_the_card_has_confirmed_a_late_abort_is_refused_and_the_payment_stands()
    {
        foreach (var story in new[] { Story.Completed, Story.Cancelling, Story.Cancelled, Story.Declined })
            story.When(Abort()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("R044")]
    public void What_is_in_doubt_or_being_reversed_is_neither_accepted_nor_failed()
    {
        Assert.Equal(TransactionStatus.InDoubt, Story.InDoubt.State.StatusOf());
        Assert.Equal(TransactionStatus.InDoubt, Story.Abandoned.State.StatusOf());
        Assert.Equal(TransactionStatus.ReversalPending, Story.Reversing.State.StatusOf());
    }
}
