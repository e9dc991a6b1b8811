using Ledger.Domain.Accounting;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

public class CancellingTests
{
    private static readonly Instant Midnight = ParisTime.EndOf(Day);

    [Fact]
    [Rule("R070"), Rule("I21")]
    public void Cancelling_in_the_last_instant_of_the_day_is_accepted() =>
        Story.Completed.When(Cancel(Midnight - Duration.Epsilon)).ThenOne<TransactionEvent.CancellationRequested>();

    [Fact]
    [Rule("R070"), Rule("I21"), Rule("E02")]
    public void Cancelling_at_midnight_exactly_is_refused() => Story.Completed.When(Cancel(Midnight)).ThenRefused(TransactionRejection.DayIsOver);

    [Fact]
    [Rule("E02")]
    public void A_cancel_whose_code_was_typed_before_midnight_is_refused_when_it_comes_after() =>
        Story.Completed.When(Cancel(Midnight + Duration.FromSeconds(5)) with { Proof = Proof(Midnight - Duration.FromSeconds(2)) })
            .ThenRefused(TransactionRejection.DayIsOver);

    [Fact]
    [Rule("E04"), Rule("I22")]
    public void On_the_day_of_25_hours_the_second_ten_past_two_is_later_than_the_first_half_past()
    {
        var paid = Instant.FromUtc(2026, 10, 25, 0, 30);
        var cancelled = Instant.FromUtc(2026, 10, 25, 1, 10);

        PaidAt(paid).When(Cancel(cancelled)).ThenOne<TransactionEvent.CancellationRequested>();
    }

    [Fact]
    [Rule("E08")]
    public void A_clock_that_steps_back_over_midnight_neither_allows_a_refund_nor_forbids_a_cancel()
    {
        var paid = ParisTime.StartOf(Day) + Duration.FromMilliseconds(10);
        var before = ParisTime.StartOf(Day) - Duration.FromMilliseconds(10);

        PaidAt(paid).When(Cancel(before)).ThenOne<TransactionEvent.CancellationRequested>();
        PaidAt(paid).When(Refund(at: before)).ThenRefused(TransactionRejection.DayNotOver);
    }

    [Fact]
    [Rule("R072"), Rule("E60"), Rule("I05")]
    public void Another_amount_than_the_whole_is_refused()
    {
        foreach (var amount in new[] { Money.Eur(41_99), Money.Eur(42_01), Money.Eur(0), new Money(42_00, new Currency("CHF")) })
            Story.Completed.When(Cancel() with { Amount = amount }).ThenRefused(TransactionRejection.AmountDiffers);
    }

    [Fact]
    [Rule("R076"), Rule("I35"), Rule("E62")]
    public void Another_card_is_refused_without_a_word_about_the_first()
    {
        var other = new PresentedCard(new CardToken("tok_other"), OriginalCard.Brand, null);

        Story.Completed.When(Cancel() with { PresentedCard = other }).ThenRefused(TransactionRejection.CardDiffers);
        Story.Completed.When(Cancel() with { PresentedCard = other with { Account = "PAR0000000000000000000000002" } })
            .ThenRefused(TransactionRejection.CardDiffers);
    }

    [Fact]
    [Rule("I35")]
    public void Two_cards_without_an_account_reference_are_not_the_same_account()
    {
        var story = Story.Open.Given(Send(OriginalCard with { Account = null }), Approve(), Complete());

        story.When(Cancel() with { PresentedCard = new PresentedCard(new CardToken("tok_other"), OriginalCard.Brand, null) })
            .ThenRefused(TransactionRejection.CardDiffers);
    }

    [Fact]
    [Rule("I35")]
    public void The_same_card_by_another_brand_is_refused() =>
        Story.Completed.When(Cancel() with { PresentedCard = SameCard with { Brand = CardBrand.Visa } }).ThenRefused(TransactionRejection.CardDiffers);

    [Fact]
    [Rule("R076"), Rule("R081")]
    public void The_app_needs_the_card() => Story.Completed.When(Cancel() with { PresentedCard = null }).ThenRefused(TransactionRejection.CardNotPresented);

    [Theory]
    [InlineData(TicketChoice.Sms), InlineData(TicketChoice.Email)]
    [Rule("R078"), Rule("R061")]
    public void A_cancellation_asks_for_its_ticket_and_for_a_contact_only_if_that_needs_one(TicketChoice electronic)
    {
        Story.Completed.When(Cancel() with { Ticket = electronic }).ThenRefused(TransactionRejection.ContactMissing);
        Story.Completed.When(Cancel() with { Contact = Contact }).ThenRefused(TransactionRejection.ContactNotWanted);

        var asked = Story.Completed.When(Cancel() with { Ticket = electronic, Contact = Contact }).ThenOne<TransactionEvent.CancellationRequested>();
        Assert.Equal((electronic, Contact), (asked.Ticket, asked.Contact));
        var paper = Story.Completed.When(Cancel()).ThenOne<TransactionEvent.CancellationRequested>();
        Assert.Equal((TicketChoice.Paper, null), (paper.Ticket, paper.Contact));
    }

