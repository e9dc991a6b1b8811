using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Ledger.Contracts.V1;

namespace Ledger.EndToEnd.Tests;

/// <summary>The bank's desk: opens one contract and activates its phones, through the API.</summary>
internal static class Branch
{
    private const string Merchant = "kill-test";

    /// <param name="ledger">Where the ledger is, as options of the command.</param>
    public static async Task<IReadOnlyList<(string Token, string Serial)>> ActivateAsync(Uri server, string[] ledger, int phones)
    {
        var added = await LedgerProcess.RunAsync(["staff", "add", "branch", "--role", "bank", "--json", .. ledger]);
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", JsonDocument.Parse(added.Out).RootElement.GetProperty("token").GetString());

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

    private static RequestContract Contract() => new(
        Merchant,
        "Kill Test SARL",
        new Acceptor("KILL TEST", "75009 PARIS", "1234567", "30003", "12345678200010"),
        "TESTACCOUNT1",
        CalendarName.FranceAndT2,
        new PriceList(new DateOnly(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 500, 4_000, 0)]),
        StripeAccepted: false,
        [CardBrand.Cb]);

    private static async Task<T> PostAsync<T>(HttpClient http, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: LedgerJson.Client) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("D"));
        using var response = await http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<T>(LedgerJson.Client))!;
    }
}
