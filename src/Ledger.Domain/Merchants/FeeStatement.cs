using Ledger.Domain.Calendars;
using NodaTime;

namespace Ledger.Domain.Merchants;

/// <summary>
/// What one contract owes for one month (R115, R116): the subscription and the commissions. Exact parts of 1/10000 EUR are added up first and
/// rounded half up once, on the line (I08, E103). VAT is a matter of the line: counted on its rounded net, as it is printed.
/// </summary>
public sealed record FeeStatement(MerchantId MerchantId, YearMonth Month, ServiceCharge Commissions, ValueList<FeeLine> Lines)
{
    /// <summary>Without VAT.</summary>
    public Money Net => Sum(static line => line.Net);

    public Money Vat => Sum(static line => line.Vat);

    /// <summary>With VAT: what is taken from the account.</summary>
    public Money Gross => Net + Vat;

    /// <summary>
    /// The subscription is a line in every month that the contract covers for at least an instant, in full (D-10); the commissions are a line
    /// when there are any.
    /// </summary>
    /// <param name="terms">With the prices of the month.</param>
    /// <param name="commissions">
    /// Of the payments of the month's business days: those that were cancelled cost nothing and are left out, those that were refunded stay (E78, D-10).
    /// </param>
    /// <exception cref="OverflowException">The sum leaves the range of <see cref="long"/>.</exception>
    public static FeeStatement Of(ContractTerms terms, YearMonth month, IEnumerable<ServiceCharge> commissions)
    {
        var total = commissions.Aggregate(ServiceCharge.Zero, static (sum, charge) => sum + NotNegative(charge));
        ValueList<FeeLine> lines =
        [
            .. IsSubscribed(terms, month) ? [FeeLine.Of(FeeKind.Subscription, terms.Prices.MonthlyFee, terms.Prices.SubscriptionVatPerMille)] : (FeeLine[])[],
            .. total.Total > 0 ? [FeeLine.Of(FeeKind.Commission, total.Total, terms.Prices.CommissionVatPerMille)] : (FeeLine[])[],
        ];
        return new FeeStatement(terms.MerchantId, month, total, lines);
    }

    private static bool IsSubscribed(ContractTerms terms, YearMonth month)
    {
        var days = month.ToDateInterval();
        var (start, end) = (ParisTime.StartOf(days.Start), ParisTime.EndOf(days.End));
        return terms.EffectiveFrom is { } from && from < end && (terms.EffectiveUntil is not { } until || (until > start && until > from));
    }

    private static ServiceCharge NotNegative(ServiceCharge charge)
    {
        Invariant.Holds(charge is { Interchange: >= 0, Scheme: >= 0, Margin: >= 0 });
        return charge;
    }

    private Money Sum(Func<FeeLine, Money> part) => Lines.Aggregate(Money.Zero(Currency.Eur), (sum, line) => sum + part(line));
}

/// <param name="Exact">In 1/10000 EUR, before the only rounding.</param>
/// <param name="Net">Without VAT.</param>
/// <param name="VatPerMille">200 is 20 %.</param>
public sealed record FeeLine(FeeKind Kind, long Exact, Money Net, int VatPerMille, Money Vat)
{
    private const long ExactUnitsPerCent = 100;

    /// <summary>With VAT.</summary>
    public Money Gross => Net + Vat;

    /// <param name="exact">In 1/10000 EUR, not negative.</param>
    /// <param name="vatPerMille">Not negative.</param>
    public static FeeLine Of(FeeKind kind, long exact, int vatPerMille)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exact);
        ArgumentOutOfRangeException.ThrowIfNegative(vatPerMille);

        var net = HalfUp(exact, ExactUnitsPerCent);
        return new FeeLine(kind, exact, Money.Eur(net), vatPerMille, Money.Eur(HalfUp(net * vatPerMille, 1_000)));
    }

    private static long HalfUp(long value, long divisor) => (value + divisor / 2) / divisor;
}

/// <summary>Wire values: append, never reuse.</summary>
public enum FeeKind
{
    /// <summary>Abonnement mensuel.</summary>
    Subscription = 1,

    /// <summary>Commissions monétiques.</summary>
    Commission = 2,
}
