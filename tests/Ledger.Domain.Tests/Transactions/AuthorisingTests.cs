using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

public class AuthorisingTests
{
    private static readonly CardConfirmation Signature = new(null, null, CardholderVerification.SignatureOnScreen);

    [Theory]
    [InlineData(CardBrand.Cb), InlineData(CardBrand.Visa), InlineData(CardBrand.Mastercard)]
    [Rule("R030"), Rule("R031")]
    public void The_three_schemes_are_accepted_from_France_and_abroad(CardBrand brand)
    {
        foreach (var region in Enum.GetValues<CardRegion>())
            Story.Open.When(Send(OriginalCard with { Brand = brand, Region = region })).ThenOne<TransactionEvent.AuthorisationSent>();
    }

    [Fact]
    [Rule("R049"), Rule("E50")]
    public void A_scheme_that_is_not_enabled_is_refused_before_the_host_hears_of_it() =>
        Story.Open.When(Send() with { Contract = Contract with { Brands = [CardBrand.Visa] } }).ThenRefused(TransactionRejection.BrandNotAccepted);

    [Fact]
    public void A_kind_of_card_without_a_price_is_not_accepted() =>
        Story.Open.When(Send() with { Contract = Contract with { Prices = Prices with { Rates = [] } } }).ThenRefused(TransactionRejection.BrandNotAccepted);

    [Fact]
    [Rule("R186"), Rule("R187")]
    public void An_opposed_card_is_refused() => Story.Open.When(Send() with { CardIsOpposed = true }).ThenRefused(TransactionRejection.CardOpposed);

    [Fact]
    public void Another_merchant_s_contract_is_refused() =>
        Story.Open.When(Send() with { Contract = Contract with { MerchantId = new MerchantId("autre-1") } }).ThenRefused(TransactionRejection.MerchantDiffers);

    [Theory]
    [InlineData(EntryMode.MagneticStripe), InlineData(EntryMode.Fallback)]
    [Rule("R032"), Rule("E49")]
    public void A_stripe_is_taken_only_from_abroad_and_where_the_contract_says_so(EntryMode entry)
    {
        var stripe = OriginalCard with { EntryMode = entry, Region = CardRegion.Elsewhere };

        Story.Open.When(Send(stripe)).ThenOne<TransactionEvent.AuthorisationSent>();
        Story.Open.When(Send(stripe with { Region = CardRegion.France })).ThenRefused(TransactionRejection.EntryModeNotAccepted);
        Story.Open.When(Send(stripe) with { Contract = Contract with { StripeAccepted = false } }).ThenRefused(TransactionRejection.EntryModeNotAccepted);
    }

    [Fact]
    [Rule("R032"), Rule("E52")]
    public void Contactless_does_not_exist() =>
        Assert.Equal([EntryMode.Chip, EntryMode.MagneticStripe, EntryMode.Fallback], Enum.GetValues<EntryMode>());

    [Fact]
    [Rule("E51"), Rule("R116")]
    public void The_brand_that_the_cardholder_chose_is_recorded_and_decides_the_charge()
    {
        var visa = new Rate(CardBrand.Visa, CardCategory.ConsumerDebit, CardRegion.France, 1000, 0, 0, 7);
        var contract = Contract with { Prices = Prices with { Rates = [.. Prices.Rates.Where(r => r.Brand != CardBrand.Visa), visa] } };
        var chosen = OriginalCard with { Brand = CardBrand.Visa, BrandChosenBy = BrandChoice.Cardholder };
        var story = Story.Open.Given(Send(chosen) with { Contract = contract }, Approve(), Complete() with { Contract = contract });

        var completed = Assert.IsType<TransactionState.Completed>(story.State);
        Assert.Equal(BrandChoice.Cardholder, completed.Card.BrandChosenBy);
        Assert.Equal(new ServiceCharge(4_20, 0, 7), completed.Charge);
    }

