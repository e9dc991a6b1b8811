using Ledger.Domain;
using Ledger.Domain.Merchants;
using NodaTime;

namespace Ledger.Projections.Revenue;

/// <summary>Turnover (R085), by the operations' own business days.</summary>
public interface IRevenue
{
    /// <summary>One row per period between the two days, also for those without any operation. Refusals: PositionOutOfRange, DaysInverted, TooManyDays.</summary>
    ValueTask<Answer<IReadOnlyList<RevenueRow>>> QueryAsync(RevenueQuery query, CancellationToken cancellation);
}

/// <param name="From">First business day.</param>
/// <param name="To">Last business day, itself included; at most <see cref="QueryLimits.DaysMax"/> days from the first.</param>
public sealed record RevenueQuery(MerchantId MerchantId, RevenuePeriod Period, LocalDate From, LocalDate To, long? AtLeastPosition = null);

/// <summary>Wire values: append, never reuse.</summary>
public enum RevenuePeriod
{
    Day = 1,

    /// <summary>ISO 8601: Monday to Sunday.</summary>
    Week = 2,

    Month = 3,
}

/// <summary>One day, week or month; only the days that were asked for are counted.</summary>
/// <param name="Start">First day of the period, which may be before the days that were asked for.</param>
/// <param name="From">First day counted.</param>
/// <param name="To">Last day counted.</param>
/// <param name="Gross">All payments that completed, cancelled ones included.</param>
/// <param name="Refunded">Refunds executed in the period, less those that were cancelled.</param>
/// <param name="Payments">How many completed, cancelled ones included.</param>
/// <param name="Refunds">How many refunds were executed and not cancelled.</param>
/// <param name="ServiceCharge">Of the payments that were not cancelled (E78); kept when they are refunded (D-10). In 1/10000 EUR, exact.</param>
public sealed record RevenueRow(
    LocalDate Start,
    LocalDate From,
    LocalDate To,
    Money Gross,
    Money Cancelled,
    Money Refunded,
    long Payments,
    long Cancellations,
    long Refunds,
    ServiceCharge ServiceCharge)
{
    /// <summary>Gross less cancelled less refunded (I06): what the remittance lines of these days come to.</summary>
    public SignedMoney Net => SignedMoney.Between(Gross, Cancelled + Refunded);
}
