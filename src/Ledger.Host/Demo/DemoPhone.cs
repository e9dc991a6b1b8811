using System.Globalization;
using Ledger.Contracts.V1;

namespace Ledger.Host.Demo;

/// <summary>A merchant's phone with its terminal: what the app does, over HTTP. One caller at a time.</summary>
internal sealed class DemoPhone(DemoApi api, DemoTerminal terminal, string token, string securityCode, SeededChance chance)
{
    private const string Currency = "EUR";

    /// <summary>As the terminal would encrypt it for the host; here nothing to hide.</summary>
    private static readonly string CardData = Convert.ToBase64String("demo"u8);

    private int _applicationCounter = 1;

    public DemoTerminal Terminal { get; } = terminal;

    public string Token { get; } = token;

    public async Task<TransactionView> StartAsync(Guid sale, long cents, TicketChoice ticket, CancellationToken cancellation)
    {
        var body = new CreatePayment(sale.ToString("D"), new Money(cents, Currency), ticket, ContactFor(ticket), LinkedSerial: Terminal.Serial);
        return (await api.PostAsync<CreatePayment, TransactionView>(Token, "/v1/payments", body, cancellation)).OrThrow("start a payment");
    }

    public async Task<TransactionView> ReportAsync(string id, CardStage stage, CancellationToken cancellation) =>
        (await api.PostAsync<ReportProgress, TransactionView>(Token, $"/v1/payments/{id}/progress", new ReportProgress(stage), cancellation)).OrThrow("report progress");

    public async Task<TransactionView> AuthoriseAsync(string id, CardInput card, CancellationToken cancellation) =>
        (await api.PostAsync<AuthorisePayment, TransactionView>(Token, $"/v1/payments/{id}/authorise", new AuthorisePayment(card, CardData), cancellation)).OrThrow("authorise");

    public async Task<TransactionView> CompleteAsync(TransactionView approved, CancellationToken cancellation)
    {
        var body = new CompletePayment(CardholderVerification.Pin, approved.ExchangeId ?? "", chance.Next().ToString("X16", CultureInfo.InvariantCulture), _applicationCounter++ & 0xFFFF);
        return (await api.PostAsync<CompletePayment, TransactionView>(Token, $"/v1/payments/{approved.Id}/complete", body, cancellation)).OrThrow("complete");
    }

    public async Task<TransactionView> AbortAsync(string id, AbortReason reason, CancellationToken cancellation) =>
        (await api.PostAsync<AbortPayment, TransactionView>(Token, $"/v1/payments/{id}/abort", new AbortPayment(reason), cancellation)).OrThrow("abort");

    public async Task<TransactionView> ReadAsync(string id, CancellationToken cancellation) =>
        (await api.GetAsync<TransactionView>(Token, $"/v1/payments/{id}", cancellation)).OrThrow("read a payment");

    /// <param name="code">Null for the right one.</param>
    public Task<ApiAnswer<TransactionView>> CancelAsync(TransactionView payment, CardInput card, string? code, CancellationToken cancellation) =>
        api.PostAsync<CancelPayment, TransactionView>(
            Token,
            $"/v1/payments/{payment.Id}/cancel",
            new CancelPayment(payment.Amount, code ?? securityCode, payment.Ticket, new PresentedCard(card.Token, card.Brand, card.Account), ContactFor(payment.Ticket)),
            cancellation);

    public Task<ApiAnswer<TransactionView>> RefundAsync(TransactionView payment, long cents, CardInput card, CancellationToken cancellation) =>
        api.PostAsync<RefundPayment, TransactionView>(
            Token,
            $"/v1/payments/{payment.Id}/refunds",
            new RefundPayment(new Money(cents, Currency), new PresentedCard(card.Token, card.Brand, card.Account), securityCode, TicketChoice.Paper),
            cancellation);

    /// <summary>An invented client's address for the ticket; null for paper.</summary>
    private Contact? ContactFor(TicketChoice ticket) => ticket switch
    {
        TicketChoice.Email => new Contact(Email: string.Create(CultureInfo.InvariantCulture, $"client{chance.Between(1, 99)}@example.org")),
        TicketChoice.Sms => new Contact(Phone: string.Create(CultureInfo.InvariantCulture, $"+3363998{chance.Between(0, 9_999):0000}")),
        TicketChoice.Paper => null,
    };
}