    [Fact]
    public void The_same_question_again_changes_nothing_and_another_is_refused()
    {
        foreach (var story in new[] { Story.Asked, Story.InDoubt, Story.Approved, Story.Reversing, Story.Reversed, Story.Declined, Story.Completed })
        {
            story.When(Send()).ThenAlreadyDone();
            story.When(Send() with { Exchange = UnknownExchange }).ThenRefused(TransactionRejection.WrongState);
            story.When(Send(OriginalCard with { LastFour = new LastFour("4321") })).ThenRefused(TransactionRejection.WrongState);
        }

        Story.Aborted.When(Send()).ThenRefused(TransactionRejection.WrongState);
        Story.NotFound.When(Send()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("I02"), Rule("E29")]
    public void An_approval_of_another_amount_is_reversed_for_that_amount()
    {
        foreach (var story in new[] { Story.Asked, Story.InDoubt, Story.Abandoned })
        {
            var reversal = story.When(Approve(Money.Eur(20_00))).ThenOne<TransactionEvent.ReversalRequested>();
            Assert.Equal((Authorisation, ReversalReason.AmountDiffers, Money.Eur(20_00)), (reversal.Exchange, reversal.Reason, reversal.Amount));
        }

        Story.Asked.Given(Approve(Money.Eur(20_00))).When(Complete()).ThenRefused(TransactionRejection.WrongState);
    }

    [Fact]
    [Rule("R034"), Rule("R025")]
    public void Nothing_completes_without_the_host_s_approval()
    {
        foreach (var story in new[] { Story.Open, Story.Asked, Story.Reversing, Story.Reversed, Story.Declined, Story.Aborted })
            story.When(Complete()).ThenRefused(TransactionRejection.WrongState);
        Story.InDoubt.When(Complete()).ThenRefused(TransactionRejection.OutcomeUnknown);
    }

    [Fact]
    [Rule("R047"), Rule("R024")]
    public void A_chip_is_confirmed_by_PIN_and_cryptogram()
    {
        Missing(ChipConfirmation with { Verification = CardholderVerification.SignatureOnScreen });
        Missing(ChipConfirmation with { Verification = CardholderVerification.None });
        Missing(ChipConfirmation with { Cryptogram = null });
        Missing(ChipConfirmation with { Cryptogram = "A1B2C3D4E5F6071" });
        Missing(ChipConfirmation with { Cryptogram = "A1B2C3D4E5F6071G" });
        Missing(ChipConfirmation with { ApplicationCounter = null });
        Missing(ChipConfirmation with { ApplicationCounter = 65_536 });
        Missing(Signature);

        static void Missing(CardConfirmation confirmation) =>
            Story.Approved.When(Complete(confirmation)).ThenRefused(TransactionRejection.ConfirmationMissing);
    }

    [Fact]
    [Rule("R047")]
    public void A_stripe_is_confirmed_by_signature()
    {
        var story = Story.Open.Given(Send(OriginalCard with { EntryMode = EntryMode.MagneticStripe, Region = CardRegion.Elsewhere }), Approve());

        story.When(Complete()).ThenRefused(TransactionRejection.ConfirmationMissing);
        story.When(Complete(Signature)).ThenOne<TransactionEvent.Completed>();
    }

    [Fact]
    public void Completing_again_changes_nothing_and_with_another_confirmation_is_refused()
    {
        foreach (var story in new[] { Story.Completed, Story.Cancelling, Story.Cancelled, Story.Remitted })
        {
            story.When(Complete()).ThenAlreadyDone();
            story.When(Complete(ChipConfirmation with { ApplicationCounter = 43 })).ThenRefused(TransactionRejection.WrongState);
        }
    }

    /// <summary>The client has paid: the bank's tariff of this very minute is no reason to refuse the merchant.</summary>
    [Fact]
    public void A_rate_withdrawn_after_the_authorisation_costs_nothing()
    {
        var withdrawn = Contract with { Prices = Prices with { Rates = [] } };

        Assert.Equal(ServiceCharge.Zero, Story.Approved.When(Complete() with { Contract = withdrawn }).ThenOne<TransactionEvent.Completed>().Charge);
    }

    [Fact]
    [Rule("E47"), Rule("E48")]
    public void A_decline_keeps_the_host_s_code_and_says_when_the_card_is_wanted()
    {
        var story = Story.Asked.Given(Decline() with { Response = new ResponseCode("43") });

        var declined = Assert.IsType<TransactionState.Declined>(story.State);
        Assert.True(declined.Response.AsksToKeepCard);
        Assert.Equal(TransactionStatus.Declined, story.State.StatusOf());
    }
}