    [Fact]
    [Rule("R078")]
    public void The_payments_ticket_and_its_cancellations_are_chosen_apart()
    {
        var emailed = new ChosenTicket(TicketChoice.Email, Contact);
        var paper = new ChosenTicket(TicketChoice.Paper, null);
        Assert.Null(Transaction.ChosenTicketOf(Story.Completed.State, TicketKind.Cancellation, null));

        var cancelling = Story.Completed.Given(Cancel() with { Ticket = TicketChoice.Email, Contact = Contact });
        foreach (var state in new[] { cancelling.State, cancelling.Given(Cancelled()).State })
        {
            Assert.Equal(emailed, Transaction.ChosenTicketOf(state, TicketKind.Cancellation, null));
            Assert.Equal(paper, Transaction.ChosenTicketOf(state, TicketKind.Payment, null));
        }

        // A refused one leaves nothing behind; the next is chosen anew.
        var again = cancelling.Given(CancellationRefused(), Cancel() with { Exchange = OtherCancellation });
        Assert.Equal(paper, Transaction.ChosenTicketOf(again.State, TicketKind.Cancellation, null));
    }

    [Fact]
    [Rule("R078")]
    public void A_cancellation_from_before_it_was_asked_has_the_payments_ticket()
    {
        var paid = Story.New.Given(Request() with { Ticket = TicketChoice.Email, Contact = Contact }, Send(), Approve(), Complete());

        var state = Transaction.Evolve(paid.State, new TransactionEvent.CancellationRequested(Cancellation, true, Channel.MobileApp, At(Day, 15)));

        Assert.Equal(new ChosenTicket(TicketChoice.Email, Contact), Transaction.ChosenTicketOf(state, TicketKind.Cancellation, null));
    }

    [Fact]
    [Rule("R080")]
    public void The_web_space_goes_without_the_card_and_the_event_says_so()
    {
        var web = Cancel() with { Channel = Channel.WebSpace, PresentedCard = null };

        Assert.False(Story.Completed.When(web).ThenOne<TransactionEvent.CancellationRequested>().CardPresented);
        Assert.True(Story.Completed.When(Cancel()).ThenOne<TransactionEvent.CancellationRequested>().CardPresented);
    }

    [Theory]
    [InlineData(Channel.Assistance), InlineData(Channel.Bank), InlineData(Channel.System)]
    public void Nobody_but_the_merchant_cancels(Channel channel) =>
        Story.Completed.When(Cancel() with { Channel = channel }).ThenRefused(TransactionRejection.ChannelNotAllowed);

    [Fact]
    [Rule("R075"), Rule("R082"), Rule("I34")]
    public void The_security_code_must_have_been_typed_for_this_command_within_five_minutes()
    {
        var now = At(Day, 15);
        Refused(Proof(now) with { VerifiedFor = Id(801) });
        Refused(Proof(now + Duration.Epsilon));
        Refused(Proof(now - Transaction.SecurityCodeAgeMax - Duration.Epsilon));
        Story.Completed.When(Cancel() with { Proof = Proof(now - Transaction.SecurityCodeAgeMax) }).ThenOne<TransactionEvent.CancellationRequested>();

        static void Refused(SecurityCodeProof proof) =>
            Story.Completed.When(Cancel() with { Proof = proof }).ThenRefused(TransactionRejection.SecurityCodeNotVerified);
    }

    [Fact]
    public void Another_merchant_s_contract_is_refused() =>
        Story.Completed.When(Cancel() with { Contract = Contract with { MerchantId = new MerchantId("autre-1") } })
            .ThenRefused(TransactionRejection.MerchantDiffers);

    [Fact]
    [Rule("E69")]
    public void Cancel_against_remittance_has_one_winner()
    {
        var beforeMidnight = Cancel(Midnight - Duration.Epsilon);

        Story.Remitted.When(beforeMidnight).ThenRefused(TransactionRejection.AlreadyRemitted);
        Story.Completed.Given(beforeMidnight).When(Remit()).ThenRefused(TransactionRejection.CancellationPending);
    }

