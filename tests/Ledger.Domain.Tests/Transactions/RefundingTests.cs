using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

public class RefundingTests
{
    private static readonly Instant Midnight = ParisTime.EndOf(Day);

    private static Story Refunded => Story.Completed.Given(Refund(), RefundApproved());

    [Fact]
    [Rule("R071"), Rule("I21"), Rule("E03")]
    public void Refunding_is_refused_until_midnight_and_accepted_at_midnight_exactly()
    {
        Story.Completed.When(Refund(at: Midnight - Duration.Epsilon)).ThenRefused(TransactionRejection.DayNotOver);
        var requested = Story.Completed.When(Refund(at: Midnight)).ThenOne<TransactionEvent.RefundRequested>();

        Assert.Equal(Day.PlusDays(1), requested.BusinessDay);
    }

    [Fact]
    [Rule("R073"), Rule("I03"), Rule("E64")]
    public void Refunds_never_exceed_the_payment()
    {
        Story.Completed.When(Refund(amount: Money.Eur(42_01))).ThenRefused(TransactionRejection.ExceedsRefundable);
        Story.Completed.When(Refund(amount: Amount)).ThenOne<TransactionEvent.RefundRequested>();
        Refunded.When(Refund(SecondRefund, Money.Eur(32_01))).ThenRefused(TransactionRejection.ExceedsRefundable);
        Refunded.When(Refund(SecondRefund, Money.Eur(32_00))).ThenOne<TransactionEvent.RefundRequested>();
    }

    [Fact]
    [Rule("E65"), Rule("I09"), Rule("I03")]
    public void Of_two_refunds_at_once_that_exceed_the_payment_together_one_succeeds()
    {
        var paid = Story.New.Given(Request(Money.Eur(100_00)), Send(), Approve(Money.Eur(100_00)), Complete());
        var (first, second) = (Refund(FirstRefund, Money.Eur(60_00)), Refund(SecondRefund, Money.Eur(60_00)));

        paid.Given(first).When(second).ThenRefused(TransactionRejection.ExceedsRefundable);
        paid.Given(second).When(first).ThenRefused(TransactionRejection.ExceedsRefundable);
    }

    [Fact]
    [Rule("E66"), Rule("I03")]
    public void A_refund_whose_answer_was_lost_keeps_its_reservation_and_is_not_asked_twice()
    {
        var story = Story.Completed.Given(Refund(amount: Amount), RefundNoAnswer());

        story.When(Refund(amount: Amount, at: At(Day.PlusDays(1), 11)) with { Exchange = UnknownExchange, Number = 77 }).ThenAlreadyDone();
        story.When(Refund(SecondRefund, Money.Eur(1))).ThenRefused(TransactionRejection.ExceedsRefundable);
        Assert.Equal(TransactionStatus.Refunded, story.Given(RefundApproved()).State.StatusOf());
    }

    [Fact]
    public void A_refund_s_id_is_not_taken_for_another_refund()
    {
        Refunded.When(Refund()).ThenAlreadyDone();
        Refunded.When(Refund(amount: Money.Eur(10_01))).ThenRefused(TransactionRejection.RefundIdReused);
        Refunded.When(Refund() with { Ticket = TicketChoice.Paper, Contact = null }).ThenRefused(TransactionRejection.RefundIdReused);
    }

    [Fact]
    [Rule("I18")]
    public void A_refund_does_not_go_out_under_an_older_question() =>
        Refunded.When(Refund(SecondRefund) with { Exchange = ExchangeOf(FirstRefund) }).ThenRefused(TransactionRejection.ExchangeDiffers);

