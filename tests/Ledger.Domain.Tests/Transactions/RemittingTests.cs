using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

public class RemittingTests
{
    private static readonly RemittanceId NextDay = new(Bakery, Day.PlusDays(1));

    private static Story Refunded => Story.Completed.Given(Refund(), RefundApproved());

    [Fact]
    [Rule("I36")]
    public void A_payment_is_remitted_once()
    {
        Assert.Equal(TransactionStatus.Remitted, Story.Remitted.State.StatusOf());
        Story.Remitted.When(Remit()).ThenAlreadyDone();
        Story.Remitted.When(Remit(NextDay, At(Day.PlusDays(2), 1))).ThenRefused(TransactionRejection.RemittanceDiffers);
    }

    [Fact]
    [Rule("I21"), Rule("I22")]
    public void A_payment_is_remitted_from_midnight_on_and_not_before()
    {
        Story.Completed.When(Remit(at: ParisTime.EndOf(Day) - Duration.Epsilon)).ThenRefused(TransactionRejection.DayNotOver);
        Story.Completed.When(Remit(at: ParisTime.EndOf(Day))).ThenOne<TransactionEvent.Remitted>();
    }

    [Fact]
    [Rule("I37")]
    public void Nothing_is_dated_back_into_an_earlier_remittance_and_a_late_fact_goes_into_a_later_one()
    {
        Story.Completed.When(Remit(new RemittanceId(Bakery, Day.PlusDays(-1)))).ThenRefused(TransactionRejection.DayNotOver);
        Story.Completed.When(Remit(NextDay, At(Day.PlusDays(1), 12))).ThenRefused(TransactionRejection.DayNotOver);
        Story.Completed.When(Remit(NextDay, At(Day.PlusDays(2), 0))).ThenOne<TransactionEvent.Remitted>();
        Refunded.When(RemitRefund() with { Remittance = DaysRemittance }).ThenRefused(TransactionRejection.DayNotOver);
    }

    [Fact]
    public void Another_merchant_s_remittance_is_refused()
    {
        var other = new RemittanceId(new MerchantId("autre-1"), Day);

        Story.Completed.When(Remit(other)).ThenRefused(TransactionRejection.MerchantDiffers);
        Refunded.When(RemitRefund() with { Remittance = other }).ThenRefused(TransactionRejection.MerchantDiffers);
    }

    [Fact]
    public void What_is_not_settled_money_is_not_remitted()
    {
        foreach (var story in new[] { Story.Open, Story.Asked, Story.Approved, Story.Reversing, Story.Reversed, Story.Declined, Story.Aborted })
            story.When(Remit()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("I36")]
    public void An_approved_refund_is_remitted_once_after_its_own_day()
    {
        Refunded.When(RemitRefund() with { Now = ParisTime.EndOf(Day.PlusDays(1)) - Duration.Epsilon }).ThenRefused(TransactionRejection.DayNotOver);
        var story = Refunded.Given(RemitRefund());

        story.When(RemitRefund()).ThenAlreadyDone();
        story.When(RemitRefund() with { Remittance = new RemittanceId(Bakery, Day.PlusDays(2)), Now = At(Day.PlusDays(3), 1) })
            .ThenRefused(TransactionRejection.RemittanceDiffers);
    }

    [Fact]
    [Rule("E66"), Rule("E70")]
    public void A_refund_is_remitted_only_when_it_is_approved_and_stays_so()
    {
        Story.Completed.Given(Refund()).When(RemitRefund()).ThenRefused(TransactionRejection.WrongState);
        Story.Completed.Given(Refund(), RefundNoAnswer()).When(RemitRefund()).ThenRefused(TransactionRejection.OutcomeUnknown);
        Story.Completed.Given(Refund(), RefundDeclined()).When(RemitRefund()).ThenRefused(TransactionRejection.WrongState);
        Refunded.Given(CancelRefund()).When(RemitRefund()).ThenRefused(TransactionRejection.CancellationPending);
        Refunded.Given(CancelRefund(), RefundCancelled()).When(RemitRefund()).ThenRefused(TransactionRejection.AlreadyCancelled);
        Refunded.When(RemitRefund(SecondRefund)).ThenRefused(TransactionRejection.RefundNotFound);
    }

    [Fact]
    [Rule("R027"), Rule("R064")]
    public void A_ticket_is_sent_only_for_what_has_happened()
    {
        Sent(Story.Completed, TicketKind.Payment, null).ThenOne<TransactionEvent.TicketSent>();
        Sent(Story.Approved, TicketKind.Payment, null).ThenRefused(TransactionRejection.TicketNotAvailable);
        Sent(Story.Cancelling, TicketKind.Cancellation, null).ThenRefused(TransactionRejection.TicketNotAvailable);
        Sent(Story.Cancelled, TicketKind.Cancellation, null).ThenOne<TransactionEvent.TicketSent>();
        Sent(Refunded, TicketKind.Refund, FirstRefund).ThenOne<TransactionEvent.TicketSent>();
        Sent(Refunded, TicketKind.Refund, SecondRefund).ThenRefused(TransactionRejection.TicketNotAvailable);

        static Decision<TransactionEvent, TransactionRejection> Sent(Story story, TicketKind kind, RefundId? refund) =>
            story.When(new TransactionCommand.RecordTicketSent(kind, refund, TicketChoice.Email, "carrier-1", Start));
    }

    [Fact]
    [Rule("R065"), Rule("R066"), Rule("I32")]
    public void A_ticket_is_reissued_as_often_and_as_late_as_anyone_asks()
    {
        var reissue = new TransactionCommand.ReissueTicket(TicketKind.Payment, null, TicketCopy.Merchant, Channel.WebSpace, At(Day.PlusMonths(60), 12));

        Story.Remitted.Given(reissue, reissue);
        Story.Cancelled.Given(reissue);
    }

    [Fact]
    [Rule("E77")]
    public void A_card_opposed_after_its_authorisation_changes_nothing()
    {
        // Only the authorisation asks whether the card is opposed: what follows it takes no such word, and the payment goes its way.
        Assert.Equal(TransactionRejection.CardOpposed, Story.Open.When(Sample.Send() with { CardIsOpposed = true }).Rejection);
        Assert.Single(typeof(TransactionCommand).GetNestedTypes(), static type => type.GetProperty(nameof(TransactionCommand.SendAuthorisation.CardIsOpposed)) is not null);
        Story.Approved.Given(Sample.Complete(), Sample.Remit());
    }
}