    [Fact]
    [Rule("E70")]
    public void Until_the_host_answers_a_cancellation_is_pending_and_out_of_the_remittance()
    {
        Assert.Equal(TransactionStatus.CancellationPending, Story.Cancelling.State.StatusOf());
        Story.Cancelling.When(Remit()).ThenRefused(TransactionRejection.CancellationPending);
        Story.Cancelling.When(Refund()).ThenRefused(TransactionRejection.CancellationPending);
        Story.Cancelling.When(Cancel()).ThenAlreadyDone();
        Story.Cancelling.When(Cancel() with { Exchange = OtherCancellation }).ThenRefused(TransactionRejection.CancellationPending);
        Story.Cancelling.When(Cancelled() with { Now = At(Day.PlusDays(2), 3) }).ThenOne<TransactionEvent.Cancelled>();
    }

    [Fact]
    [Rule("E70"), Rule("I37")]
    public void A_refused_cancellation_leaves_the_payment_as_it_was_and_a_later_remittance_takes_it_in()
    {
        var story = Story.Cancelling.Given(CancellationRefused() with { Now = At(Day.PlusDays(1), 3) });

        Assert.Equal(TransactionStatus.Completed, story.State.StatusOf());
        story.When(Remit(new(Bakery, Day.PlusDays(1)), At(Day.PlusDays(2), 0, 5))).ThenOne<TransactionEvent.Remitted>();
    }

    [Fact]
    [Rule("I16"), Rule("I18")]
    public void A_refused_cancellation_may_be_asked_again_under_another_question_only()
    {
        var story = Story.Cancelling.Given(CancellationRefused());

        story.When(Cancel()).ThenRefused(TransactionRejection.ExchangeDiffers);
        story.When(Cancelled()).ThenAlreadyDone();
        story.When(CancellationRefused()).ThenAlreadyDone();
        story.When(Cancel() with { Exchange = Authorisation }).ThenRefused(TransactionRejection.ExchangeDiffers);
        story.When(Cancel() with { Exchange = OtherCancellation }).ThenOne<TransactionEvent.CancellationRequested>();
    }

    [Fact]
    public void Questions_to_the_host_are_bounded()
    {
        var story = Story.Completed;
        for (var i = 1; i < Transaction.ExchangesMax; i++)
        {
            var exchange = new ExchangeId(Id(10_000 + i));
            story = story.Given(Cancel() with { Exchange = exchange }, CancellationRefused() with { Exchange = exchange });
        }

        story.When(Cancel()).ThenRefused(TransactionRejection.TooManyExchanges);
    }

    [Fact]
    [Rule("E71")]
    public void While_the_outcome_is_unknown_nothing_is_cancelled_or_refunded()
    {
        Story.InDoubt.When(Cancel()).ThenRefused(TransactionRejection.OutcomeUnknown);
        Story.InDoubt.When(Refund()).ThenRefused(TransactionRejection.OutcomeUnknown);
        Story.InDoubt.When(Remit()).ThenRefused(TransactionRejection.OutcomeUnknown);
    }

    [Fact]
    public void What_was_never_money_is_not_cancelled()
    {
        foreach (var story in new[] { Story.Open, Story.Asked, Story.Approved, Story.Reversing, Story.Reversed, Story.Declined, Story.Aborted })
            story.When(Cancel()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("E80"), Rule("I29")]
    public void Of_two_cancels_at_once_one_wins_and_the_other_sees_Cancelled()
    {
        var web = Cancel() with { Exchange = OtherCancellation, Channel = Channel.WebSpace, PresentedCard = null };

        Story.Cancelled.When(web).ThenRefused(TransactionRejection.AlreadyCancelled);
        Story.Cancelled.When(Cancel()).ThenAlreadyDone();
        Story.Cancelled.When(Cancelled()).ThenAlreadyDone();
        Story.Cancelled.When(CancellationRefused()).ThenAlreadyDone();
    }

    [Fact]
    [Rule("I04")]
    public void A_cancelled_payment_nets_to_zero_and_is_never_remitted_or_refunded()
    {
        Story.Cancelled.When(Remit()).ThenRefused(TransactionRejection.AlreadyCancelled);
        Story.Cancelled.When(Refund()).ThenRefused(TransactionRejection.AlreadyCancelled);
        var balance = Story.Cancelled.History.Aggregate(TrialBalance.Empty, (sum, e) => sum.Add(Postings.Of(e)));
        Assert.All(balance.Accounts, a => Assert.Equal(0, a.Balance));
    }

    [Fact]
    [Rule("I04")]
    public void After_a_refund_even_a_declined_one_nothing_is_cancelled_whatever_the_clock_says() =>
        Story.Completed.Given(Refund(), RefundDeclined()).When(Cancel()).ThenRefused(TransactionRejection.DayIsOver);

    private static Story PaidAt(Instant at) => Story.New.Given(Request(at: at), Send(), Approve(), Complete());
}
