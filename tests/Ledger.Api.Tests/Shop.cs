using System.Globalization;
using Ledger.Contracts.V1;
using Ledger.Vault;

namespace Ledger.Api.Tests;

/// <summary>One invented merchant with a terminal and an activated phone, set up through the API by the bank.</summary>
public sealed class Shop
{
    public static readonly CardInput Card = new(
        "tok_original_1", "1234", CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB", "PAR0001");

    public static readonly PresentedCard Presented = new("tok_original_1", CardBrand.Cb, "PAR0001");

    public static readonly string CardData = Convert.ToBase64String([1, 2, 3, 4]);

    private static int _count;

    private int _sales;

    private Shop(ApiServer server, string merchant, string serial, CredentialsReply credentials, Caller device, string deviceId) =>
        (Server, Merchant, Serial, Credentials, Device, DeviceId) = (server, merchant, serial, credentials, device, deviceId);

    public ApiServer Server { get; }

    public string Merchant { get; }

    public string Serial { get; }

    public CredentialsReply Credentials { get; }

    public string Identifier => Credentials.Identifier;

    public Caller Device { get; }

    public string DeviceId { get; }

    public static Acceptor Acceptor { get; } = new("BOULANGERIE DEMO", "75009 PARIS", "1234567", "30003", "12345678200010");

    public static PriceList Prices { get; } = new(
        new DateOnly(2026, 1, 1),
        99_000,
        200,
        0,
        [
            new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500),
            new Rate(CardBrand.Visa, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500),
        ]);

    public static RequestContract Contract(string merchant) =>
        new(merchant, "Boulangerie Demo SARL", Acceptor, "FR00DEMO0001", CalendarName.FranceAndT2, Prices, false, [CardBrand.Cb, CardBrand.Visa]);

    /// <summary>One of the bank's people.</summary>
    public static async Task<Caller> StaffAsync(ApiServer server, StaffRole role, string name = "someone")
    {
        var token = await server.Credentials.IssueStaffTokenAsync(new StaffGrant($"{name}-{role}", role, server.Clock.Now), default);
        return new Caller(server.Http, token, $"staff-{name}-{role}-{Interlocked.Increment(ref _count)}");
    }

    public static async Task<Shop> OpenAsync(ApiServer server)
    {
        var number = Interlocked.Increment(ref _count);
        var bank = await StaffAsync(server, StaffRole.Bank, $"bank-{number}");
        var merchant = string.Create(CultureInfo.InvariantCulture, $"shop-{number}");
        var serial = string.Create(CultureInfo.InvariantCulture, $"MP200A{number:0000}");
        (await bank.PostAsync("/v1/bank/contracts", Contract(merchant))).Read<DoneReply>();
        (await bank.PostAsync($"/v1/bank/contracts/{merchant}/accept", new AcceptContract())).Read<DoneReply>();
        (await bank.PostAsync("/v1/bank/terminals", new RegisterTerminal(serial, "MP200", AcceptanceCountry.France, (number % 999) + 1))).Read<DoneReply>();
        var credentials = (await bank.PostAsync($"/v1/bank/merchants/{merchant}/credentials", new SetCredentials($"id.{number:0000}"))).Read<CredentialsReply>();
        var anonymous = new Caller(server.Http, null, $"activation-{number}");
        var activated = (await anonymous.PostAsync("/v1/activation", new ActivationRequest(credentials.Identifier, credentials.Password, serial, LinkedSerial: serial))).Read<ActivationReply>();
        return new Shop(server, merchant, serial, credentials, new Caller(server.Http, activated.DeviceToken, $"device-{number}"), activated.DeviceId);
    }

    /// <summary>What its merchant sends to activate a phone, with the terminal connected.</summary>
    public ActivationRequest Activation() => new(Identifier, Credentials.Password, Serial, LinkedSerial: Serial);

    public static Money Eur(long cents) => new(cents, "EUR");

    public string NewSale() => new Guid(Interlocked.Increment(ref _sales), 1, 1, [1, 2, 3, 4, 5, 6, 7, 8]).ToString("D");

    public CreatePayment NewPayment(long cents) => new(NewSale(), Eur(cents), TicketChoice.Paper, LinkedSerial: Serial);

    public async Task<TransactionView> StartAsync(long cents) => (await Device.PostAsync("/v1/payments", NewPayment(cents))).Read<TransactionView>();

    public async Task<TransactionView> AuthoriseAsync(long cents, CardInput? card = null)
    {
        var started = await StartAsync(cents);
        return (await Device.PostAsync($"/v1/payments/{started.Id}/authorise", new AuthorisePayment(card ?? Card, CardData))).Read<TransactionView>();
    }

    /// <summary>A whole payment, to « Encaissement accepté ».</summary>
    public async Task<TransactionView> PayAsync(long cents, CardInput? card = null)
    {
        var approved = await AuthoriseAsync(cents, card);
        return (await Device.PostAsync($"/v1/payments/{approved.Id}/complete", Confirmation(approved))).Read<TransactionView>();
    }

    public static CompletePayment Confirmation(TransactionView approved) => new(CardholderVerification.Pin, approved.ExchangeId!, "A1B2C3D4E5F60718", approved.Number);

    public Task<Answer> CancelAsync(TransactionView payment, long? cents = null, string? code = null, PresentedCard? card = null, string? key = null) =>
        Device.PostAsync($"/v1/payments/{payment.Id}/cancel", new CancelPayment(Eur(cents ?? payment.Amount.Amount), code ?? Credentials.SecurityCode, TicketChoice.Paper, card ?? Presented), key);

    public Task<Answer> RefundAsync(TransactionView payment, long cents, string? code = null, PresentedCard? card = null, string? key = null) =>
        Device.PostAsync($"/v1/payments/{payment.Id}/refunds", new RefundPayment(Eur(cents), card ?? Presented, code ?? Credentials.SecurityCode, TicketChoice.Paper), key);

    public async Task<TransactionView> ReadAsync(string id) => (await Device.GetAsync($"/v1/payments/{id}")).Read<TransactionView>();

    /// <summary>A six-digit code that is not the merchant's.</summary>
    public string WrongCode => Credentials.SecurityCode == "000000" ? "000001" : "000000";
}
