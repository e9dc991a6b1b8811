using Ledger.Domain.Cards;

namespace Ledger.Domain.Merchants;

/// <summary>What one transaction costs its merchant (domain.md 2.10). Integers only: cents in, 1/10000 EUR out.</summary>
public static class ServiceCharges
{
    /// <summary>An amount in cents times a rate in millionths, divided by this, is in 1/10000 EUR.</summary>
    private const long CentsTimesMillionths = 10_000;

    extension(PriceList prices)
    {
        /// <summary>
        /// The three parts of the service charge. Interchange is rounded down, so that the legal caps hold for one cent as well (IFR art. 3
        /// and 4); the two others half up.
        /// </summary>
        /// <param name="amount">In EUR.</param>
        /// <returns>Null when the list has no rate for this kind of card: it is not accepted.</returns>
        public ServiceCharge? ChargeFor(Money amount, CardBrand brand, CardCategory category, CardRegion region)
        {
            Invariant.Holds(amount.Currency == Currency.Eur);

            foreach (var rate in prices.Rates)
            {
                if (rate.Brand == brand && rate.Category == category && rate.Region == region) return ChargeAt(rate, amount);
            }

            return null;
        }
    }

    private static ServiceCharge ChargeAt(Rate rate, Money amount) => new(
        Interchange: amount.MinorUnits * rate.InterchangePerMillion / CentsTimesMillionths,
        Scheme: HalfUp(amount.MinorUnits * rate.SchemePerMillion),
        Margin: HalfUp(amount.MinorUnits * rate.MarginPerMillion) + rate.MarginFixed);

    private static long HalfUp(long product) => (product + (CentsTimesMillionths / 2)) / CentsTimesMillionths;
}
