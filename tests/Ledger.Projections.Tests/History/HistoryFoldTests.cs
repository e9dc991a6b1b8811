using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Projections.History;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.History;

public class HistoryFoldTests
{
    private static readonly LocalDate Tomorrow = Day.PlusDays(1);
    private static readonly ExchangeId Question = new(Id(90_001));

    public static TheoryData<string, TransactionStatus> Outcomes => new()
    {
        { "requested", TransactionStatus.AwaitingCard },
        { "card read", TransactionStatus.CardRead },
        { "pin", TransactionStatus.AwaitingPin },
        { "sent", TransactionStatus.AuthorisationPending },
        { "unknown", TransactionStatus.InDoubt },
        { "approved", TransactionStatus.Approved },
        { "declined", TransactionStatus.Declined },
        { "reversing", TransactionStatus.ReversalPending },
        { "reversed", TransactionStatus.Reversed },
        { "aborted", TransactionStatus.Aborted },
        { "completed", TransactionStatus.Completed },
        { "cancelling", TransactionStatus.CancellationPending },
        { "cancel refused", TransactionStatus.Completed },
        { "cancelled", TransactionStatus.Cancelled },
        { "remitted", TransactionStatus.Remitted },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    [Rule("R028"), Rule("R086")]
    public async Task A_payment_s_row_bears_its_status(string outcome, TransactionStatus expected)
    {
        var entry = (await DetailAfter(Life(outcome)))!.Payment;

        Assert.Equal(expected, entry.Status);
        Assert.Equal((Money.Eur(42_00), 1, Reader, Day, Bakery), (entry.Amount, entry.Number, entry.Terminal, entry.BusinessDay, entry.MerchantId));
    }

    [Fact]
    [Rule("R048")]
    public async Task Of_the_card_there_is_its_token_last_four_brand_and_entry_mode()
    {
        var entry = (await DetailAfter(Paid(1)))!.Payment;

        Assert.Equal(new HistoryCard(Card.Token, Card.LastFour, Card.Brand, Card.EntryMode, Card.Account), entry.Card);
        Assert.Equal((Code, At(Day, 12, 3), (ResponseCode?)null), (entry.Code, entry.CompletedAt, entry.DeclinedWith));
    }

    [Fact]
    public async Task A_decline_says_the_host_s_code_and_an_abort_its_reason()
    {
        Assert.Equal(new ResponseCode("51"), (await DetailAfter(Life("declined")))!.Payment.DeclinedWith);
        Assert.Equal(AbortReason.CardRemovedEarly, (await DetailAfter(Life("aborted")))!.Payment.AbortReason);
    }

    [Fact]
    [Rule("R071"), Rule("R073"), Rule("E68")]
    public async Task Refunds_are_entries_of_their_own_day_and_lower_what_is_left_until_they_are_cancelled()
    {
        ILedgerEvent[] half = [.. Paid(1), RefundRequested(7, Tomorrow, 20_00), RefundApproved(7, Tomorrow, 20_00)];
        var detail = (await DetailAfter(half))!;
        Assert.Equal((TransactionStatus.PartiallyRefunded, Money.Eur(20_00)), (detail.Payment.Status, detail.Payment.Refunded));
        var refund = Assert.Single(detail.Operations);
        Assert.Equal((HistoryKind.Refund, Tomorrow, Money.Eur(20_00), TransactionStatus.Completed, (RefundId?)new RefundId(Id(7))), (refund.Kind, refund.BusinessDay, refund.Amount, refund.Status, refund.Refund));

        ILedgerEvent[] all = [.. half, RefundRequested(8, Tomorrow, 22_00), RefundApproved(8, Tomorrow, 22_00)];
        Assert.Equal(TransactionStatus.Refunded, (await DetailAfter(all))!.Payment.Status);

        ILedgerEvent[] undone = [.. half, new RefundCancellationRequested(new RefundId(Id(7)), new ExchangeId(Id(90_007)), true, Channel.MobileApp, At(Tomorrow, 11)), RefundCancelled(7, Tomorrow, 20_00)];
        detail = (await DetailAfter(undone))!;
        Assert.Equal((TransactionStatus.Completed, Money.Eur(0)), (detail.Payment.Status, detail.Payment.Refunded));
        Assert.Equal([(HistoryKind.Refund, TransactionStatus.Cancelled), (HistoryKind.Cancellation, TransactionStatus.Completed)], detail.Operations.Select(o => (o.Kind, o.Status)));
    }

    [Fact]
    [Rule("E66")]
    public async Task A_refund_without_an_answer_is_in_doubt_and_lowers_nothing_yet()
    {
        var refund = new RefundId(Id(7));
        var detail = (await DetailAfter([.. Paid(1), RefundRequested(7, Tomorrow, 20_00), new RefundOutcomeUnknown(refund, new ExchangeId(Id(80_007)), UnknownReason.ConnectionLost, At(Tomorrow, 10, 1))]))!;
        Assert.Equal((TransactionStatus.Completed, Money.Eur(0)), (detail.Payment.Status, detail.Payment.Refunded));
        Assert.Equal(TransactionStatus.InDoubt, detail.Operations[0].Status);

        detail = (await DetailAfter([.. Paid(1), RefundRequested(7, Tomorrow, 20_00), new RefundDeclined(refund, new ExchangeId(Id(80_007)), new ResponseCode("62"), At(Tomorrow, 10, 1))]))!;
        Assert.Equal((TransactionStatus.Declined, (ResponseCode?)new ResponseCode("62")), (detail.Operations[0].Status, detail.Operations[0].DeclinedWith));
    }

    [Fact]
    [Rule("R070"), Rule("E70")]
    public async Task A_cancellation_is_one_entry_however_often_it_is_tried()
    {
        var detail = (await DetailAfter([.. Life("cancel refused"), new CancellationRequested(new ExchangeId(Id(90_002)), true, Channel.MobileApp, At(Day, 15))]))!;
        var cancellation = Assert.Single(detail.Operations);
        Assert.Equal((TransactionStatus.AuthorisationPending, At(Day, 15), (ResponseCode?)null), (cancellation.Status, cancellation.RequestedAt, cancellation.DeclinedWith));

        cancellation = Assert.Single((await DetailAfter(Life("cancelled")))!.Operations);
        Assert.Equal((HistoryKind.Cancellation, TransactionStatus.Completed, Money.Eur(42_00), Day, 1), (cancellation.Kind, cancellation.Status, cancellation.Amount, cancellation.BusinessDay, cancellation.Number));
    }

    [Fact]
    [Rule("R086"), Rule("R090")]
    public async Task The_credit_date_comes_with_the_remittance_s_closing_and_the_credit_with_its_own_event()
    {
        var remittance = new RemittanceId(Bakery, Day);
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        var models = await world.OpenAsync();
        writer.Append(StreamOf(Payment(1)), [.. Life("remitted")]);
        var line = new RemittanceLine(Payment(1), null, RemittanceSide.Debit, Money.Eur(42_00), Day);
        writer.Append(StreamOf(remittance), new RemittanceEvent.RemittanceOpened(remittance, CalendarName.FranceAndT2, At(Tomorrow, 0)), new RemittanceEvent.LinesAdded([line], At(Tomorrow, 0)));
        Assert.Equal(((RemittanceId?)remittance, (LocalDate?)null, false), CreditOf(await Find(models, world.Log.LastPosition)));

        writer.Append(StreamOf(remittance), new RemittanceEvent.RemittanceClosed(remittance, 1, Money.Eur(42_00), Money.Eur(0), Tomorrow, "1", At(Tomorrow, 0)));
        Assert.Equal(((RemittanceId?)remittance, (LocalDate?)Tomorrow, false), CreditOf(await Find(models, world.Log.LastPosition)));

        writer.Append(StreamOf(remittance), new RemittanceEvent.RemittanceCredited(remittance, Money.Eur(42_00), Money.Eur(0), Tomorrow, At(Tomorrow, 8)));
        Assert.Equal(((RemittanceId?)remittance, (LocalDate?)Tomorrow, true), CreditOf(await Find(models, world.Log.LastPosition)));
    }

    [Fact]
    [Rule("R027"), Rule("R065")]
    public async Task A_ticket_is_awaited_from_the_acceptance_on_then_sent_or_given_up_and_duplicates_are_counted()
    {
        Assert.Equal(new HistoryTicket(TicketChoice.Sms, TicketDelivery.None, 0), await TicketAfter([.. Paid(1, ticket: TicketChoice.Sms)[..3]]));
        Assert.Equal(new HistoryTicket(TicketChoice.Sms, TicketDelivery.Awaited, 0), await TicketAfter(Paid(1, ticket: TicketChoice.Sms)));
        Assert.Equal(new HistoryTicket(TicketChoice.Paper, TicketDelivery.None, 0), await TicketAfter(Paid(1)));

        ILedgerEvent[] sent = [.. Paid(1, ticket: TicketChoice.Sms), new TicketSent(TicketKind.Payment, null, TicketChoice.Sms, "m1", At(Day, 13))];
        Assert.Equal(new HistoryTicket(TicketChoice.Sms, TicketDelivery.Sent, 0), await TicketAfter(sent));
        Assert.Equal(new HistoryTicket(TicketChoice.Sms, TicketDelivery.Sent, 1), await TicketAfter([.. sent, new TicketReissued(TicketKind.Payment, null, TicketCopy.Client, Channel.WebSpace, At(Day, 14))]));
        Assert.Equal(
            new HistoryTicket(TicketChoice.Sms, TicketDelivery.Failed, 0),
            await TicketAfter([.. Paid(1, ticket: TicketChoice.Sms), new TicketFailed(TicketKind.Payment, null, TicketFailure.CarrierFailed, At(Day, 13))]));
    }

    [Fact]
    [Rule("R078")]
    public async Task A_cancellation_shows_the_ticket_that_was_chosen_for_it_and_an_older_one_the_payments()
    {
        var contact = new ContactRef(Id(71_000));
        var asked = new CancellationRequested(Question, true, Channel.MobileApp, At(Day, 14));
        var cancelled = new Cancelled(Question, Bakery, Money.Eur(42_00), Day, At(Day, 14, 1));

        Assert.Equal(new HistoryTicket(TicketChoice.Email, TicketDelivery.Awaited, 0), await OfCancellation([.. Paid(1), asked with { Ticket = TicketChoice.Email, Contact = contact }, cancelled]));
        Assert.Equal(new HistoryTicket(TicketChoice.Paper, TicketDelivery.None, 0), await OfCancellation([.. Paid(1, ticket: TicketChoice.Sms), asked with { Ticket = TicketChoice.Paper }, cancelled]));
        Assert.Equal(new HistoryTicket(TicketChoice.Sms, TicketDelivery.Awaited, 0), await OfCancellation([.. Paid(1, ticket: TicketChoice.Sms), asked, cancelled]));

        static async Task<HistoryTicket> OfCancellation(ILedgerEvent[] events) => Assert.Single((await DetailAfter(events))!.Operations).Ticket;
    }

    private static ILedgerEvent[] Life(string outcome)
    {
        ILedgerEvent[] paid = Paid(1);
        var exchange = new ExchangeId(Id(60_001));
        return outcome switch
        {
            "requested" => paid[..1],
            "card read" => [paid[0], new Progressed(CardStage.CardRead, At(Day, 12))],
            "pin" => [paid[0], new Progressed(CardStage.AwaitingPin, At(Day, 12))],
            "sent" => paid[..2],
            "unknown" => [.. paid[..2], new OutcomeUnknown(exchange, UnknownReason.AnswerTimedOut, false, At(Day, 12, 2))],
            "approved" => paid[..3],
            "declined" => [.. paid[..2], new Declined(exchange, new ResponseCode("51"), At(Day, 12, 2))],
            "reversing" => [.. paid[..3], new ReversalRequested(exchange, ReversalReason.CardRemovedEarly, Money.Eur(42_00), At(Day, 12, 3))],
            "reversed" => [.. Life("reversing"), new Reversed(exchange, true, At(Day, 12, 4))],
            "aborted" => [paid[0], new Aborted(AbortReason.CardRemovedEarly, At(Day, 12))],
            "cancelling" => [.. paid, new CancellationRequested(Question, true, Channel.MobileApp, At(Day, 14))],
            "cancel refused" => [.. Life("cancelling"), new CancellationRefused(Question, new ResponseCode("05"), At(Day, 14, 1))],
            "cancelled" => [.. Life("cancelling"), new Cancelled(Question, Bakery, Money.Eur(42_00), Day, At(Day, 14, 1))],
            "remitted" => [.. paid, new Remitted(new RemittanceId(Bakery, Day), At(Tomorrow, 0))],
            _ => paid,
        };
    }

    private static async Task<HistoryTicket> TicketAfter(ILedgerEvent[] events) => (await DetailAfter(events))!.Payment.Ticket;

    private static async Task<HistoryDetail?> DetailAfter(ILedgerEvent[] events)
    {
        await using var world = new World();
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. events]);
        return await Find(await world.OpenAsync(), events.Length);
    }

    private static async Task<HistoryDetail?> Find(ReadModels models, long position) =>
        await models.History.FindAsync(new HistoryLookup(Payment(1), null, null, position), World.Bounded()).Value();

    private static (RemittanceId?, LocalDate?, bool) CreditOf(HistoryDetail? detail) => (detail!.Payment.Remittance, detail.Payment.CreditDate, detail.Payment.IsCredited);
}
