using Ledger.Contracts.V1;
using Ledger.Domain.Calendars;
using NodaTime;

namespace Ledger.Host.Demo;

/// <summary>What follows a trading day: midnight and its remittances, refunds on the next day, and the credit date. One caller.</summary>
internal sealed class NextDays(DemoApi api, DemoClock clock, IReadOnlyList<PaidSale> paid, DemoFigures figures, LocalDate day)
{
    private const int RefundsWholePerMerchant = 3;

    /// <summary>A remittance waits for what is in flight at midnight, at most five minutes (D-05).</summary>
    private static readonly Duration Drain = Duration.FromMinutes(6);

    /// <summary>The last second of the day belongs to it, and a cancellation or refund now is told apart by the clock alone.</summary>
    public async Task PlayMidnightAsync(CancellationToken cancellation)
    {
        clock.MoveTo(ParisTime.EndOf(day) - Duration.FromSeconds(1));
        var today = await paid[0].Phone.RefundAsync(paid[0].Payment, 1, paid[0].Card, cancellation);
        Expect(today, ProblemCodes.Transaction.DayNotOver);
        clock.MoveTo(ParisTime.EndOf(day) + Drain);
        await AwaitRemittancesAsync(day, RemittanceCondition.Open, cancellation);
        figures.Remittances += DemoMerchants.All.Count;
    }

    public async Task PlayRefundsAsync(Action progressed, CancellationToken cancellation)
    {
        clock.MoveTo((day.PlusDays(1) + new LocalTime(10, 0)).InZoneLeniently(ParisTime.Zone).ToInstant());
        Expect(await paid[0].Phone.CancelAsync(paid[0].Payment, paid[0].Card, code: null, cancellation), ProblemCodes.Transaction.DayIsOver);
        await RefundInPartsAsync(paid[0], cancellation);
        foreach (var sale in RefundedWhole())
        {
            clock.Advance(Duration.FromMinutes(7));
            await RefundAsync(sale, sale.Payment.Amount.Amount, cancellation);
            progressed();
        }
    }

    /// <summary>Some of each merchant's, so that each has a remittance of the next day.</summary>
    private IEnumerable<PaidSale> RefundedWhole() =>
        paid.Skip(1).GroupBy(static sale => sale.Phone.Terminal.Merchant).SelectMany(static sales => sales.Take(RefundsWholePerMerchant));

    /// <summary>The next day's remittance, then the first open day after the trading day: its net is credited (R090).</summary>
    public async Task PlayCreditAsync(LocalDate creditDate, CancellationToken cancellation)
    {
        clock.MoveTo(ParisTime.EndOf(day.PlusDays(1)) + Drain);
        await AwaitRemittancesAsync(day.PlusDays(1), RemittanceCondition.Open, cancellation);
        figures.Remittances += DemoMerchants.All.Count;
        clock.MoveTo((creditDate + new LocalTime(9, 0)).InZoneLeniently(ParisTime.Zone).ToInstant());
        await AwaitRemittancesAsync(day, RemittanceCondition.Closed, cancellation);
    }

    private async Task RefundInPartsAsync(PaidSale sale, CancellationToken cancellation)
    {
        var whole = sale.Payment.Amount.Amount;
        await RefundAsync(sale, whole / 3, cancellation);
        Expect(await sale.Phone.RefundAsync(sale.Payment, whole, sale.Card, cancellation), ProblemCodes.Transaction.ExceedsRefundable);
        await RefundAsync(sale, whole / 3, cancellation);
    }

    private async Task RefundAsync(PaidSale sale, long cents, CancellationToken cancellation)
    {
        (await sale.Phone.RefundAsync(sale.Payment, cents, sale.Card, cancellation)).OrThrow("refund");
        figures.Refunded++;
        figures.RefundedCents += cents;
    }

    private void Expect(ApiAnswer<TransactionView> answer, string code)
    {
        if (answer.Problem?.Code != code) throw new DemoException($"Expected {code}, got {answer.Problem?.Code ?? answer.Reply?.Status.ToString()}.");

        figures.Refused++;
    }

    /// <summary>Waits until every merchant's remittance of that day has left <paramref name="before"/>.</summary>
    private async Task AwaitRemittancesAsync(LocalDate of, RemittanceCondition before, CancellationToken cancellation)
    {
        foreach (var phone in paid.Select(static sale => sale.Phone).DistinctBy(static phone => phone.Terminal.Merchant)) await AwaitRemittanceAsync(phone, of.ToDateOnly(), before, cancellation);
    }

    private Task AwaitRemittanceAsync(DemoPhone phone, DateOnly of, RemittanceCondition before, CancellationToken cancellation) => Patience.WaitAsync(
        clock,
        async () =>
        {
            var page = (await api.GetAsync<RemittancePage>(phone.Token, "/v1/remittances", cancellation)).OrThrow("read remittances");
            return page.Remittances.Any(remittance => remittance.Day == of && remittance.Condition > before);
        },
        $"{phone.Terminal.Merchant.Id}'s remittance of {of:O} to leave {before}",
        cancellation);
}
