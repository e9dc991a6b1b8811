using Ledger.Domain;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Revenue;

/// <summary>Questions to the revenue's tables. Any thread.</summary>
internal sealed class RevenueReader(ServedView view) : IRevenue
{
    private static readonly string Select =
        $"SELECT {string.Join(", ", RevenueProjection.Days.Columns.Select(static column => column.Name))} FROM day "
        + "WHERE merchant = ? AND business_day BETWEEN ? AND ?";

    public ValueTask<Answer<IReadOnlyList<RevenueRow>>> QueryAsync(RevenueQuery query, CancellationToken cancellation)
    {
        if (Refuse(query) is { } reason) return new(new Answer<IReadOnlyList<RevenueRow>>.Refused(reason));
        return view.AskAsync(query.AtLeastPosition, snapshot => Read(query, snapshot), cancellation);
    }

    private static QueryRejection? Refuse(RevenueQuery query)
    {
        if (query.AtLeastPosition < 0) return QueryRejection.PositionOutOfRange;
        if (query.From > query.To) return QueryRejection.DaysInverted;
        if (Period.DaysBetween(query.From, query.To) >= QueryLimits.DaysMax) return QueryRejection.TooManyDays;
        return null;
    }

    private static IReadOnlyList<RevenueRow> Read(RevenueQuery query, IViewSnapshot snapshot)
    {
        var days = snapshot.Query(Select, [query.MerchantId.Value, query.From.ToColumn(), query.To.ToColumn()], RevenueProjection.Days.Read)
            .ToDictionary(static day => day.Key.Day);
        var rows = new List<RevenueRow>();
        for (var from = query.From; from <= query.To; from = rows[^1].To.PlusDays(1)) rows.Add(Sum(query, from, days));
        return rows;
    }

    /// <summary>The period that begins, or is entered, on <paramref name="from"/>.</summary>
    private static RevenueRow Sum(RevenueQuery query, LocalDate from, Dictionary<LocalDate, RevenueDay> days)
    {
        var start = RevenuePeriods.StartOf(query.Period, from);
        var to = LocalDate.Min(RevenuePeriods.EndOf(query.Period, start), query.To);
        var sum = new RevenueDay(new RevenueKey(query.MerchantId.Value, start));
        for (var day = from; day <= to; day = day.PlusDays(1))
        {
            if (days.TryGetValue(day, out var found)) sum = Add(sum, found);
        }

        return new RevenueRow(
            start, from, to, Money.Eur(sum.Gross), Money.Eur(sum.Cancelled), Money.Eur(sum.Refunded), sum.Payments, sum.Cancellations, sum.Refunds, sum.Charge);
    }

    private static RevenueDay Add(RevenueDay left, RevenueDay right) => left with
    {
        Gross = left.Gross + right.Gross,
        Cancelled = left.Cancelled + right.Cancelled,
        Refunded = left.Refunded + right.Refunded,
        Payments = left.Payments + right.Payments,
        Cancellations = left.Cancellations + right.Cancellations,
        Refunds = left.Refunds + right.Refunds,
        Charge = left.Charge + right.Charge,
    };
}

/// <summary>Where days, ISO weeks and months begin and end.</summary>
internal static class RevenuePeriods
{
    public static LocalDate StartOf(RevenuePeriod period, LocalDate day) => period switch
    {
        RevenuePeriod.Day => day,
        RevenuePeriod.Week => day.PlusDays(1 - (int)day.DayOfWeek),
        RevenuePeriod.Month => new LocalDate(day.Year, day.Month, 1),
    };

    public static LocalDate EndOf(RevenuePeriod period, LocalDate start) => period switch
    {
        RevenuePeriod.Day => start,
        RevenuePeriod.Week => start.PlusDays(6),
        RevenuePeriod.Month => start.PlusMonths(1).PlusDays(-1),
    };
}
