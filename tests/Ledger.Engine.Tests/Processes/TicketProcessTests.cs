using System.Collections.Concurrent;
using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine.Processes;
using Ledger.Engine.Tickets;
using Ledger.Testing;
using Ledger.Vault;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Engine.Tests.Processes;

public class TicketProcessTests
{
    private static readonly ContactRef Client = new(Shop.Id(70));

    [Fact]
    [Rule("R027"), Rule("R060"), Rule("R064")]
    public async Task A_payments_ticket_is_sent_once_it_is_completed_and_not_before()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        var id = await shop.AskAsync(ticket: TicketChoice.Email, contact: Client);
        await night.RunAsync(shop.Clock.Now);
        Assert.Empty(post.Messages);

        await shop.FinishAsync(id, Money.Eur(42_00));
        await night.RunAsync(shop.Clock.Now);

        var message = Assert.Single(post.Messages);
        Assert.Equal("client@example.org", message.Contact.Address);
        Assert.Contains("DEBIT", message.Lines);
        Assert.Contains("MONTANT = 42,00 EUR", message.Lines.Select(static line => line.Replace('\u00A0', ' ')));
        var sent = Assert.Single((await shop.EventsAsync()).OfType<TransactionEvent.TicketSent>());
        Assert.Equal((TicketKind.Payment, TicketChoice.Email, $"post-{message.Id:N}"), (sent.Kind, sent.Channel, sent.CarrierMessageId));
        Assert.Empty(night.Store.Scan("tickets", "", 10));
    }

    [Fact]
    [Rule("R062")]
    public async Task Whoever_chose_paper_gets_no_message()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        await shop.CancelAsync(await shop.PayAsync());

        await night.RunAsync(shop.Clock.Now);

        Assert.Empty(post.Messages);
        Assert.Empty(night.Store.Scan("tickets", "", 10));
    }

    [Fact]
    [Rule("R064"), Rule("R061"), Rule("R078")]
    public async Task A_cancellation_and_a_refund_each_have_their_own_ticket()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        await shop.CancelAsync(await shop.PayAsync(ticket: TicketChoice.Email, contact: Client), ticket: TicketChoice.Email, contact: Client);
        var paid = await shop.PayAsync();
        shop.Clock.Now = ParisTime.EndOf(Shop.Day);
        await shop.RefundAsync(paid, Money.Eur(10_00), TicketChoice.Sms, Client);

        await night.RunAsync(shop.Clock.Now);

        Assert.Equal(["ANNULATION", "CREDIT", "DEBIT"], post.Messages.SelectMany(static message => message.Lines).Where(static line => line is "ANNULATION" or "CREDIT" or "DEBIT").Order(StringComparer.Ordinal));
        Assert.Equal(3, (await shop.EventsAsync()).OfType<TransactionEvent.TicketSent>().Count());
    }

    [Fact]
    [Rule("R078")]
    public async Task A_cancellations_ticket_goes_where_it_was_chosen_to_go_and_not_where_the_payments_went()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        var other = new ContactRef(Shop.Id(71));
        post.Contacts[other] = new Contact(ContactKind.Phone, "+33639980001");
        await shop.CancelAsync(await shop.PayAsync(ticket: TicketChoice.Email, contact: Client));
        await shop.CancelAsync(await shop.PayAsync(), ticket: TicketChoice.Sms, contact: other);

        await night.RunAsync(shop.Clock.Now);

        Assert.Equal(
            [("ANNULATION", "+33639980001"), ("DEBIT", "client@example.org")],
            post.Messages.Select(static message => (message.Lines.Single(static line => line is "ANNULATION" or "DEBIT"), message.Contact.Address)).Order());
        var sent = (await shop.EventsAsync()).OfType<TransactionEvent.TicketSent>().Single(static e => e.Kind == TicketKind.Cancellation);
        Assert.Equal(TicketChoice.Sms, sent.Channel);
        Assert.Empty(night.Store.Scan("tickets", "", 10));
    }

    [Fact]
    [Rule("R064")]
    public async Task An_approval_that_is_reversed_gives_a_ticket_that_nothing_is_due_and_one_that_never_was_gives_none()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        var torn = await shop.AskAsync(ticket: TicketChoice.Email, contact: Client);
        await shop.Do(torn, new RecordApproval(Shop.ExchangeOf(torn), Money.Eur(42_00), Shop.Code, ResponseCode.Ok, shop.Clock.Now));
        await shop.Do(torn, new Abort(AbortReason.CardRemovedEarly, shop.Clock.Now));
        await Shop.Accepted(shop.Do(torn, new RecordReversed(Shop.ExchangeOf(torn), true, shop.Clock.Now)));
        var partial = await shop.AskAsync(ticket: TicketChoice.Email, contact: Client);
        await shop.Do(partial, new RecordApproval(Shop.ExchangeOf(partial), Money.Eur(1_00), Shop.Code, ResponseCode.Ok, shop.Clock.Now));
        await Shop.Accepted(shop.Do(partial, new RecordReversed(Shop.ExchangeOf(partial), true, shop.Clock.Now)));

        await night.RunAsync(shop.Clock.Now);

        Assert.Contains("ABANDON", Assert.Single(post.Messages).Lines);
    }

    [Fact]
    public async Task A_carrier_that_fails_is_tried_again_with_the_same_id_and_then_given_up()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        post.Answer = static attempt => attempt == 2 ? throw new IOException("cable") : new TicketDelivery.Failed("no");
        await shop.PayAsync(ticket: TicketChoice.Email, contact: Client);

        for (var minute = 0; minute < 60; minute++) await night.RunAsync(shop.Clock.Now + Duration.FromMinutes(1));

        Assert.Equal(new TicketOptions().AttemptsMax, post.Messages.Count);
        Assert.Single(post.Messages.Select(static message => message.Id).Distinct());
        var failed = Assert.Single((await shop.EventsAsync()).OfType<TransactionEvent.TicketFailed>());
        Assert.Equal((TicketKind.Payment, TicketFailure.CarrierFailed), (failed.Kind, failed.Reason));
        Assert.Single(night.Failures);
    }

    [Fact]
    public async Task A_carrier_that_recovers_gets_the_ticket_through()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        post.Answer = static attempt => attempt < 3 ? new TicketDelivery.Failed("no") : new TicketDelivery.Sent("third");
        await shop.PayAsync(ticket: TicketChoice.Email, contact: Client);

        for (var minute = 0; minute < 10; minute++) await night.RunAsync(shop.Clock.Now + Duration.FromMinutes(1));

        Assert.Equal("third", Assert.Single((await shop.EventsAsync()).OfType<TransactionEvent.TicketSent>()).CarrierMessageId);
        Assert.Equal(3, post.Messages.Count);
    }

    [Fact]
    public async Task A_client_who_was_forgotten_gets_nothing_and_that_is_recorded()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        await shop.PayAsync(ticket: TicketChoice.Email, contact: Client);
        post.Contacts.Clear();

        await night.RunAsync(shop.Clock.Now);

        Assert.Empty(post.Messages);
        Assert.Equal(TicketFailure.ContactErased, Assert.Single((await shop.EventsAsync()).OfType<TransactionEvent.TicketFailed>()).Reason);
    }

    [Fact]
    [Rule("E32"), Rule("E34")]
    public async Task A_crash_between_sending_and_recording_sends_the_same_ticket_again_and_records_it_once()
    {
        var (shop, night, post) = await OpenAsync();
        await using var _ = shop;
        await shop.PayAsync(ticket: TicketChoice.Email, contact: Client);
        night.Restart(new BreakingEngine(shop.Engine, breaksAt: 1, after: true));
        await night.RunAsync(shop.Clock.Now);
        night.Restart(new BreakingEngine(shop.Engine, breaksAt: 1, after: false));
        await night.RunAsync(shop.Clock.Now);
        night.Restart();
        await night.RunAsync(shop.Clock.Now + Duration.FromMinutes(10));

        Assert.Single(post.Messages.Select(static message => message.Id).Distinct());
        Assert.Single((await shop.EventsAsync()).OfType<TransactionEvent.TicketSent>());
        Assert.Empty(night.Store.Scan("tickets", "", 10));
    }

    [Fact]
    public void A_message_prints_no_address()
    {
        var message = new TicketMessage(Shop.Id(1), new Contact(ContactKind.Email, "client@example.org"), "ticket", [], "fr");

        Assert.DoesNotContain("client@", message.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(Shop Shop, Night Night, Post Post)> OpenAsync()
    {
        var shop = new Shop();
        await shop.OpenAsync();
        var post = new Post();
        post.Contacts[Client] = new Contact(ContactKind.Email, "client@example.org");
        return (shop, new Night(shop, engine => new TicketProcess(engine, post, post, new TicketOptions())), post);
    }

    /// <summary>A carrier and an address book that the test holds in its hand.</summary>
    private sealed class Post : ITicketSender, IContactVault
    {
        public ConcurrentQueue<TicketMessage> Messages { get; } = [];

        public ConcurrentDictionary<ContactRef, Contact> Contacts { get; } = [];

        /// <summary>By attempt, from 1.</summary>
        public Func<int, TicketDelivery>? Answer { get; set; }

        public ValueTask<TicketDelivery> SendAsync(TicketMessage message, CancellationToken cancellation)
        {
            Messages.Enqueue(message);
            return new(Answer?.Invoke(Messages.Count) ?? new TicketDelivery.Sent($"post-{message.Id:N}"));
        }

        public ValueTask KeepAsync(ContactRef reference, Contact contact, Instant now, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<Contact?> ReadAsync(ContactRef reference, CancellationToken cancellation) => new(Contacts.GetValueOrDefault(reference));

        public ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
