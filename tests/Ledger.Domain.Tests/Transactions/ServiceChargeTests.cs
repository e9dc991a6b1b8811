using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Testing;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

public class ServiceChargeTests
{
    [Theory]
    [InlineData(150_000, CardCategory.ConsumerDebit, 3_00_00)]
    [InlineData(150_000, CardCategory.ConsumerCredit, 4_50_00)]
    [InlineData(1, CardCategory.ConsumerDebit, 0)]
    [InlineData(4, CardCategory.ConsumerDebit, 0)]
    [InlineData(5, CardCategory.ConsumerDebit, 1)]
    [Rule("I08"), Rule("E103")]
    public void Interchange_is_rounded_down_to_the_cap(long cents, CardCategory category, long expected) =>
        Assert.Equal(expected, ChargeOf(cents, category).Interchange);

    [Fact]
    [Rule("I08"), Rule("R116")]
    public void The_other_parts_are_rounded_half_up_and_the_margin_has_its_fixed_part()
    {
        Assert.Equal(new ServiceCharge(2, 1, 10 + 100), ChargeOf(10));
        Assert.Equal(new ServiceCharge(1, 0, 9 + 100), ChargeOf(9));
    }

    [Fact]
    public void A_kind_of_card_without_a_rate_has_no_charge() =>
        Assert.Null((Prices with { Rates = [] }).ChargeFor(Amount, CardBrand.Cb, CardCategory.Prepaid, CardRegion.France));

    [Fact]
    [Rule("I08")]
    public void Caps_hold_and_the_parts_make_the_whole_for_every_amount() =>
        Prop.ForAll(Gen.Choose(1, 150_000).ToArbitrary(), cents =>
        {
            var (debit, credit) = (ChargeOf(cents), ChargeOf(cents, CardCategory.ConsumerCredit));

            // 0.2 % and 0.3 % of the amount, in 1/10000 EUR, times ten.
            return debit.Interchange * 10 <= cents * 2 && credit.Interchange * 10 <= cents * 3
                && debit.Total == debit.Interchange + debit.Scheme + debit.Margin
                && debit.Interchange * 10 > (cents * 2) - 10;
        }).QuickCheckThrowOnFailure();

    private static ServiceCharge ChargeOf(long cents, CardCategory category = CardCategory.ConsumerDebit) =>
        Prices.ChargeFor(Money.Eur(cents), CardBrand.Cb, category, CardRegion.France)!;
}
