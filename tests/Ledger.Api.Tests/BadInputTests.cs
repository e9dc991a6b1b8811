using System.Net;
using Ledger.Contracts.V1;
using Ledger.Testing;
using Ledger.Vault;
using Contact = Ledger.Contracts.V1.Contact;

namespace Ledger.Api.Tests;

/// <summary>Each wrong request gets a clear error and changes nothing.</summary>
public class BadInputTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Theory]
    [InlineData(0, "EUR", ProblemCodes.Transaction.AmountOutOfRange)]
    [InlineData(-1, "EUR", ProblemCodes.Transaction.AmountOutOfRange)]
    [InlineData(long.MinValue, "EUR", ProblemCodes.Transaction.AmountOutOfRange)]
    [InlineData(150_001, "EUR", ProblemCodes.Transaction.AmountOutOfRange)]
    [InlineData(long.MaxValue, "EUR", ProblemCodes.Transaction.AmountOutOfRange)]
    [InlineData(1_000, "USD", ProblemCodes.Transaction.CurrencyNotAccepted)]
    [InlineData(1_000, "eur", ProblemCodes.Transaction.CurrencyNotAccepted)]
    [InlineData(1_000, "", ProblemCodes.Transaction.CurrencyNotAccepted)]
    [Rule("R029")]
    [Rule("R031")]
    [Rule("E53")]
    public async Task Amounts_out_of_range_and_other_currencies_are_refused_before_any_card(long cents, string currency, string code)
    {
        var shop = await Shop.OpenAsync(_server);
        var position = _server.Log.LastPosition;
        (await shop.Device.PostAsync("/v1/payments", shop.NewPayment(1) with { Amount = new Money(cents, currency) })).IsProblem(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal(position, _server.Log.LastPosition);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(150_000)]
    [Rule("R029")]
    public async Task The_least_and_the_greatest_amount_are_taken(long cents)
    {
        var shop = await Shop.OpenAsync(_server);
        Assert.Equal(cents, (await shop.StartAsync(cents)).Amount.Amount);
    }

    [Fact]
    [Rule("R021")]
    public async Task A_payment_starts_only_with_the_devices_own_terminal_connected()
    {
        var (shop, other) = (await Shop.OpenAsync(_server), await Shop.OpenAsync(_server));
        var (sale, position) = (shop.NewPayment(1_000), _server.Log.LastPosition);

        (await shop.Device.PostAsync("/v1/payments", sale with { LinkedSerial = null })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Terminal.NotLinked);
        (await shop.Device.PostAsync("/v1/payments", sale with { LinkedSerial = other.Serial })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Terminal.SerialDiffers);
        (await shop.Device.PostAsync("/v1/payments", sale with { LinkedSerial = "not a serial" })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid);
        Assert.Equal(position, _server.Log.LastPosition);

        // Once it is linked, the same sale starts.
        Assert.Equal(HttpStatusCode.Created, (await shop.Device.PostAsync("/v1/payments", sale)).Status);
    }

    [Theory]
    [InlineData("1500,01")]
    [InlineData("\"1500\"")]
    [InlineData("15.00")]
    [InlineData("1e3")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("1 500")]
    [Rule("E53")]
    [Rule("E104")]
    public async Task An_amount_is_an_integer_and_nothing_else(string amount)
    {
        var shop = await Shop.OpenAsync(_server);
        (await shop.Device.PostTextAsync("/v1/payments", $$"""{"saleId":"{{shop.NewSale()}}","amount":{"amount":{{amount}},"currency":"EUR"},"ticket":"paper"}"""))
            .IsProblem(HttpStatusCode.BadRequest, ProblemCodes.Request.Malformed);
    }

    [Fact]
    [Rule("R022")]
    [Rule("R023")]
    [Rule("R060")]
    public async Task A_contact_comes_with_an_electronic_ticket_and_only_then()
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewPayment(500);
        (CreatePayment Request, string Code)[] wrong =
        [
            (sale with { Contact = new Contact(Email: "a@example.org") }, ProblemCodes.Transaction.ContactNotWanted),
            (sale with { Ticket = TicketChoice.Email }, ProblemCodes.Transaction.ContactMissing),
            (sale with { Ticket = TicketChoice.Sms, Contact = new Contact(Email: "a@example.org") }, ProblemCodes.Transaction.ContactMissing),
            (sale with { Ticket = TicketChoice.Email, Contact = new Contact("a@example.org", "+33600000000") }, ProblemCodes.Request.Invalid),
            (sale with { Ticket = TicketChoice.Email, Contact = new Contact(Email: "not an address canary") }, ProblemCodes.Request.Invalid),
            (sale with { Ticket = TicketChoice.Sms, Contact = new Contact(Phone: "0600000000") }, ProblemCodes.Request.Invalid),
        ];
        foreach (var (request, code) in wrong)
        {
            var answer = await shop.Device.PostAsync("/v1/payments", request);
            answer.IsProblem(HttpStatusCode.UnprocessableEntity, code);
            Assert.DoesNotContain("canary", answer.Body, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Created, (await shop.Device.PostAsync("/v1/payments", sale with { Ticket = TicketChoice.Sms, Contact = new Contact(Phone: "+33600000000") })).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tok")]
    [Rule("R048")]
    [Rule("I40")]
    public async Task What_could_be_a_card_number_is_taken_nowhere_and_not_repeated(string before)
    {
        var number = before + InventedCard.Number();
        var shop = await Shop.OpenAsync(_server);
        var started = await shop.StartAsync(500);
        CardInput[] cards = [Shop.Card with { Token = number }, Shop.Card with { Account = number }, Shop.Card with { ApplicationLabel = number }, Shop.Card with { LastFour = number }];
        foreach (var card in cards)
        {
            var answer = await shop.Device.PostAsync($"/v1/payments/{started.Id}/authorise", new AuthorisePayment(card, Shop.CardData));
            answer.IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid);
            Assert.DoesNotContain(number, answer.Body, StringComparison.Ordinal);
        }

        Assert.Equal(started.Version, (await shop.ReadAsync(started.Id)).Version);
    }

    [Fact]
    public async Task Card_data_is_base64_of_a_bounded_length()
    {
        var shop = await Shop.OpenAsync(_server);
        var started = await shop.StartAsync(500);
        foreach (var data in new[] { "", "not base64!", Convert.ToBase64String(new byte[4_097]) })
        {
            (await shop.Device.PostAsync($"/v1/payments/{started.Id}/authorise", new AuthorisePayment(Shop.Card, data))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid);
        }

        Assert.Equal(TransactionStatus.Approved, (await shop.Device.PostAsync($"/v1/payments/{started.Id}/authorise", new AuthorisePayment(Shop.Card, Convert.ToBase64String(new byte[4_096])))).Read<TransactionView>().Status);
    }

    [Fact]
    [Rule("R030")]
    [Rule("R032")]
    [Rule("R047")]
    public async Task Brands_stripes_and_confirmations_that_the_contract_does_not_take_are_refused()
    {
        var shop = await Shop.OpenAsync(_server);
        var started = await shop.StartAsync(500);
        var path = $"/v1/payments/{started.Id}/authorise";
        (await shop.Device.PostAsync(path, new AuthorisePayment(Shop.Card with { Brand = CardBrand.Mastercard }, Shop.CardData))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.BrandNotAccepted);
        (await shop.Device.PostAsync(path, new AuthorisePayment(Shop.Card with { EntryMode = EntryMode.MagneticStripe }, Shop.CardData))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.EntryModeNotAccepted);
        (await shop.Device.PostTextAsync(path, """{"card":{"entryMode":"contactless"},"cardData":"AA=="}""")).IsProblem(HttpStatusCode.BadRequest, ProblemCodes.Request.Malformed);

        var approved = (await shop.Device.PostAsync(path, new AuthorisePayment(Shop.Card, Shop.CardData))).Read<TransactionView>();
        (await shop.Device.PostAsync($"/v1/payments/{started.Id}/complete", new CompletePayment(CardholderVerification.SignatureOnScreen, approved.ExchangeId!)))
            .IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.ConfirmationMissing);
    }

    [Fact]
    [Rule("E67")]
    public async Task Steps_that_the_state_does_not_allow_are_refused_and_the_state_is_named()
    {
        var shop = await Shop.OpenAsync(_server);
        var started = await shop.StartAsync(500);
        var position = _server.Log.LastPosition;
        var some = Shop.Confirmation(started with { ExchangeId = "019207f0a1b2c3d4e5f60718293a4b5c" });
        var complete = await shop.Device.PostAsync($"/v1/payments/{started.Id}/complete", some);
        complete.IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.WrongState);
        Assert.Equal("awaitingCard", complete.Problem.Detail);
        Assert.Equal(position, _server.Log.LastPosition);

        var other = await Shop.OpenAsync(_server);
        var declined = await other.AuthoriseAsync(1_051);
        var refund = await other.RefundAsync(declined, 100);
        refund.IsProblem(HttpStatusCode.Conflict, ProblemCodes.Transaction.WrongState);
        Assert.Equal("declined", refund.Problem.Detail);
        (await shop.Device.PostAsync($"/v1/payments/{started.Id}/abort", new AbortPayment(AbortReason.TimedOut))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid);
    }

    [Fact]
    [Rule("R008")]
    [Rule("R033")]
    public async Task Unknown_terminals_merchants_and_transactions_are_not_found()
    {
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank);
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        var shop = await Shop.OpenAsync(_server);
        var position = _server.Log.LastPosition;
        foreach (var serial in new[] { "NOBODY01", "no such form" })
        {
            (await assistance.PostAsync($"/v1/assistance/terminals/{serial}/block", new BlockTerminal(BlockReason.Lost))).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Terminal.NotRegistered);
        }

        foreach (var merchant in new[] { "nobody-1", "NO SUCH FORM" })
        {
            (await bank.PostAsync($"/v1/bank/contracts/{merchant}/accept", new AcceptContract())).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Merchant.NotRequested);
            (await bank.PostAsync($"/v1/bank/merchants/{merchant}/credentials", new SetCredentials("some.body"))).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Merchant.NotRequested);
        }

        foreach (var id in new[] { "nonsense", "00000000000000000000000000000000", "019207f0a1b2c3d4e5f60718293a4b5c", "%F0%9F%92%A9", "..%2f..%2fetc" })
        {
            (await shop.Device.GetAsync($"/v1/payments/{id}")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Transaction.NotRequested);
        }

        (await bank.PostTextAsync("/v1/bank/terminals", """{"serial":"MP200X0001","model":"MP200","country":"belgium","terminalNumber":1}""")).IsProblem(HttpStatusCode.BadRequest, ProblemCodes.Request.Malformed);
        (await bank.PostAsync("/v1/bank/terminals", new RegisterTerminal("MP200X0001", "MP200", AcceptanceCountry.Monaco, 1_000))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Terminal.FactsInvalid);
        Assert.Equal(position, _server.Log.LastPosition);
    }

    [Fact]
    [Rule("R005")]
    [Rule("R007")]
    [Rule("R110")]
    [Rule("R111")]
    [Rule("R112")]
    [Rule("R113")]
    public async Task A_contract_is_asked_for_accepted_changed_and_terminated_by_the_bank()
    {
        var shop = await Shop.OpenAsync(_server);
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank);
        var path = $"/v1/bank/contracts/{shop.Merchant}";
        (await bank.PostAsync("/v1/bank/contracts", Shop.Contract("bad-siret") with { Acceptor = Shop.Acceptor with { Siret = "12345678200011" } }))
            .IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Merchant.FactsInvalid);
        (await bank.PostAsync("/v1/bank/contracts", Shop.Contract(shop.Merchant) with { LegalName = "Other" })).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Merchant.AlreadyRequested);
        (await bank.PostAsync($"{path}/refuse", new RefuseContract("Too late"))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Merchant.AlreadyAccepted);
        (await bank.PostAsync($"{path}/prices", Shop.Prices with { Rates = [Shop.Prices.Rates[0] with { InterchangePerMillion = 2_001 }] })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Merchant.PricesInvalid);
        (await bank.PostAsync($"{path}/prices", Shop.Prices with { MonthlyFee = 1 })).Read<DoneReply>();
        (await bank.PostAsync($"{path}/acceptor", Shop.Acceptor with { TradeName = "NOUVELLE ENSEIGNE" })).Read<DoneReply>();
        (await bank.PostAsync($"{path}/account", new ChangeAccount("FR00DEMO0002"))).Read<DoneReply>();
        Assert.Equal("NOUVELLE ENSEIGNE", (await shop.Device.GetAsync("/v1/me")).Read<MeReply>().TradeName);

        var now = _server.Clock.Now.ToDateTimeOffset();
        (await bank.PostAsync($"{path}/termination", new TerminateContract("RL-1", now.AddDays(1)))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Merchant.ReceivedInTheFuture);
        (await bank.PostAsync($"{path}/termination", new TerminateContract("", now))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Merchant.ProofMissing);
        (await bank.PostAsync($"{path}/termination", new TerminateContract("RL-1", now))).Read<DoneReply>();
        Assert.Equal(new DateTimeOffset(2026, 3, 31, 22, 0, 0, TimeSpan.Zero), (await shop.Device.GetAsync("/v1/me")).Read<MeReply>().ContractUntil);
        Assert.Equal(TransactionStatus.Completed, (await shop.PayAsync(100)).Status);
        (await bank.PostAsync($"{path}/accept", new AcceptContract())).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Merchant.ContractTerminated);
    }

    [Fact]
    [Rule("R096")]
    [Rule("I27")]
    public async Task The_passwords_letter_waits_for_the_identifiers()
    {
        var shop = await Shop.OpenAsync(_server);
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank);
        var path = $"/v1/bank/merchants/{shop.Merchant}/letters";
        (await bank.PostAsync(path, new SendLetter(CredentialLetter.Password))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Merchant.IdentifierNotSent);
        (await bank.PostAsync(path, new SendLetter(CredentialLetter.Identifier))).Read<DoneReply>();
        (await bank.PostAsync(path, new SendLetter(CredentialLetter.Password))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Merchant.PasswordLetterTooEarly);
    }

    [Fact]
    public async Task Two_merchants_cannot_have_one_identifier()
    {
        var (one, two) = (await Shop.OpenAsync(_server), await Shop.OpenAsync(_server));
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank);
        (await bank.PostAsync($"/v1/bank/merchants/{two.Merchant}/credentials", new SetCredentials(one.Identifier))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Credentials.IdentifierTaken);
        (await bank.PostAsync($"/v1/bank/merchants/{two.Merchant}/credentials", new SetCredentials("é à"))).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid);
    }

    [Fact]
    public async Task Filters_pages_and_positions_are_checked()
    {
        var shop = await Shop.OpenAsync(_server);
        (string Query, HttpStatusCode Status, string Code)[] wrong =
        [
            ("history?unknown=1", HttpStatusCode.BadRequest, ProblemCodes.Request.Malformed),
            ("history?limit=1&limit=2", HttpStatusCode.BadRequest, ProblemCodes.Request.Malformed),
            ("history?limit=0", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("history?limit=201", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("history?from=2026-02-30", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("history?from=2026-03-02&to=2026-03-01", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("history?status=paid", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("history?amountMin=-1", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("history?cursor=nonsense", HttpStatusCode.BadRequest, ProblemCodes.Request.CursorInvalid),
            ("history?cursor=", HttpStatusCode.BadRequest, ProblemCodes.Request.CursorInvalid),
            ("history?atLeastPosition=999999999", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("remittances?cursor=nonsense", HttpStatusCode.BadRequest, ProblemCodes.Request.CursorInvalid),
            ("revenue?period=year", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("revenue?from=2001-01-01&to=2026-01-01", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("originals", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
            ("originals?cardToken=1234567890123456", HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid),
        ];
        foreach (var (query, status, code) in wrong) (await shop.Device.GetAsync($"/v1/{query}")).IsProblem(status, code);
    }
}
