using Ledger.Domain.Accounting;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Tests.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Accounting;

public class PostingsTests
{
    private static readonly AccountName Receivable = new("acquirer-receivable");
    private static readonly AccountName Payable = new("merchant-payable:boulangerie-1");
    private static readonly AccountName Transit = new("remittance-in-transit:boulangerie-1");
    private static readonly AccountName Account = new("merchant-account:boulangerie-1");

    [Fact]
    [Rule("I07")]
    public void A_completed_payment_is_owed_by_the_schemes_and_to_the_merchant() =>
        Assert.Equal([Debit(Receivable, 42_00), Credit(Payable, 42_00)], Last(Story.Completed));

    [Fact]
    [Rule("I07")]
    public void A_cancellation_is_the_payment_s_reverse() => Assert.Equal([Debit(Payable, 42_00), Credit(Receivable, 42_00)], Last(Story.Cancelled));

    [Fact]
    [Rule("I07")]
    public void A_refund_takes_its_amount_back_and_its_annulment_returns_it()
    {
        var refunded = Story.Completed.Given(Refund(), RefundApproved());

        Assert.Equal([Debit(Payable, 10_00), Credit(Receivable, 10_00)], Last(refunded));
        Assert.Equal([Debit(Receivable, 10_00), Credit(Payable, 10_00)], Last(refunded.Given(CancelRefund(), RefundCancelled())));
    }

    [Fact]
    public void Holds_and_questions_move_no_money()
    {
        foreach (var story in new[] { Story.Approved, Story.Reversed, Story.Declined, Story.NotFound })
            Assert.All(story.History, e => Assert.Empty(Postings.Of(e)));
        Assert.Empty(Last(Story.Cancelling));
        Assert.Empty(Last(Story.Remitted));
        Assert.Empty(Last(Story.Completed.Given(Refund())));
    }

    [Fact]
    [Rule("I07")]
    public void A_remittance_s_net_goes_into_transit_and_then_to_the_account()
    {
        Assert.Equal([Debit(Payable, 32_00), Credit(Transit, 32_00)], Postings.Of(Closed(42_00, 10_00)));
        Assert.Equal([Debit(Transit, 32_00), Credit(Account, 32_00)], Postings.Of(Credited(42_00, 10_00)));
    }

    [Fact]
    [Rule("I07"), Rule("E72")]
    public void A_negative_net_goes_the_other_way_and_a_net_of_nothing_posts_nothing()
    {
        Assert.Equal([Debit(Transit, 8_00), Credit(Payable, 8_00)], Postings.Of(Closed(2_00, 10_00)));
        Assert.Equal([Debit(Account, 8_00), Credit(Transit, 8_00)], Postings.Of(Credited(2_00, 10_00)));
        Assert.Empty(Postings.Of(Closed(10_00, 10_00)));
        Assert.Empty(Postings.Of(Credited(10_00, 10_00)));
    }

    [Fact]
    [Rule("I07")]
    public void The_trial_balance_of_a_whole_story_balances_and_ends_on_the_merchant_s_account()
    {
        var story = Story.Completed.Given(Remit(), Refund(), RefundApproved(), RemitRefund());
        ILedgerEvent[] all = [.. story.History, Closed(42_00, 0), Credited(42_00, 0), Closed(0, 10_00), Credited(0, 10_00)];
        var balance = TrialBalance.Empty;
        foreach (var e in all)
        {
            balance = balance.Add(Postings.Of(e));
            Assert.True(balance.IsBalanced);
        }

        Assert.Equal([Receivable, Account, Payable, Transit], balance.Accounts.Select(a => a.Account));
        Assert.Equal([32_00, -32_00, 0, 0], balance.Accounts.Select(a => a.Balance));
        Assert.Equal((Money.Eur(52_00), Money.Eur(52_00)), (balance[Payable, Currency.Eur].Debits, balance[Payable, Currency.Eur].Credits));
    }

    [Fact]
    [Rule("I07")]
    public void Debits_and_credits_are_compared_per_currency()
    {
        ValueList<Posting> mixed = [Debit(Receivable, 5), new(Payable, PostingSide.Credit, new Money(5, new Currency("CHF")))];

        Assert.False(Postings.AreBalanced(mixed));
        Assert.False(Postings.AreBalanced([Debit(Receivable, 5), Credit(Payable, 4)]));
        Assert.True(Postings.AreBalanced([Debit(Receivable, 5), Credit(Payable, 4), Credit(Transit, 1)]));
        Assert.True(Postings.AreBalanced([]));
        Assert.Equal(0, TrialBalance.Empty[Receivable, Currency.Eur].Balance);
    }

    private static ValueList<Posting> Last(Story story) => Postings.Of(story.History[^1]);

    private static RemittanceEvent Closed(long debits, long credits) =>
        new RemittanceEvent.RemittanceClosed(DaysRemittance, 2, Money.Eur(debits), Money.Eur(credits), new LocalDate(2026, 3, 11), "2026a", Start);

    private static RemittanceEvent Credited(long debits, long credits) =>
        new RemittanceEvent.RemittanceCredited(DaysRemittance, Money.Eur(debits), Money.Eur(credits), new LocalDate(2026, 3, 11), Start);

    private static Posting Debit(AccountName account, long cents) => new(account, PostingSide.Debit, Money.Eur(cents));

    private static Posting Credit(AccountName account, long cents) => new(account, PostingSide.Credit, Money.Eur(cents));
}
