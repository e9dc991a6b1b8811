using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Ledger.Contracts.V1;

namespace Ledger.LoadTests.Http;

/// <summary>One merchant with as many activated terminals as there are phones.</summary>
internal static class Shop
{
    /// <summary>What the server takes from one address in a minute.</summary>
    public const int PhonesMax = 30;

    /// <returns>The phones' tokens.</returns>
    public static async Task<IReadOnlyList<string>> OpenAsync(ServerProcess server, int phones, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        var bank = await server.AddStaffAsync("bank", cancellation);
        var rate = new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500);
        var contract = new RequestContract(
            "load-merchant", "Load SARL", new Acceptor("LOAD", "75009 PARIS", "1234567", "30003", "12345678200010"), "LOADACCOUNT0001", CalendarName.FranceAndT2,
            new PriceList(new DateOnly(2026, 1, 1), 99_000, 200, 0, [rate]), StripeAccepted: false, [CardBrand.Cb]);
        await PostAsync<RequestContract, DoneReply>(http, bank, "/v1/bank/contracts", contract, cancellation);
        await PostAsync<AcceptContract, DoneReply>(http, bank, "/v1/bank/contracts/load-merchant/accept", new AcceptContract(), cancellation);
        var letter = await PostAsync<SetCredentials, CredentialsReply>(http, bank, "/v1/bank/merchants/load-merchant/credentials", new SetCredentials("load.merchant"), cancellation);

        var tokens = new List<string>();
        for (var number = 1; number <= phones; number++)
        {
            var serial = SerialOf(number);
            await PostAsync<RegisterTerminal, DoneReply>(http, bank, "/v1/bank/terminals", new RegisterTerminal(serial, "Load reader", AcceptanceCountry.France, number), cancellation);
            var activation = new ActivationRequest(letter.Identifier, letter.Password, serial, serial);
            tokens.Add((await PostAsync<ActivationRequest, ActivationReply>(http, null, "/v1/activation", activation, cancellation)).DeviceToken);
        }

        return tokens;
    }

    /// <summary>The serial of a phone's terminal.</summary>
    /// <param name="phone">From 1.</param>
    public static string SerialOf(int phone) => string.Create(CultureInfo.InvariantCulture, $"LOAD{phone:0000}");

    private static async Task<TReply> PostAsync<TBody, TReply>(HttpClient http, string? token, string path, TBody body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: LedgerJson.Client) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("D"));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}");
        return (await response.Content.ReadFromJsonAsync<TReply>(LedgerJson.Client, cancellation))!;
    }
}
