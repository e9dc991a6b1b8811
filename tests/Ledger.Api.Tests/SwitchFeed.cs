using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ledger.Client;
using Ledger.Contracts.V1;
using Ledger.Vault;

namespace Ledger.Api.Tests;

/// <summary>A payments switch of the tests: makes whole payments as commands, and sends lines as they are.</summary>
public sealed class SwitchFeed(ApiServer server, string token)
{
    /// <summary>The test's patience: long, and never the thing that is measured.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public SwitchIds Ids { get; } = new(TimeProvider.System);

    public string Token => token;

    public static async Task<SwitchFeed> OpenAsync(ApiServer server, string name = "switch") =>
        new(server, (await Shop.StaffAsync(server, StaffRole.Switch, name)).Token!);

    public SwitchCommand.Request Request(Shop shop, long cents = 4_200) => new(Ids.Next(), Ids.NextTransaction(shop.Serial), Ids.Next(), shop.Merchant, shop.Serial, Shop.Eur(cents));

    /// <summary>A payment from the request to what is money.</summary>
    public SwitchCommand[] Payment(Shop shop, long cents = 4_200)
    {
        var (request, exchange) = (Request(shop, cents), Ids.Next());
        return
        [
            request,
            new SwitchCommand.SendAuthorisation(Ids.Next(), request.TransactionId, shop.Merchant, exchange, Shop.Card),
            new SwitchCommand.RecordApproval(Ids.Next(), request.TransactionId, exchange, Shop.Eur(cents), "A1B2C3", "00"),
            new SwitchCommand.Complete(Ids.Next(), request.TransactionId, shop.Merchant, CardholderVerification.Pin, "A1B2C3D4E5F60718", 7),
        ];
    }

    public static string Line(SwitchCommand command) => JsonSerializer.Serialize(command, LedgerJson.Client);

    public async Task<SwitchOutcome[]> OutcomesAsync(params SwitchCommand[] commands) => Outcomes(await PostAsync(string.Join('\n', commands.Select(Line))));

    public static SwitchOutcome[] Outcomes(Answer answer)
    {
        Assert.Equal((HttpStatusCode.OK, SwitchCommand.MediaType), (answer.Status, answer.MediaType));
        Assert.EndsWith("\n", answer.Body, StringComparison.Ordinal);
        return [.. answer.Body.TrimEnd('\n').Split('\n').Select(static line => JsonSerializer.Deserialize<SwitchOutcome>(line, LedgerJson.Client)!)];
    }

    /// <param name="asksFirst">Expect: 100-continue.</param>
    /// <param name="isLast">Over a connection that nothing else uses. For a body that turns out too long: by then the server cannot announce any more that it closes the connection,
    /// so what comes next on the same one may run into that.</param>
    public async Task<Answer> PostAsync(string body, bool isChunked = false, bool asksFirst = false, bool isLast = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/switch/commands") { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SwitchCommand.MediaType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (isChunked) request.Headers.TransferEncodingChunked = true;
        if (asksFirst) request.Headers.ExpectContinue = true;

        // Where the body waits for the server's word, it waits for as long as the test does: by itself a client sends it after a second.
        using var own = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Patience }) { BaseAddress = server.Http.BaseAddress };
        using var response = await (asksFirst || isLast ? own : server.Http).SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType, response.Headers);
    }
}
