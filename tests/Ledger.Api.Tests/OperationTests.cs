using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Contracts.V1;
using Ledger.Testing;
using Ledger.Vault;
using Contact = Ledger.Contracts.V1.Contact;

namespace Ledger.Api.Tests;

/// <summary>What an operator relies on: health, limits, headers, languages, silence about secrets.</summary>
public class OperationTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Fact]
    public async Task A_log_that_cannot_be_written_is_503_and_the_same_key_succeeds_afterwards()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        var sale = shop.NewPayment(1_000);
        server.Log.IsDown = true;
        var down = await shop.Device.PostAsync("/v1/payments", sale, "key-disk-full-1");
        down.IsProblem(HttpStatusCode.ServiceUnavailable, ProblemCodes.Server.LogUnavailable);
        Assert.NotNull(down.Headers.RetryAfter);

        server.Log.IsDown = false;
        Assert.Equal(HttpStatusCode.Created, (await shop.Device.PostAsync("/v1/payments", sale, "key-disk-full-1")).Status);
    }

    [Fact]
    public async Task Damage_is_an_incident_without_internals_to_the_merchant_and_a_plain_answer_to_the_auditor()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        var paid = await shop.PayAsync(1_000);
        server.Log.Damaged = EventLog.StreamName.Parse($"transaction-{paid.Id}");

        var merchant = await shop.Device.GetAsync($"/v1/payments/{paid.Id}/events");
        merchant.IsProblem(HttpStatusCode.InternalServerError, ProblemCodes.Server.Error);
        Assert.NotEmpty(merchant.Problem.Incident!);
        Assert.DoesNotContain("damaged", merchant.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(server.Logs.Lines, line => line.Contains(merchant.Problem.Incident!, StringComparison.Ordinal) && line.Contains("is damaged", StringComparison.Ordinal));

        var auditor = await Shop.StaffAsync(server, StaffRole.Auditor);
        var replay = (await auditor.GetAsync($"/v1/audit/streams/transaction-{paid.Id}")).Read<AuditStream>();
        Assert.Equal((false, $"transaction-{paid.Id} is damaged."), (replay.ChainVerified, replay.FirstProblem));
        Assert.False((await auditor.GetAsync("/v1/audit/verification")).Read<VerifyReply>().Intact);
    }

    [Fact]
    [Rule("E91")]
    public async Task Activations_are_throttled_by_address()
    {
        await using var server = await ApiServer.StartAsync(static o => o.ActivationsPerMinuteMax = 3);
        var nobody = new Caller(server.Http, null, "throttled");
        var body = new ActivationRequest("nobody.knows", "some password", "NOBODY01", LinkedSerial: "NOBODY01");
        for (var i = 0; i < 3; i++) (await nobody.PostAsync("/v1/activation", body)).IsProblem(HttpStatusCode.Unauthorized, ProblemCodes.Activation.Refused);

        var throttled = await nobody.PostAsync("/v1/activation", body);
        throttled.IsProblem(HttpStatusCode.TooManyRequests, ProblemCodes.Request.TooMany);
        Assert.InRange(throttled.Problem.RetryAfterSeconds!.Value, 1, 60);
    }

    [Fact]
    public async Task Health_says_what_is_well()
    {
        var nobody = new Caller(_server.Http, null, "health");
        Assert.Equal("ok", (await nobody.GetAsync("/health/live")).Read<HealthReply>().Status);
        var ready = (await nobody.GetAsync("/health/ready")).Read<HealthReply>();
        Assert.Equal(("ok", "ok", "ok", "ok"), (ready.Status, ready.Checks["engine"], ready.Checks["projections"], ready.Checks["live"]));
    }

    [Fact]
    [Rule("I40")]
    [Rule("R048")]
    [Rule("E98")]
    public async Task No_secret_contact_or_card_data_reaches_a_log_line_an_event_or_an_answer()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        const string Address = "canary.client@example.org";
        var blob = Convert.ToBase64String("canary-card-data"u8);
        var sale = shop.NewPayment(1_000) with { Ticket = TicketChoice.Email, Contact = new Contact(Email: Address) };
        var answers = new List<Answer> { await shop.Device.PostAsync("/v1/payments", sale) };
        var id = answers[0].Read<TransactionView>().Id;
        answers.Add(await shop.Device.PostAsync($"/v1/payments/{id}/authorise", new AuthorisePayment(Shop.Card, blob)));
        answers.Add(await shop.Device.PostAsync($"/v1/payments/{id}/complete", Shop.Confirmation(answers[1].Read<TransactionView>())));
        answers.Add(await shop.CancelAsync(answers[2].Read<TransactionView>(), code: "987654"));
        answers.Add(await shop.CancelAsync(answers[2].Read<TransactionView>()));
        answers.Add(await shop.Device.PostTextAsync($"/v1/payments/{id}/cancel", $$"""{"securityCode":987654,"{{Address}}":1}"""));
        answers.Add(await shop.Device.PostTextAsync($"/v1/payments/{id}/cancel", $$"""{"{{Address}}":1}"""));
        answers.Add(await new Caller(server.Http, null, "canary").PostAsync("/v1/activation", shop.Activation() with { Password = "canary password" }));
        answers.Add(await shop.Device.GetAsync($"/v1/payments/{id}/events"));

        string[] canaries = [Address, "example.org", blob, "987654", shop.Credentials.SecurityCode, shop.Credentials.Password, "canary password", shop.Device.Token!];
        var events = await server.Log.ReadAllAsync(0, 10_000, default);
        foreach (var canary in canaries)
        {
            Assert.DoesNotContain(server.Logs.Lines, line => line.Contains(canary, StringComparison.Ordinal));
            Assert.DoesNotContain(answers, answer => answer.Body.Contains(canary, StringComparison.Ordinal));
            Assert.DoesNotContain(events, e => System.Text.Encoding.UTF8.GetString(e.Payload.Span).Contains(canary, StringComparison.Ordinal));
        }

        Assert.NotEmpty(server.Logs.Lines);
    }

    [Fact]
    public async Task Answers_carry_security_headers_and_no_servers_name()
    {
        var nobody = new Caller(_server.Http, null, "headers");
        foreach (var answer in new[] { await nobody.GetAsync("/health/live"), await nobody.GetAsync("/v1/me"), await nobody.GetAsync("/nowhere") })
        {
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Server"));
        }

        Assert.Equal("Bearer", (await nobody.GetAsync("/v1/me")).Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData(null, "fr", "Il n'y a rien ici.")]
    [InlineData("fr-FR", "fr", "Il n'y a rien ici.")]
    [InlineData("en", "en", "There is nothing here.")]
    [InlineData("de, en;q=0.8, fr;q=0.5", "en", "There is nothing here.")]
    [InlineData("nonsense;;q=x", "fr", "Il n'y a rien ici.")]
    public async Task Titles_come_in_the_language_asked_for_and_codes_stay(string? accepted, string language, string title)
    {
        var nobody = new Caller(_server.Http, null, "languages");
        var answer = accepted is null ? await nobody.GetAsync("/nowhere") : await nobody.GetAsync("/nowhere", ("Accept-Language", accepted));
        Assert.Equal((ProblemCodes.Request.NotFound, title), (answer.Problem.Code, answer.Problem.Title));
        Assert.NotEmpty(language);
    }

    [Fact]
    public async Task An_entity_tag_saves_reading_what_did_not_change()
    {
        var shop = await Shop.OpenAsync(_server);
        var started = await shop.StartAsync(1_000);
        var path = $"/v1/payments/{started.Id}";
        var tag = (await shop.Device.GetAsync(path)).Headers.ETag!.ToString();
        Assert.False(tag.StartsWith("W/", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotModified, (await shop.Device.GetAsync(path, ("If-None-Match", tag))).Status);
        Assert.Equal(HttpStatusCode.OK, (await shop.Device.GetAsync(path, ("If-None-Match", tag), ("Accept-Language", "en"))).Status);

        await shop.Device.PostAsync($"{path}/progress", new ReportProgress(CardStage.CardRead));
        Assert.Equal(HttpStatusCode.OK, (await shop.Device.GetAsync(path, ("If-None-Match", tag))).Status);
    }

    [Fact]
    public async Task The_openapi_document_lists_every_endpoint_with_its_key_and_its_enums()
    {
        var nobody = new Caller(_server.Http, null, "openapi");
        var document = JsonNode.Parse((await nobody.GetAsync(LedgerApi.DocumentPath)).Body)!;
        Assert.StartsWith("3.1", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        foreach (var endpoint in Endpoints.Of(_server))
        {
            var operation = document["paths"]?[endpoint.Template]?[endpoint.IsPost ? "post" : "get"];
            Assert.True(operation is not null, $"{endpoint.Method} {endpoint.Template} is missing");
            // Bulk commands have ids of their own.
            Assert.Equal(endpoint.IsPost && endpoint.Policy != "switch", operation["parameters"]?.AsArray().Any(static p => p!["name"]!.GetValue<string>() == "Idempotency-Key") is true);
            Assert.Equal(endpoint.Policy is null, operation["security"] is null);
        }

        var schemas = document["components"]!["schemas"]!;
        Assert.Contains("paper", schemas["TicketChoice"]!["enum"]!.AsArray().Select(static v => v!.GetValue<string>()));
        var bulk = document["paths"]!["/v1/switch/commands"]!["post"]!;
        Assert.Contains("recordApproval", bulk["requestBody"]!["content"]![SwitchCommand.MediaType]!["schema"]!["anyOf"]!.AsArray().Select(static s => s!["properties"]!["kind"]!["enum"]![0]!.GetValue<string>()));
        Assert.Equal(SwitchCommand.MediaType, bulk["responses"]!["200"]!["content"]!.AsObject().Single().Key);
        Assert.Equal("date-time", schemas["TransactionView"]!["properties"]!["requestedAt"]!["format"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_api_page_is_there_only_when_it_is_switched_on()
    {
        await using var server = await ApiServer.StartAsync(static o => o.Docs = true);
        Assert.Equal(HttpStatusCode.OK, (await new Caller(server.Http, null, "docs").GetAsync("/docs/index.html")).Status);
        (await new Caller(_server.Http, null, "docs").GetAsync("/docs/index.html")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Request.NotFound);
    }
}
