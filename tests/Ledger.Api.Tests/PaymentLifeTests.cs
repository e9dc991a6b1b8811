using System.Net;
using Ledger.Contracts.V1;
using Ledger.Domain.Calendars;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Api.Tests;

/// <summary>A payment's whole life over HTTP.</summary>
public class PaymentLifeTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Fact]
    [Rule("R020")]
    [Rule("R022")]
    [Rule("R025")]
    [Rule("R026")]
    [Rule("R079")]
    [Rule("I33")]
    public async Task A_payment_goes_from_the_amount_to_accepted_and_says_so_only_when_completed()
    {
        var shop = await Shop.OpenAsync(_server);
        var created = await shop.Device.PostAsync("/v1/payments", shop.NewPayment(4200));
        var started = created.Read<TransactionView>();
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal($"/v1/payments/{started.Id}", created.Headers.Location?.OriginalString);
        Assert.Equal((TransactionStatus.AwaitingCard, new Money(4200, "EUR"), 1), (started.Status, started.Amount, started.Number));

        var read = (await shop.Device.PostAsync($"/v1/payments/{started.Id}/progress", new ReportProgress(CardStage.CardRead))).Read<TransactionView>();
        var pin = (await shop.Device.PostAsync($"/v1/payments/{started.Id}/progress", new ReportProgress(CardStage.AwaitingPin))).Read<TransactionView>();
        var approved = (await shop.Device.PostAsync($"/v1/payments/{started.Id}/authorise", new AuthorisePayment(Shop.Card, Shop.CardData))).Read<TransactionView>();
        Assert.Equal((TransactionStatus.CardRead, TransactionStatus.AwaitingPin, TransactionStatus.Approved), (read.Status, pin.Status, approved.Status));
        Assert.All([started, read, pin, approved], static v => Assert.NotEqual(MessageCodes.PaymentAccepted, v.Message?.Code));

        var completed = (await shop.Device.PostAsync($"/v1/payments/{started.Id}/complete", Shop.Confirmation(approved))).Read<TransactionView>();
        Assert.Equal(TransactionStatus.Completed, completed.Status);
        Assert.Equal(new Message(MessageCodes.PaymentAccepted, "Encaissement accepté"), completed.Message);
        Assert.Equal("1234", completed.Card?.LastFour);

        var cancelled = (await shop.CancelAsync(completed)).Read<TransactionView>();
        Assert.Equal(TransactionStatus.Cancelled, cancelled.Status);
        Assert.Equal("la transaction est validée", cancelled.Message?.Text);
    }

    [Theory]
    [InlineData(2007, 1, 1)]
    [InlineData(2099, 12, 31)]
    [Rule("E07")]
    public async Task A_terminal_s_wrong_clock_is_kept_with_the_cryptogram_and_dates_nothing(int year, int month, int day)
    {
        var shop = await Shop.OpenAsync(_server);
        var approved = await shop.AuthoriseAsync(4_200);
        var today = ParisTime.DayOf(_server.Clock.Now).ToDateOnly();
        var confirmation = Shop.Confirmation(approved) with { TerminalDate = new DateOnly(year, month, day) };

        var completed = (await shop.Device.PostAsync($"/v1/payments/{approved.Id}/complete", confirmation)).Read<TransactionView>();

        Assert.Equal((TransactionStatus.Completed, today), (completed.Status, completed.BusinessDay));
        Assert.Equal(_server.Clock.Now.ToDateTimeOffset(), completed.CompletedAt);
        var events = (await shop.Device.GetAsync($"/v1/payments/{approved.Id}/events")).Read<EventsReply>().Events;
        Assert.Equal($"{year}-{month:00}-{day:00}", events[^1].Payload.GetProperty("confirmation").GetProperty("terminalDate").GetString());
        Assert.DoesNotContain($"{year}", (await shop.Device.GetAsync($"/v1/payments/{approved.Id}/ticket")).Body, StringComparison.Ordinal);
        Assert.Equal(TransactionStatus.Cancelled, (await shop.CancelAsync(completed)).Read<TransactionView>().Status);
    }

    [Fact]
    [Rule("R071")]
    [Rule("R073")]
    [Rule("R081")]
    [Rule("E64")]
    [Rule("E68")]
    [Rule("E72")]
    public async Task From_the_next_day_a_payment_is_refunded_in_parts_and_never_beyond_its_amount()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(10_000);
        (await shop.RefundAsync(paid, 1_000)).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.DayNotOver);
        _server.Clock.Advance(Duration.FromDays(1));

        var part = (await shop.RefundAsync(paid, 6_000)).Read<TransactionView>();
        Assert.Equal((TransactionStatus.PartiallyRefunded, 4_000), (part.Status, part.Refundable!.Amount));
        Assert.Equal(MessageCodes.TransactionValidated, part.Message?.Code);
        (await shop.RefundAsync(paid, 4_001)).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.ExceedsRefundable);
        (await shop.CancelAsync(paid)).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.DayIsOver);

        var annulled = (await shop.Device.PostAsync(
            $"/v1/payments/{paid.Id}/refunds/{part.Refunds.Single().Id}/cancel", new CancelPayment(Shop.Eur(6_000), shop.Credentials.SecurityCode, TicketChoice.Paper, Shop.Presented))).Read<TransactionView>();
        Assert.Equal((RefundStatus.Cancelled, 10_000), (annulled.Refunds.Single().Status, annulled.Refundable!.Amount));

        var whole = (await shop.RefundAsync(paid, 10_000)).Read<TransactionView>();
        Assert.Equal(TransactionStatus.Refunded, whole.Status);
    }

    [Theory]
    [InlineData(51, MessageCodes.Declined)]
    [InlineData(43, MessageCodes.DeclinedDiscreetly)]
    [Rule("E48")]
    public async Task A_declined_card_gets_a_message_that_accuses_nobody(int cents, string message)
    {
        var shop = await Shop.OpenAsync(_server);
        var declined = await shop.AuthoriseAsync(1_000 + cents);

        Assert.Equal((TransactionStatus.Declined, message), (declined.Status, declined.Message?.Code));
        Assert.DoesNotContain("vol", declined.Message!.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(TransactionStatus.AwaitingCard, (await shop.StartAsync(1_000)).Status);
    }

    [Fact]
    [Rule("R039")]
    [Rule("R044")]
    [Rule("I15")]
    [Rule("E24")]
    public async Task An_unknown_outcome_is_neither_yes_nor_no_and_its_sale_is_not_started_again()
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewPayment(1_022);
        var started = (await shop.Device.PostAsync("/v1/payments", sale)).Read<TransactionView>();
        var answer = await shop.Device.PostAsync($"/v1/payments/{started.Id}/authorise", new AuthorisePayment(Shop.Card, Shop.CardData));
        var unknown = answer.Read<TransactionView>();

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal((TransactionStatus.InDoubt, "Résultat en cours de vérification, ne recommencez pas"), (unknown.Status, unknown.Message!.Text));
        (await shop.Device.PostAsync("/v1/payments", sale)).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Terminal.PreviousOutcomeUnknown);
        (await shop.CancelAsync(unknown)).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.OutcomeUnknown);
        Assert.Equal(TransactionStatus.AwaitingCard, (await shop.StartAsync(500)).Status);
    }

    [Theory]
    [InlineData(AbortReason.CardInsertTimedOut, MessageCodes.TryAgain)]
    [InlineData(AbortReason.PinEntryTimedOut, MessageCodes.TryAgain)]
    [InlineData(AbortReason.CardRemovedEarly, MessageCodes.TryAgain)]
    [InlineData(AbortReason.TerminalLinkLost, MessageCodes.TryAgain)]
    [InlineData(AbortReason.NetworkLost, MessageCodes.TryAgain)]
    [InlineData(AbortReason.CancelledByMerchant, MessageCodes.Stopped)]
    [Rule("R039")]
    [Rule("R040")]
    [Rule("R041")]
    [Rule("R042")]
    [Rule("R043")]
    [Rule("R044")]
    [Rule("E40")]
    public async Task A_payment_that_failed_before_the_host_was_asked_may_be_tried_again_at_once(AbortReason reason, string message)
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewPayment(700);
        var started = (await shop.Device.PostAsync("/v1/payments", sale)).Read<TransactionView>();
        var aborted = (await shop.Device.PostAsync($"/v1/payments/{started.Id}/abort", new AbortPayment(reason))).Read<TransactionView>();

        Assert.Equal((TransactionStatus.Aborted, reason, message), (aborted.Status, aborted.Reason, aborted.Message?.Code));
        Assert.Equal(HttpStatusCode.Created, (await shop.Device.PostAsync("/v1/payments", sale)).Status);
    }

    [Fact]
    [Rule("E42")]
    public async Task A_card_torn_out_after_the_approval_is_reversed_and_never_accepted()
    {
        var shop = await Shop.OpenAsync(_server);
        var approved = await shop.AuthoriseAsync(4_200);
        var aborted = (await shop.Device.PostAsync($"/v1/payments/{approved.Id}/abort", new AbortPayment(AbortReason.CardRemovedEarly))).Read<TransactionView>();
        Assert.Contains(aborted.Status, new[] { TransactionStatus.ReversalPending, TransactionStatus.Reversed });

        var after = await shop.ReadAsync(approved.Id);
        Assert.Equal((TransactionStatus.Reversed, MessageCodes.TryAgain), (after.Status, after.Message?.Code));
        (await shop.Device.PostAsync($"/v1/payments/{approved.Id}/complete", Shop.Confirmation(approved))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.WrongState);
        var ticket = (await shop.Device.GetAsync($"/v1/payments/{approved.Id}/ticket?kind=abandonment")).Read<TicketView>();
        Assert.Contains("ABANDON", ticket.Lines);
    }

    [Fact]
    [Rule("E36")]
    public async Task An_answer_that_belongs_to_another_payment_confirms_nothing()
    {
        var shop = await Shop.OpenAsync(_server);
        var old = await shop.PayAsync(1_000);
        var approved = await shop.AuthoriseAsync(1_000);

        (await shop.Device.PostAsync($"/v1/payments/{approved.Id}/complete", Shop.Confirmation(approved) with { ExchangeId = old.ExchangeId! }))
            .IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.ExchangeDiffers);
        Assert.Equal(TransactionStatus.Approved, (await shop.ReadAsync(approved.Id)).Status);
    }

    [Fact]
    [Rule("R072")]
    [Rule("R076")]
    [Rule("I35")]
    [Rule("E60")]
    [Rule("E62")]
    [Rule("E63")]
    public async Task A_cancellation_needs_the_whole_amount_and_the_payments_own_card_or_account()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(5_000);

        (await shop.CancelAsync(paid, cents: 4_999)).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.AmountDiffers);
        var other = await shop.CancelAsync(paid, card: new PresentedCard("tok_other_0001", CardBrand.Cb));
        other.IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.CardDiffers);
        Assert.DoesNotContain("1234", other.Body, StringComparison.Ordinal);
        (await shop.CancelAsync(paid, card: Shop.Presented with { Brand = CardBrand.Visa })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.CardDiffers);
        (await shop.Device.PostAsync($"/v1/payments/{paid.Id}/cancel", new CancelPayment(Shop.Eur(5_000), shop.Credentials.SecurityCode, TicketChoice.Paper)))
            .IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.CardNotPresented);
        Assert.Equal(TransactionStatus.Completed, (await shop.ReadAsync(paid.Id)).Status);

        var renewed = (await shop.CancelAsync(paid, card: new PresentedCard("tok_renewed_01", CardBrand.Cb, "PAR0001"))).Read<TransactionView>();
        Assert.Equal(TransactionStatus.Cancelled, renewed.Status);
        (await shop.CancelAsync(paid)).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.AlreadyCancelled);
        (await shop.RefundAsync(paid, 5_000)).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.AlreadyCancelled);
    }

    [Fact]
    [Rule("E80")]
    [Rule("E20")]
    public async Task Two_cancellations_at_once_cancel_once()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(5_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.CancelAsync(paid)));

        Assert.Single(answers, static a => (int)a.Status < 300);
        Assert.All(answers.Where(static a => (int)a.Status >= 300), static a => Assert.Contains(a.Problem.Code, new[] { ProblemCodes.Transaction.AlreadyCancelled, ProblemCodes.Transaction.CancellationPending }));
        Assert.Equal(TransactionStatus.Cancelled, (await shop.ReadAsync(paid.Id)).Status);
        Assert.Single(_server.Host.Entries, e => e.Merchant.Value == shop.Merchant && e.Kind is Acquiring.Simulation.HostEntryKind.Cancellation);
    }

    [Fact]
    [Rule("R027")]
    [Rule("R062")]
    [Rule("R063")]
    [Rule("R064")]
    [Rule("R065")]
    [Rule("R066")]
    public async Task Tickets_prove_payment_and_cancellation_and_a_reissue_says_duplicata()
    {
        var shop = await Shop.OpenAsync(_server);
        var approved = await shop.AuthoriseAsync(4_200);
        var path = $"/v1/payments/{approved.Id}/ticket";
        (await shop.Device.GetAsync(path)).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Transaction.TicketNotAvailable);
        var completed = (await shop.Device.PostAsync($"/v1/payments/{approved.Id}/complete", Shop.Confirmation(approved))).Read<TransactionView>();

        var client = (await shop.Device.GetAsync(path)).Read<TicketView>();
        var merchant = (await shop.Device.GetAsync($"{path}?copy=merchant")).Read<TicketView>();
        Assert.Contains("MONTANT = 42,00 EUR", client.Lines);
        Assert.Contains("############1234", merchant.Lines);
        Assert.Equal(("DEBIT", "TICKET COMMERCANT"), (client.Lines.Single(static l => l == "DEBIT"), merchant.Lines.Single(static l => l.StartsWith("TICKET", StringComparison.Ordinal))));
        Assert.Equal(("4200", "12345678200010"), (client.Fields["amountMinorUnits"], client.Fields["siret"]));

        var again = (await shop.Device.PostAsync($"{path}/reissue", new ReissueTicket(TicketKind.Payment, TicketCopy.Client))).Read<TicketView>();
        Assert.Equal([.. client.Lines, "DUPLICATA"], again.Lines);

        await shop.CancelAsync(completed);
        Assert.Contains("ANNULATION", (await shop.Device.GetAsync($"{path}?kind=cancellation")).Read<TicketView>().Lines);
        var events = (await shop.Device.GetAsync($"/v1/payments/{approved.Id}/events")).Read<EventsReply>();
        Assert.True(events.ChainVerified);
        Assert.Equal(Enumerable.Range(1, events.Events.Count).Select(static n => (long)n), events.Events.Select(static e => e.Version));
        Assert.Contains(events.Events, static e => e.Type.StartsWith("transaction-ticket-reissued", StringComparison.Ordinal));
    }

    [Fact]
    [Rule("R078")]
    [Rule("R023")]
    public async Task Cancellations_and_refunds_ask_for_a_ticket_of_their_own_and_for_a_contact_only_if_it_needs_one()
    {
        var shop = await Shop.OpenAsync(_server);
        var (cancelled, refunded) = (await shop.PayAsync(5_000), await shop.PayAsync(6_000));
        var cancel = new CancelPayment(cancelled.Amount, shop.Credentials.SecurityCode, TicketChoice.Paper, Shop.Presented);
        await AsksAsync($"/v1/payments/{cancelled.Id}/cancel", (ticket, contact) => cancel with { Ticket = ticket, Contact = contact });
        await AsksForTicketAsync($"/v1/payments/{cancelled.Id}/cancel");

        _server.Clock.Advance(Duration.FromDays(1));
        var refund = new RefundPayment(refunded.Amount, Shop.Presented, shop.Credentials.SecurityCode, TicketChoice.Paper);
        var view = await AsksAsync($"/v1/payments/{refunded.Id}/refunds", (ticket, contact) => refund with { Ticket = ticket, Contact = contact });
        var annul = cancel with { Amount = refunded.Amount };
        await AsksAsync($"/v1/payments/{refunded.Id}/refunds/{view.Refunds.Single().Id}/cancel", (ticket, contact) => annul with { Ticket = ticket, Contact = contact });

        async Task AsksForTicketAsync(string path) =>
            (await shop.Device.PostTextAsync(path, """{"amount":{"amount":5000,"currency":"EUR"},"securityCode":"123456"}""")).IsProblem(HttpStatusCode.BadRequest, ProblemCodes.Request.Malformed);

        async Task<TransactionView> AsksAsync<TBody>(string path, Func<TicketChoice, Contact?, TBody> body) where TBody : class
        {
            const string Address = "undone.demo@example.org";
            var position = _server.Log.LastPosition;
            (await shop.Device.PostAsync(path, body(TicketChoice.Email, null))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.ContactMissing);
            (await shop.Device.PostAsync(path, body(TicketChoice.Sms, new Contact(Email: Address)))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.ContactMissing);
            (await shop.Device.PostAsync(path, body(TicketChoice.Paper, new Contact(Email: Address)))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.ContactNotWanted);
            Assert.Equal(position, _server.Log.LastPosition);

            var done = await shop.Device.PostAsync(path, body(TicketChoice.Email, new Contact(Email: Address)));
            var view = done.Read<TransactionView>();
            var events = await shop.Device.GetAsync($"/v1/payments/{view.Id}/events");
            Assert.DoesNotContain("example.org", done.Body + events.Body, StringComparison.Ordinal);
            var asked = events.Json["events"]!.AsArray().Last(static e => e!["type"]!.GetValue<string>().EndsWith("-requested.1", StringComparison.Ordinal))!["payload"]!;
            Assert.Equal("email", asked["ticket"]!.GetValue<string>());
            var kept = new Domain.Transactions.ContactRef(Guid.Parse(asked["contact"]!.GetValue<string>()));
            Assert.Equal(Address, (await _server.Contacts.ReadAsync(kept, default))?.Address);
            return view;
        }
    }

    [Fact]
    [Rule("R061")]
    [Rule("E98")]
    public async Task A_clients_contact_goes_to_the_vault_and_is_shown_nowhere()
    {
        const string Address = "client.demo@example.org";
        var shop = await Shop.OpenAsync(_server);
        var created = await shop.Device.PostAsync("/v1/payments", shop.NewPayment(900) with { Ticket = TicketChoice.Email, Contact = new Contact(Email: Address) });
        var view = created.Read<TransactionView>();
        Assert.True(view.HasContact);

        var events = await shop.Device.GetAsync($"/v1/payments/{view.Id}/events");
        Assert.DoesNotContain("example.org", created.Body + events.Body, StringComparison.Ordinal);
        var reference = events.Json["events"]![0]!["payload"]!["contact"]!.GetValue<string>();
        Assert.Equal(Address, (await _server.Contacts.ReadAsync(new Domain.Transactions.ContactRef(Guid.Parse(reference)), default))?.Address);

        var assistance = await Shop.StaffAsync(_server, Vault.StaffRole.Assistance);
        Assert.True((await assistance.PostAsync($"/v1/assistance/contacts/{reference}/erase", new EraseContact())).Read<EraseReply>().Erased);
        Assert.False((await assistance.PostAsync($"/v1/assistance/contacts/{reference}/erase", new EraseContact())).Read<EraseReply>().Erased);
        Assert.Null(await _server.Contacts.ReadAsync(new Domain.Transactions.ContactRef(Guid.Parse(reference)), default));
    }
}
