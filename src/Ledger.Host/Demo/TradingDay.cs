using Ledger.Contracts.V1;
using Ledger.Domain.Calendars;
using NodaTime;

namespace Ledger.Host.Demo;

/// <summary>Plays the sales and same-day cancellations of one day, in order of time, and moves the clock along. One caller.</summary>
internal sealed class TradingDay(DemoClock clock, TradingPlan plan, IReadOnlyList<DemoPhone> phones, DemoFigures figures, LocalDate day, SeededChance chance)
{
    private static readonly Duration CancelledAfter = Duration.FromMinutes(8);

    /// <summary>Past the time after which the follow-up process believes the host that it never saw a question.</summary>
    private static readonly Duration DoubtLasts = Duration.FromMinutes(3);

    private readonly Queue<(Instant At, PaidSale Sale)> _cancellations = [];
    private readonly List<PaidSale> _paid = [];
    private bool _typedWrongCode;

    /// <summary>What came through and was not cancelled, in order of time.</summary>
    public IReadOnlyList<PaidSale> Paid => _paid;

    public async Task PlayAsync(Action progressed, CancellationToken cancellation)
    {
        foreach (var sale in plan.Sales)
        {
            var at = (day + sale.At).InZoneLeniently(ParisTime.Zone).ToInstant();
            while (_cancellations.TryPeek(out var next) && next.At <= at) await CancelAsync(_cancellations.Dequeue(), cancellation);
            clock.MoveTo(at);
            await SellAsync(sale, cancellation);
            figures.Sales++;
            progressed();
        }

        while (_cancellations.TryDequeue(out var last)) await CancelAsync(last, cancellation);
    }

    private async Task SellAsync(PlannedSale sale, CancellationToken cancellation)
    {
        var phone = phones[sale.Terminal];
        var saleId = chance.NextGuid();
        var card = sale.Card;
        var payment = await TryAsync(sale, phone, saleId, cancellation);
        if (payment.Status is not TransactionStatus.Completed && sale.Course is not SaleCourse.AnswerLostAndLeft)
        {
            // The same sale again: the ledger allows it because nothing came of the first attempt.
            card = sale.OtherCard;
            payment = await PayAsync(phone, await phone.StartAsync(saleId, sale.Cents, sale.Ticket, cancellation), card, cancellation);
        }

        if (payment.Status is not TransactionStatus.Completed) return;

        figures.Paid++;
        figures.PaidCents += payment.Amount.Amount;
        var paid = new PaidSale(phone, payment, card);
        if (sale.CancelledLater) _cancellations.Enqueue((clock.GetCurrentInstant() + CancelledAfter, paid));
        else _paid.Add(paid);
    }

    private async Task<TransactionView> TryAsync(PlannedSale sale, DemoPhone phone, Guid saleId, CancellationToken cancellation)
    {
        var started = await phone.StartAsync(saleId, sale.Cents, sale.Ticket, cancellation);
        if (sale.Course is SaleCourse.PinTimedOut)
        {
            await phone.ReportAsync(started.Id, CardStage.AwaitingPin, cancellation);
            figures.Stopped++;
            return await phone.AbortAsync(started.Id, AbortReason.PinEntryTimedOut, cancellation);
        }

        var answered = await phone.AuthoriseAsync(started.Id, sale.Card, cancellation);
        return sale.Course switch
        {
            SaleCourse.Declined => Count(answered, () => figures.Declined++),
            SaleCourse.CardTornOut => await EndReversedAsync(phone, await phone.AbortAsync(answered.Id, AbortReason.CardRemovedEarly, cancellation), cancellation),
            SaleCourse.PartlyApproved => await EndReversedAsync(phone, answered, cancellation),
            SaleCourse.AnswerLost or SaleCourse.QuestionLost => await FindOutAsync(phone, answered, cancellation),
            SaleCourse.AnswerLostAndLeft => await LeaveAsync(phone, answered, cancellation),
            _ => await ConfirmAsync(phone, answered, cancellation),
        };
    }

    private static async Task<TransactionView> PayAsync(DemoPhone phone, TransactionView started, CardInput card, CancellationToken cancellation) =>
        await ConfirmAsync(phone, await phone.AuthoriseAsync(started.Id, card, cancellation), cancellation);

    private static async Task<TransactionView> ConfirmAsync(DemoPhone phone, TransactionView answered, CancellationToken cancellation) =>
        answered.Status is TransactionStatus.Approved ? await phone.CompleteAsync(answered, cancellation) : answered;

    private async Task<TransactionView> FindOutAsync(DemoPhone phone, TransactionView doubtful, CancellationToken cancellation)
    {
        figures.Doubts++;
        var settled = await UntilAsync(phone, doubtful, static status => status is not TransactionStatus.InDoubt, cancellation);
        return await ConfirmAsync(phone, settled, cancellation);
    }

    private async Task<TransactionView> LeaveAsync(DemoPhone phone, TransactionView doubtful, CancellationToken cancellation)
    {
        figures.Doubts++;
        return await EndReversedAsync(phone, await phone.AbortAsync(doubtful.Id, AbortReason.CancelledByClient, cancellation), cancellation);
    }

    private async Task<TransactionView> EndReversedAsync(DemoPhone phone, TransactionView payment, CancellationToken cancellation)
    {
        figures.Reversed++;
        return await UntilAsync(phone, payment, static status => status is TransactionStatus.Reversed, cancellation);
    }

    private async Task<TransactionView> UntilAsync(DemoPhone phone, TransactionView payment, Func<TransactionStatus, bool> isThere, CancellationToken cancellation)
    {
        if (isThere(payment.Status)) return payment;

        clock.Advance(DoubtLasts);
        await Patience.WaitAsync(clock, async () => isThere((payment = await phone.ReadAsync(payment.Id, cancellation)).Status), $"payment {payment.Id} to leave {payment.Status}", cancellation);
        return payment;
    }

    /// <summary>The first time with a wrong security code, which the ledger counts and refuses.</summary>
    private async Task CancelAsync((Instant At, PaidSale Sale) planned, CancellationToken cancellation)
    {
        var (phone, payment, card) = planned.Sale;
        clock.MoveTo(planned.At);
        if (!_typedWrongCode)
        {
            var refused = await phone.CancelAsync(payment, card, "000000", cancellation);
            _typedWrongCode = refused.Problem?.Code is ProblemCodes.SecurityCode.Wrong ? true : throw new DemoException("A wrong security code was not refused.");
            figures.Refused++;
        }

        (await phone.CancelAsync(payment, card, code: null, cancellation)).OrThrow("cancel");
        figures.Cancelled++;
        figures.CancelledCents += payment.Amount.Amount;
    }

    private static TransactionView Count(TransactionView view, Action count)
    {
        count();
        return view;
    }
}
