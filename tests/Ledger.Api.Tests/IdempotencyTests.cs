using System.Net;
using Ledger.Contracts.V1;
using Ledger.Testing;

namespace Ledger.Api.Tests;

/// <summary>The same key and body is the same command; another body is a conflict.</summary>
public class IdempotencyTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Fact]
    [Rule("I11")]
    [Rule("E21")]
    [Rule("I33")]
    public async Task A_repeat_gives_the_first_answer_to_the_letter_although_the_payment_has_moved_on()
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewPayment(2_500);
        var created = await shop.Device.PostAsync("/v1/payments", sale, "key-create-0001");
        var id = created.Read<TransactionView>().Id;
        var body = new AuthorisePayment(Shop.Card, Shop.CardData);
        var authorised = await shop.Device.PostAsync($"/v1/payments/{id}/authorise", body, "key-authorise-0001");
        var confirmation = Shop.Confirmation(authorised.Read<TransactionView>());
        var completed = await shop.Device.PostAsync($"/v1/payments/{id}/complete", confirmation, "key-complete-0001");
        var cancelled = await shop.CancelAsync(completed.Read<TransactionView>(), key: "key-cancel-0001");
        var position = _server.Log.LastPosition;

        Answer[] repeats =
        [
            await shop.Device.PostAsync("/v1/payments", sale, "key-create-0001"),
            await shop.Device.PostAsync($"/v1/payments/{id}/authorise", body, "key-authorise-0001"),
            await shop.Device.PostAsync($"/v1/payments/{id}/complete", confirmation, "key-complete-0001"),
            await shop.CancelAsync(completed.Read<TransactionView>(), key: "key-cancel-0001"),
        ];
        Assert.Equal(new[] { created, authorised, completed, cancelled }.Select(static a => (a.Status, a.Body)), repeats.Select(static a => (a.Status, a.Body)));
        Assert.All(repeats, static r => Assert.True(r.WasReplayed));
        Assert.Equal(position, _server.Log.LastPosition);
        Assert.False(created.WasReplayed);
    }

    [Fact]
    [Rule("I11")]
    [Rule("E22")]
    public async Task The_same_key_with_another_body_or_path_is_refused_and_changes_nothing()
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewPayment(2_500);
        var id = (await shop.Device.PostAsync("/v1/payments", sale, "key-reused-0001")).Read<TransactionView>().Id;
        var position = _server.Log.LastPosition;

        (await shop.Device.PostAsync("/v1/payments", sale with { Amount = Shop.Eur(2_501) }, "key-reused-0001")).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Idempotency.KeyReused);
        (await shop.Device.PostAsync($"/v1/payments/{id}/abort", new AbortPayment(AbortReason.CancelledByClient), "key-reused-0001"))
            .IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Idempotency.KeyReused);
        Assert.Equal(position, _server.Log.LastPosition);
        Assert.Equal(2_500, (await shop.ReadAsync(id)).Amount.Amount);
    }

    [Fact]
    [Rule("I11")]
    public async Task How_a_body_is_spaced_and_ordered_does_not_matter()
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewSale();
        var first = await shop.Device.PostTextAsync("/v1/payments", $$"""{"saleId":"{{sale}}","amount":{"amount":300,"currency":"EUR"},"ticket":"paper","linkedSerial":"{{shop.Serial}}"}""", "key-spaces-0001");
        var second = await shop.Device.PostTextAsync("/v1/payments", $$"""{ "ticket" : "paper", "amount" : { "currency":"EUR", "amount":300 }, "linkedSerial" : "{{shop.Serial}}", "saleId":"{{sale}}", "contact": null }""", "key-spaces-0001");

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal((first.Status, first.Body), (second.Status, second.Body));
        Assert.True(second.WasReplayed);
    }

    [Fact]
    [Rule("E20")]
    public async Task A_double_tap_starts_one_payment()
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewPayment(1_200);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Device.PostAsync("/v1/payments", sale, "key-double-tap-1")));

        Assert.Single(answers.Select(static a => (a.Status, a.Body)).Distinct());
        Assert.Equal(HttpStatusCode.Created, answers[0].Status);
    }

    [Fact]
    [Rule("I11")]
    public async Task A_refusal_is_repeated_as_well()
    {
        var shop = await Shop.OpenAsync(_server);
        await shop.StartAsync(100);
        var sale = shop.NewPayment(200);
        var refused = await shop.Device.PostAsync("/v1/payments", sale, "key-refused-0001");
        refused.IsProblem(HttpStatusCode.Conflict, ProblemCodes.Terminal.Busy);

        var again = await shop.Device.PostAsync("/v1/payments", sale, "key-refused-0001");
        Assert.Equal((refused.Status, refused.Body, true), (again.Status, again.Body, again.WasReplayed));
    }

    [Fact]
    public async Task The_same_key_of_another_device_is_another_command()
    {
        var (one, two) = (await Shop.OpenAsync(_server), await Shop.OpenAsync(_server));
        var first = (await one.Device.PostAsync("/v1/payments", one.NewPayment(100), "key-shared-0001")).Read<TransactionView>();
        var second = (await two.Device.PostAsync("/v1/payments", two.NewPayment(100), "key-shared-0001")).Read<TransactionView>();

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal((one.Serial, two.Serial), (first.TerminalSerial, second.TerminalSerial));
    }

    [Fact]
    [Rule("I11")]
    public async Task A_repeat_with_a_contact_gives_the_first_answer_and_keeps_nothing_more()
    {
        var shop = await Shop.OpenAsync(_server);
        var sale = shop.NewPayment(100) with { Ticket = TicketChoice.Email, Contact = new Contact(Email: "one@example.org") };
        var first = await shop.Device.PostAsync("/v1/payments", sale, "key-contact-0001");
        var again = await shop.Device.PostAsync("/v1/payments", sale, "key-contact-0001");

        Assert.Equal((HttpStatusCode.Created, first.Body), (again.Status, again.Body));
    }

    [Theory]
    [InlineData(null, ProblemCodes.Idempotency.KeyMissing)]
    [InlineData("", ProblemCodes.Idempotency.KeyInvalid)]
    [InlineData("short", ProblemCodes.Idempotency.KeyInvalid)]
    [InlineData("with space in it", ProblemCodes.Idempotency.KeyInvalid)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345", ProblemCodes.Idempotency.KeyInvalid)]
    public async Task Every_post_needs_a_usable_key(string? key, string code)
    {
        var shop = await Shop.OpenAsync(_server);
        var answer = await shop.Device.SendAsync(
            HttpMethod.Post, "/v1/payments", $$"""{"saleId":"{{shop.NewSale()}}","amount":{"amount":300,"currency":"EUR"},"ticket":"paper"}""", key);
        answer.IsProblem(HttpStatusCode.BadRequest, code);
    }
}
