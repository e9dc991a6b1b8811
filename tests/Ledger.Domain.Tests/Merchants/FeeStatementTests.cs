using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Merchants.ContractSamples;

namespace Ledger.Domain.Tests.Merchants;

public class FeeStatementTests
{
    private static readonly YearMonth November = new(2026, 11);

    private static readonly Gen<ServiceCharge> AnyCharge =
        Gen.Choose(0, 100_000).Zip(Gen.Choose(0, 100_000), static (i, s) => (i, s)).Zip(Gen.Choose(0, 100_000), static (p, m) => new ServiceCharge(p.i, p.s, m));

    [Fact]
    [Rule("R115")]
    public void The_subscription_of_9_90_without_VAT_is_11_88_with_it()
    {
        var statement = FeeStatement.Of(Terms, November, []);

        var line = Assert.Single(statement.Lines);
        Assert.Equal(new FeeLine(FeeKind.Subscription, 99_000, Money.Eur(9_90), 200, Money.Eur(1_98)), line);
        Assert.Equal(Money.Eur(11_88), line.Gross);
        Assert.Equal(Money.Eur(11_88), statement.Gross);
    }

    [Theory]
    [Rule("R115")]
    [InlineData(95_0000, 200, 95_00, 19_00)]
    [InlineData(49, 200, 0, 0)]
    [InlineData(50, 200, 1, 0)]
    [InlineData(250, 200, 3, 1)]
    [InlineData(1_049, 0, 10, 0)]
    [InlineData(0, 200, 0, 0)]
    public void A_line_is_rounded_half_up_once_and_its_VAT_on_what_is_printed(long exact, int vat, long net, long vatCents)
    {
        var line = FeeLine.Of(FeeKind.Commission, exact, vat);

        Assert.Equal((Money.Eur(net), Money.Eur(vatCents)), (line.Net, line.Vat));
    }

    [Fact]
    [Rule("I08")]
    [Rule("E103")]
    public void Ten_thousand_payments_of_one_cent_are_added_up_before_they_are_rounded()
    {
        var one = new ServiceCharge(0, 0, 3);

        var statement = FeeStatement.Of(Terms, November, Enumerable.Repeat(one, 10_000));

        Assert.Equal(new ServiceCharge(0, 0, 30_000), statement.Commissions);
        Assert.Equal(Money.Eur(3_00), statement.Lines.Single(l => l.Kind == FeeKind.Commission).Net);
    }

    [Fact]
    [Rule("R116")]
    public void Every_line_has_its_own_VAT()
    {
        var exempt = FeeStatement.Of(Terms, November, [new ServiceCharge(10_000, 2_000, 3_000)]);
        var taxed = FeeStatement.Of(Terms with { Prices = Prices with { CommissionVatPerMille = 200 } }, November, [new ServiceCharge(10_000, 2_000, 3_000)]);

        Assert.Equal((Money.Eur(11_40), Money.Eur(1_98), Money.Eur(13_38)), (exempt.Net, exempt.Vat, exempt.Gross));
        Assert.Equal((Money.Eur(11_40), Money.Eur(2_28), Money.Eur(13_68)), (taxed.Net, taxed.Vat, taxed.Gross));
    }

    /// <summary>D-10: full months, that of the activation and that of the end included.</summary>
    [Theory]
    [Rule("R115")]
    [InlineData(2026, 9, false)]
    [InlineData(2026, 10, true)]
    [InlineData(2026, 11, true)]
    [InlineData(2027, 1, true)]
    [InlineData(2027, 2, false)]
    public void The_subscription_is_due_in_full_for_every_month_that_the_contract_touches(int year, int month, bool due)
    {
        var terms = Terms with
        {
            EffectiveFrom = ParisTime.EndOf(new LocalDate(2026, 10, 31)) - Duration.Epsilon,
            EffectiveUntil = ParisTime.StartOf(new LocalDate(2027, 2, 1)),
        };

        Assert.Equal(due ? 1 : 0, FeeStatement.Of(terms, new YearMonth(year, month), []).Lines.Count);
    }

    [Fact]
    public void Commissions_that_come_after_the_end_are_still_a_line()
    {
        var over = Terms with { EffectiveUntil = ParisTime.StartOf(new LocalDate(2026, 11, 1)) };

        Assert.Equal(FeeKind.Commission, Assert.Single(FeeStatement.Of(over, November, [new ServiceCharge(100, 0, 0)]).Lines).Kind);
        Assert.Empty(FeeStatement.Of(Terms with { EffectiveFrom = null }, November, []).Lines);
        Assert.True(FeeStatement.Of(over, November, []).Gross.IsZero);
    }

    [Fact]
    public void A_negative_part_is_a_broken_history() =>
        Assert.Throws<InvariantException>(() => FeeStatement.Of(Terms, November, [new ServiceCharge(1, -1, 1)]));

    [Fact]
    [Rule("I08")]
    public void A_statement_is_the_exact_sum_rounded_by_less_than_a_cent_whatever_the_order() =>
        Prop.ForAll(AnyCharge.ArrayOf().ToArbitrary(), static charges =>
        {
            var statement = FeeStatement.Of(Terms, November, charges);
            var exact = charges.Sum(static c => c.Interchange) + charges.Sum(static c => c.Scheme) + charges.Sum(static c => c.Margin);
            var line = statement.Lines.SingleOrDefault(static l => l.Kind == FeeKind.Commission);
            var rounding = (line?.Net.MinorUnits ?? 0) * 100 - exact;
            return statement.Commissions.Total == exact && rounding is > -50 and <= 50 && (line is null) == (exact == 0)
                && statement == FeeStatement.Of(Terms, November, charges.Reverse());
        }).QuickCheckThrowOnFailure();

    /// <summary>Any rate that a contract may have keeps the legal caps for any amount: 0.2 % and 0.3 % (IFR art. 3 and 4).</summary>
    [Fact]
    [Rule("I08")]
    public void A_rate_that_a_contract_may_have_never_charges_more_interchange_than_the_law_allows() =>
        Prop.ForAll(
            Gen.Choose(0, 4_000).ToArbitrary(),
            Gen.Choose(1, 150_000).ToArbitrary(),
            Gen.Elements(CardCategory.ConsumerDebit, CardCategory.Prepaid, CardCategory.ConsumerCredit).ToArbitrary(),
            static (interchange, cents, category) =>
            {
                var prices = Prices with { Rates = [CbDebit with { Category = category, InterchangePerMillion = interchange }] };
                var decision = Merchant.Decide(Merchant.Initial, new MerchantCommand.RequestContract(Bakery, "Démo", BakeryAcceptor, Account, CalendarName.France, prices, false, [CardBrand.Cb], Noon));
                var capPerMille = category == CardCategory.ConsumerCredit ? 3 : 2;
                if (decision.Rejection is not null) return interchange > capPerMille * 1_000;

                var charge = prices.ChargeFor(Money.Eur(cents), CardBrand.Cb, category, CardRegion.France)!;
                return interchange <= capPerMille * 1_000
                    && charge.Total == charge.Interchange + charge.Scheme + charge.Margin
                    && charge.Interchange * 10 <= (long)cents * capPerMille;
            }).QuickCheckThrowOnFailure();
}
