using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

public class PaymentPathTests
{
    [Fact]
    [Rule("R020"), Rule("R022"), Rule("R024"), Rule("R026")]
    public void A_payment_goes_from_the_amount_to_the_card_s_confirmation()
    {
        var story = Story.New.Given(
            Request(),
            new TransactionCommand.ReportProgress(CardStage.CardRead, Start),
            new TransactionCommand.ReportProgress(CardStage.AwaitingPin, Start),
            Send(),
            Approve(),
            Complete());

        var completed = Assert.IsType<TransactionState.Completed>(story.State);
        Assert.Equal(TransactionStatus.Completed, story.State.StatusOf());
        Assert.Equal(Amount, completed.Refundable);
        Assert.Equal(new ServiceCharge(8_40, 2_10, 42_00 + 100), completed.Charge);
        Assert.Equal(
            ["Requested", "Progressed", "Progressed", "AuthorisationSent", "Approved", "Completed"],
            story.History.Select(e => e.GetType().Name));
    }

    [Fact]
    [Rule("R070"), Rule("R072")]
    public void A_payment_of_today_is_cancelled_when_the_host_confirms()
    {
        Assert.Equal(TransactionStatus.CancellationPending, Story.Cancelling.State.StatusOf());
        var cancelled = Story.Cancelling.When(Cancelled()).ThenOne<TransactionEvent.Cancelled>();

        Assert.Equal((Amount, Day, Sample.Bakery), (cancelled.Amount, cancelled.BusinessDay, cancelled.MerchantId));
        Assert.Equal(TransactionStatus.Cancelled, Story.Cancelled.State.StatusOf());
    }

    [Fact]
    [Rule("R071"), Rule("R073")]
    public void A_payment_of_yesterday_is_refunded_in_parts()
    {
        var story = Story.Remitted.Given(Refund(), RefundApproved());
        Assert.Equal(TransactionStatus.PartiallyRefunded, story.State.StatusOf());

        story = story.Given(Refund(SecondRefund, Money.Eur(32_00)), RefundApproved(SecondRefund));
        Assert.Equal(TransactionStatus.Refunded, story.State.StatusOf());
    }
}