    [Fact]
    [Rule("E67"), Rule("I29")]
    public void What_was_cancelled_reversed_declined_or_aborted_is_not_refunded()
    {
        Story.Cancelled.When(Refund()).ThenRefused(TransactionRejection.AlreadyCancelled);
        foreach (var story in new[] { Story.Reversing, Story.Reversed, Story.Declined, Story.Aborted, Story.Open, Story.Approved })
            story.When(Refund()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("R080"), Rule("R081")]
    public void Refunds_are_made_in_the_app_only() =>
        Story.Completed.When(Refund() with { Channel = Channel.WebSpace }).ThenRefused(TransactionRejection.ChannelNotAllowed);

    [Fact]
    [Rule("R076"), Rule("I35"), Rule("E62")]
    public void The_card_must_be_the_original() =>
        Story.Completed.When(Refund() with { PresentedCard = new PresentedCard(new CardToken("tok_other"), CardBrand.Cb, null) })
            .ThenRefused(TransactionRejection.CardDiffers);

    [Fact]
    [Rule("E63"), Rule("I35")]
    public void A_renewed_card_of_the_same_account_is_taken_by_the_same_brand_only()
    {
        var renewed = new PresentedCard(new CardToken("tok_renewed"), CardBrand.Cb, OriginalCard.Account);

        Story.Completed.When(Refund() with { PresentedCard = renewed }).ThenOne<TransactionEvent.RefundRequested>();
        Story.Completed.When(Refund() with { PresentedCard = renewed with { Brand = CardBrand.Visa } }).ThenRefused(TransactionRejection.CardDiffers);
        Story.Completed.When(Refund() with { PresentedCard = renewed with { Account = null } }).ThenRefused(TransactionRejection.CardDiffers);
    }

    [Fact]
    [Rule("R075"), Rule("I34")]
    public void A_refund_needs_the_security_code()
    {
        var now = At(Day.PlusDays(1), 9);

        Story.Completed.When(Refund() with { Proof = Proof(now) with { VerifiedFor = Id(801) } }).ThenRefused(TransactionRejection.SecurityCodeNotVerified);
        Story.Completed.When(Refund() with { Proof = Proof(now - Duration.FromMinutes(6)) }).ThenRefused(TransactionRejection.SecurityCodeNotVerified);
        Refunded.When(CancelRefund() with { Proof = Proof(now - Duration.FromHours(1)) }).ThenRefused(TransactionRejection.SecurityCodeNotVerified);
    }

    [Fact]
    [Rule("R077")]
    public void Neither_cancel_nor_refund_asks_for_a_PIN()
    {
        Type[] commands = [typeof(TransactionCommand.RequestCancellation), typeof(TransactionCommand.RequestRefund), typeof(PresentedCard)];
        Type[] verification = [typeof(CardholderVerification), typeof(CardConfirmation)];

        Assert.DoesNotContain(commands.SelectMany(c => c.GetProperties()), p => verification.Contains(p.PropertyType));
    }

    [Fact]
    [Rule("R064"), Rule("R023"), Rule("R078")]
    public void A_refund_s_ticket_has_its_own_choice_and_contact()
    {
        Story.Completed.When(Refund() with { Contact = null }).ThenRefused(TransactionRejection.ContactMissing);
        Story.Completed.When(Refund() with { Ticket = TicketChoice.Paper }).ThenRefused(TransactionRejection.ContactNotWanted);
    }

    [Fact]
    public void A_refund_of_nothing_or_in_another_currency_is_refused()
    {
        Story.Completed.When(Refund(amount: Money.Eur(0))).ThenRefused(TransactionRejection.AmountOutOfRange);
        Story.Completed.When(Refund(amount: new Money(1, new Currency("CHF")))).ThenRefused(TransactionRejection.CurrencyNotAccepted);
    }

    [Theory]
    [InlineData("2026-03-10", "2027-06-10", "2027-06-11")]
    [InlineData("2027-02-28", "2028-05-31", "2028-06-01")] // Clamped: 15 months before 29, 30 and 31 May 2028 is 28 February 2027.
    [InlineData("2026-11-30", "2028-02-29", "2028-03-01")]
    [Rule("E75"), Rule("E10")]
    public void A_refund_is_possible_as_long_as_the_history_shows_the_payment(string paid, string last, string tooLate)
    {
        var day = NodaTime.Text.LocalDatePattern.Iso.Parse(paid).Value;
        var story = Story.New.Given(Request(at: At(day, 12)), Send(), Approve(), Complete());

        story.When(Refund(at: At(Parse(last), 23))).ThenOne<TransactionEvent.RefundRequested>();
        story.When(Refund(at: At(Parse(tooLate), 0))).ThenRefused(TransactionRejection.TooOld);

        static LocalDate Parse(string date) => NodaTime.Text.LocalDatePattern.Iso.Parse(date).Value;
    }

    [Fact]
    [Rule("E72")]
    public void A_payment_is_refunded_whether_or_not_it_was_remitted()
    {
        Story.Completed.When(Refund()).ThenOne<TransactionEvent.RefundRequested>();
        Story.Remitted.When(Refund()).ThenOne<TransactionEvent.RefundRequested>();
        Refunded.When(Remit()).ThenOne<TransactionEvent.Remitted>();
        Refunded.When(RemitRefund()).ThenOne<TransactionEvent.RefundRemitted>();
    }

    [Fact]
    [Rule("E76")]
    public void A_refund_that_the_host_declines_gives_its_amount_back_to_what_remains()
    {
        var story = Story.Completed.Given(Refund(amount: Amount), RefundDeclined());

        Assert.Equal(TransactionStatus.Completed, story.State.StatusOf());
        story.When(Refund(SecondRefund, Amount)).ThenOne<TransactionEvent.RefundRequested>();
    }

    [Fact]
    [Rule("I16")]
    public void Late_and_repeated_answers_to_a_refund_change_nothing()
    {
        Refunded.When(RefundApproved()).ThenAlreadyDone();
        Refunded.When(RefundDeclined()).ThenAlreadyDone();
        Refunded.When(RefundNoAnswer()).ThenAlreadyDone();
        Story.Completed.Given(Refund(), RefundDeclined()).When(RefundApproved()).ThenAlreadyDone();
        Refunded.Given(CancelRefund()).When(RefundApproved()).ThenAlreadyDone();
        Refunded.Given(CancelRefund(), RefundCancelled()).When(RefundCancellationRefused()).ThenAlreadyDone();
        Story.Completed.When(RefundApproved()).ThenRefused(TransactionRejection.RefundNotFound);
        Story.Declined.When(RefundApproved()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    public void Refunds_are_bounded_in_number()
    {
        var story = Story.Completed;
        for (var i = 0; i < Transaction.RefundsMax; i++)
        {
            var id = new RefundId(Id(20_000 + i));
            var exchange = new ExchangeId(Id(30_000 + i));
            story = story.Given(Refund(id, Money.Eur(1)) with { Exchange = exchange });
        }

        story.When(Refund(SecondRefund, Money.Eur(1))).ThenRefused(TransactionRejection.TooManyRefunds);
    }

    [Fact]
    [Rule("E68")]
    public void A_refund_is_annulled_on_its_own_day_and_its_amount_can_be_asked_back_again()
    {
        var annulled = Refunded.Given(CancelRefund());
        Assert.Equal(TransactionStatus.PartiallyRefunded, annulled.State.StatusOf());

        var story = annulled.Given(RefundCancelled());
        Assert.Equal(TransactionStatus.Completed, story.State.StatusOf());
        story.When(Refund(SecondRefund, Amount)).ThenOne<TransactionEvent.RefundRequested>();
        story.When(CancelRefund()).ThenAlreadyDone();
        story.When(CancelRefund() with { Exchange = OtherCancellation }).ThenRefused(TransactionRejection.AlreadyCancelled);
    }

    [Fact]
    [Rule("E68"), Rule("I21"), Rule("I22")]
    public void A_refund_is_not_annulled_after_its_day() =>
        Refunded.When(CancelRefund(at: ParisTime.EndOf(Day.PlusDays(1)))).ThenRefused(TransactionRejection.DayIsOver);

    [Fact]
    [Rule("E68"), Rule("E69")]
    public void A_remitted_refund_is_not_annulled() =>
        Refunded.Given(RemitRefund()).When(CancelRefund()).ThenRefused(TransactionRejection.AlreadyRemitted);

    [Fact]
    [Rule("E68")]
    public void Annulling_a_refund_follows_the_rules_of_a_cancel()
    {
        Refunded.When(CancelRefund() with { Amount = Money.Eur(9_99) }).ThenRefused(TransactionRejection.AmountDiffers);
        Refunded.When(CancelRefund() with { PresentedCard = null }).ThenRefused(TransactionRejection.CardNotPresented);
        Refunded.When(CancelRefund() with { PresentedCard = null, Channel = Channel.WebSpace }).ThenOne<TransactionEvent.RefundCancellationRequested>();
        Refunded.When(CancelRefund() with { Channel = Channel.Assistance }).ThenRefused(TransactionRejection.ChannelNotAllowed);
        Refunded.When(CancelRefund() with { Exchange = Authorisation }).ThenRefused(TransactionRejection.ExchangeDiffers);
        Refunded.When(CancelRefund(SecondRefund)).ThenRefused(TransactionRejection.RefundNotFound);
        Refunded.Given(CancelRefund()).When(CancelRefund()).ThenAlreadyDone();
        Refunded.Given(CancelRefund()).When(CancelRefund() with { Exchange = OtherCancellation }).ThenRefused(TransactionRejection.CancellationPending);
        Story.Completed.Given(Refund()).When(CancelRefund()).ThenRefused(TransactionRejection.WrongState);
        Story.Completed.Given(Refund(), RefundNoAnswer()).When(CancelRefund()).ThenRefused(TransactionRejection.OutcomeUnknown);
    }

    [Fact]
    [Rule("R078"), Rule("E68")]
    public void Annulling_a_refund_asks_for_its_own_ticket()
    {
        Refunded.When(CancelRefund() with { Ticket = TicketChoice.Sms }).ThenRefused(TransactionRejection.ContactMissing);
        Refunded.When(CancelRefund() with { Contact = Contact }).ThenRefused(TransactionRejection.ContactNotWanted);

        // The refund's own went by e-mail.
        var annulled = Refunded.Given(CancelRefund(), RefundCancelled()).State;
        Assert.Equal(new ChosenTicket(TicketChoice.Paper, null), Transaction.ChosenTicketOf(annulled, TicketKind.Cancellation, FirstRefund));
        Assert.Equal(new ChosenTicket(TicketChoice.Email, Contact), Transaction.ChosenTicketOf(annulled, TicketKind.Refund, FirstRefund));

        var byText = Refunded.Given(CancelRefund() with { Ticket = TicketChoice.Sms, Contact = Contact });
        Assert.Equal(new ChosenTicket(TicketChoice.Sms, Contact), Transaction.ChosenTicketOf(byText.State, TicketKind.Cancellation, FirstRefund));
        Assert.Null(Transaction.ChosenTicketOf(byText.Given(RefundCancellationRefused()).State, TicketKind.Cancellation, FirstRefund));
        Assert.Null(Transaction.ChosenTicketOf(byText.State, TicketKind.Refund, SecondRefund));

        // From before it was asked: the refund's own.
        var older = Transaction.Evolve(Refunded.State, new TransactionEvent.RefundCancellationRequested(FirstRefund, Cancellation, true, Channel.MobileApp, At(Day.PlusDays(1), 10)));
        Assert.Equal(new ChosenTicket(TicketChoice.Email, Contact), Transaction.ChosenTicketOf(older, TicketKind.Cancellation, FirstRefund));
    }

    [Fact]
    [Rule("E68")]
    public void A_refused_annulment_leaves_the_refund_as_it_was()
    {
        var story = Refunded.Given(CancelRefund(), RefundCancellationRefused());

        story.When(RefundCancelled()).ThenAlreadyDone();
        story.When(CancelRefund() with { Exchange = OtherCancellation }).ThenOne<TransactionEvent.RefundCancellationRequested>();
        story.When(RemitRefund()).ThenOne<TransactionEvent.RefundRemitted>();
    }
}
