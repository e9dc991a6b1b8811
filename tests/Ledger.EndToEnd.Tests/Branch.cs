using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Ledger.Contracts.V1;

namespace Ledger.EndToEnd.Tests;

/// <summary>The bank's desk: opens one contract and activates its phones, through the API.</summary>
internal static class Branch
{
    public const string Merchant = "kill-test";

    private const int AttemptsMax = 60;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    /// <param name="ledger">Where the ledger is, as options of the command.</param>
    public static async Task<IReadOnlyList<(string Token, string Serial)>> ActivateAsync(Uri server, string[] ledger, int phones)
    {
        using var http = Caller(server, await StaffTokenAsync("branch", "bank", ledger));

        await PostAsync<DoneReply>(http, "/v1/bank/contracts", Contract());
        await PostAsync<DoneReply>(http, $"/v1/bank/contracts/{Merchant}/accept", new AcceptContract());
        var letter = await PostAsync<CredentialsReply>(http, $"/v1/bank/merchants/{Merchant}/credentials", new SetCredentials("kill.test"));

        var activated = new List<(string Token, string Serial)>();
        for (var number = 1; number <= phones; number++)
        {
            var serial = $"KILLTEST{number}";
            await PostAsync<DoneReply>(http, "/v1/bank/terminals", new RegisterTerminal(serial, "Test reader", AcceptanceCountry.France, number));
            var reply = await PostAsync<ActivationReply>(http, "/v1/activation", new ActivationRequest(letter.Identifier, letter.Password, serial, LinkedSerial: serial));
            activated.Add((reply.DeviceToken, serial));
        }

        return activated;
    }

    public static async Task<string> StaffTokenAsync(string name, string role, string[] ledger)
    {
        var added = await LedgerProcess.RunAsync(["staff", "add", name, "--role", role, "--json", .. ledger]);
        Assert.True(added.ExitCode == 0, $"{added.ExitCode} {added.Error}");
        return JsonDocument.Parse(added.Out).RootElement.GetProperty("token").GetString()!;
    }

    public static HttpClient Caller(Uri server, string token)
    {
        var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static RequestContract Contract() => new(
        Merchant,
        "Kill Test SARL",
        new Acceptor("KILL TEST", "75009 PARIS", "1234567", "30003", "12345678200010"),
        "TESTACCOUNT1",
        CalendarName.FranceAndT2,
        new PriceList(new DateOnly(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 500, 4_000, 0)]),
        StripeAccepted: false,
        [CardBrand.Cb]);

    /// <summary>Asks until the answer is another than « for now not » (503), as any caller does.</summary>
    public static async Task<T> PostAsync<T>(HttpClient http, string path, object body)
    {
        var key = Guid.NewGuid().ToString("D");
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: LedgerJson.Client) };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await http.SendAsync(request);
            if (response.IsSuccessStatusCode) return (await response.Content.ReadFromJsonAsync<T>(LedgerJson.Client))!;

            Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable && attempt < AttemptsMax, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            await Task.Delay(RetryAfter);
        }
    }
}
