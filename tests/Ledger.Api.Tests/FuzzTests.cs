using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Contracts.V1;
using Ledger.Testing;
using Ledger.Vault;

namespace Ledger.Api.Tests;

/// <summary>Every endpoint that the server lists, with all kinds of nonsense: always a 4xx problem, never a 5xx, and nothing is appended.</summary>
public class FuzzTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const int RandomBodiesPerEndpoint = 12;

    private static readonly string[] Bodies =
    [
        "", " ", "null", "[]", "0", "\"text\"", "true", "{", "}", "{\"", "{]", "{\"a\":}", "{'a':1}", "NaN", "{}{}", "// {}", "\uFEFF", "\0", "\\ud800",
        """{"amount":{"amount":1,"currency":"EUR"}}""",
        """{"saleId":1,"amount":"1","ticket":{},"contact":[]}""",
        """{"amount":{"amount":99999999999999999999,"currency":"EUR"},"securityCode":123456}""",
        """{"saleId":"\ud800","ticket":"\udfff","reason":"\u0000","stage":"","kind":"payment","copy":"both"}""",
        """{"__proto__":{},"$type":"System.Object","$ref":"1","constructor":1}""",
        """{"reason":"stolen","reason":"lost"}""",
        new string('[', 5_000),
        "{\"a\":" + new string('1', 10_000) + "}",
    ];

    private static readonly string[] Queries = ["?x=1", "?cursor=%00", "?limit=-1", "?limit=x", "?from=yesterday", "?at=now", "?version=-1", "?atLeastPosition=1e9", "?kind=%F0%9F%92%A9", "?=", "?&&&x", "?cursor=" + "A"];

    private readonly ApiServer _server = fixture.Server;

    [Fact]
    [Rule("E53")]
    public async Task Malformed_bodies_are_refused_at_every_endpoint()
    {
        var callers = await CallersAsync();
        foreach (var endpoint in Endpoints.Of(_server).Where(static e => e.IsPost))
        {
            var caller = callers(endpoint);
            var before = _server.Log.LastPosition;
            foreach (var body in Bodies) await RefusedAsync(caller, endpoint, body, caller.NextKey());
            // What a body without members may hold is fine for an endpoint that asks for none; it still finds nobody of that name.
            await RefusedAsync(caller, endpoint, """{"unknownMember":true}""", caller.NextKey());
            Assert.Equal(before, _server.Log.LastPosition);
        }
    }

    [Fact]
    public async Task Random_bodies_are_refused_at_every_endpoint()
    {
        var callers = await CallersAsync();
        var endpoints = Endpoints.Of(_server).Where(static e => e.IsPost).ToArray();
        var before = _server.Log.LastPosition;
        Prop.ForAll(Json().ToArbitrary(), body =>
        {
            foreach (var endpoint in endpoints) RefusedAsync(callers(endpoint), endpoint, body, callers(endpoint).NextKey()).GetAwaiter().GetResult();
            return _server.Log.LastPosition == before;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(RandomBodiesPerEndpoint));
    }

    [Fact]
    public async Task Other_media_types_methods_and_huge_bodies_are_refused_at_every_endpoint()
    {
        var callers = await CallersAsync();
        var before = _server.Log.LastPosition;
        foreach (var endpoint in Endpoints.Of(_server))
        {
            var caller = callers(endpoint);
            (await caller.SendAsync(HttpMethod.Delete, endpoint.Example, null, null)).IsProblem(HttpStatusCode.MethodNotAllowed, ProblemCodes.Request.MethodNotAllowed);
            if (!endpoint.IsPost) continue;
            // Bulk commands have a bound of their own, and tests of it: SwitchFuzzTests.
            if (endpoint.Policy != "switch")
            {
                var huge = await RefusedAsync(caller, endpoint, "{\"a\":\"" + new string('x', ApiLimits.BodyLengthMax) + "\"}", caller.NextKey());
                Assert.Equal((HttpStatusCode.RequestEntityTooLarge, ProblemCodes.Request.BodyTooLarge), (huge.Status, huge.Problem.Code));
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Example) { Content = new StringContent("a=b", Encoding.UTF8, "text/plain") };
            request.Headers.TryAddWithoutValidation("Idempotency-Key", caller.NextKey());
            if (caller.Token is { } token) request.Headers.Authorization = new("Bearer", token);
            using var response = await _server.Http.SendAsync(request);
            Assert.Equal((HttpStatusCode.UnsupportedMediaType, Problem.MediaType), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }

        Assert.Equal(before, _server.Log.LastPosition);
    }

    [Fact]
    public async Task Wrong_queries_and_cursors_are_refused_at_every_reading_endpoint()
    {
        var callers = await CallersAsync();
        foreach (var endpoint in Endpoints.Of(_server).Where(static e => !e.IsPost))
        {
            foreach (var query in Queries)
            {
                var answer = await callers(endpoint).GetAsync(endpoint.Example + query);
                Assert.InRange((int)answer.Status, 400, 499);
                Assert.NotEmpty(answer.Problem.Code);
            }
        }
    }

    [Fact]
    public async Task Random_paths_are_not_found()
    {
        var shop = await Shop.OpenAsync(_server);
        foreach (var path in new[] { "/", "/v1", "/v1/", "/v2/payments", "/v1/paymentsx", "/v1/payments/1/2/3", "/v1/%2e%2e/x", "/admin", "/openapi/v2.json", "/docs", "/v1/bank", "/v1//payments" })
        {
            var answer = await shop.Device.GetAsync(path);
            Assert.InRange((int)answer.Status, 400, 499);
            Assert.NotEmpty(answer.Problem.Code);
        }
    }

    [Fact]
    [Rule("I11")]
    [Rule("E22")]
    public async Task A_used_key_with_another_body_is_refused_at_every_endpoint_that_records()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(1_000);
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank);
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        var key = bank.NextKey();
        (Caller Caller, string Path, string One, string Other)[] pairs =
        [
            (shop.Device, $"/v1/payments/{paid.Id}/progress", """{"stage":"cardRead"}""", """{"stage":"awaitingPin"}"""),
            (shop.Device, $"/v1/payments/{paid.Id}/abort", """{"reason":"networkLost"}""", """{"reason":"cancelledByClient"}"""),
            (shop.Device, $"/v1/payments/{paid.Id}/ticket/reissue", """{"kind":"payment","copy":"client"}""", """{"kind":"payment","copy":"merchant"}"""),
            (bank, $"/v1/bank/contracts/{shop.Merchant}/refuse", """{"reason":"one"}""", """{"reason":"two"}"""),
            (bank, $"/v1/bank/contracts/{shop.Merchant}/account", """{"account":"FR00DEMO0009"}""", """{"account":"FR00DEMO0008"}"""),
            (bank, "/v1/bank/terminals", """{"serial":"MP300A0001","model":"MP300","country":"france","terminalNumber":7}""", """{"serial":"MP300A0001","model":"MP300","country":"monaco","terminalNumber":7}"""),
            (bank, $"/v1/bank/merchants/{shop.Merchant}/letters", """{"letter":"identifier"}""", """{"letter":"password"}"""),
            (bank, $"/v1/bank/merchants/{shop.Merchant}/credentials", $$"""{"identifier":"{{shop.Identifier}}"}""", """{"identifier":"other.one"}"""),
            (assistance, $"/v1/assistance/terminals/{shop.Serial}/block", """{"reason":"lost"}""", """{"reason":"stolen"}"""),
            (assistance, $"/v1/assistance/merchants/{shop.Merchant}/unlock", """{"credential":"password"}""", """{"credential":"securityCode"}"""),
            (assistance, $"/v1/assistance/cards/tok_fuzz_{shop.Merchant}/opposition", """{"reason":"lost"}""", """{"reason":"stolen"}"""),
        ];
        foreach (var (caller, path, one, other) in pairs)
        {
            key = caller.NextKey();
            var first = await caller.PostTextAsync(path, one, key);
            Assert.True((int)first.Status < 500, first.Body);
            var position = _server.Log.LastPosition;
            (await caller.PostTextAsync(path, other, key)).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Idempotency.KeyReused);
            Assert.Equal(position, _server.Log.LastPosition);
        }
    }

    private static async Task<Answer> RefusedAsync(Caller caller, Endpoint endpoint, string body, string key)
    {
        var answer = await caller.PostTextAsync(endpoint.Example, body, key);
        Assert.True((int)answer.Status is >= 400 and < 500, $"{endpoint.Method} {endpoint.Template} with {body[..Math.Min(80, body.Length)]}: {(int)answer.Status} {answer.Body}");
        Assert.NotEmpty(answer.Problem.Code);
        return answer;
    }

    private async Task<Func<Endpoint, Caller>> CallersAsync()
    {
        var shop = await Shop.OpenAsync(_server);
        var anonymous = new Caller(_server.Http, null, $"fuzz-{shop.Merchant}");
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank);
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        var auditor = await Shop.StaffAsync(_server, StaffRole.Auditor);
        var bulk = await Shop.StaffAsync(_server, StaffRole.Switch);
        return endpoint => endpoint.Policy switch
        {
            "bank" => bank,
            "assistance" => assistance,
            "auditor" => auditor,
            "switch" => bulk,
            null => anonymous,
            _ => shop.Device,
        };
    }

    /// <summary>Objects with names that our requests have, and values of any kind; never a well-formed request.</summary>
    private static Gen<string> Json()
    {
        var name = Gen.Elements("saleId", "amount", "currency", "ticket", "contact", "email", "stage", "reason", "card", "token", "securityCode", "identifier", "password", "rates", "x", "");
        var leaf = Gen.Elements("1", "-1", "1.5", "null", "true", "\"\"", "\"EUR\"", "\"paper\"", "[]", "{}", "\"\\u0000\"", "1e400", "\"é€😀\"");
        var member = from n in name from l in leaf select $"\"{n}\":{l}";
        return from members in Gen.NonEmptyListOf(member)
               from nested in leaf
               select $"{{{string.Join(",", members.Take(20))},\"nested\":{{\"x\":{nested}}}}}";
    }
}
