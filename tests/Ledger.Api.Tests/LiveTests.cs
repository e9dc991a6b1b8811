using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Ledger.Contracts.V1;
using Ledger.Testing;

namespace Ledger.Api.Tests;

/// <summary>Server-sent events.</summary>
public class LiveTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    [Rule("R087")]
    [Rule("I46")]
    public async Task A_phone_hears_of_its_own_merchants_changes_only_and_resumes_where_it_stopped()
    {
        await using var server = await ApiServer.StartAsync();
        var (mine, theirs) = (await Shop.OpenAsync(server), await Shop.OpenAsync(server));
        using var patience = new CancellationTokenSource(Patience);
        string last;
        TransactionView paid;
        await using (var live = await LiveAsync(mine, null, patience.Token))
        {
            Assert.Equal("heartbeat", (await live.NextAsync()).EventType);
            await theirs.PayAsync(900);
            paid = await mine.PayAsync(1_000);
            var completed = await live.UntilAsync(static e => e.EventType == "transaction" && e.Data.Contains("completed", StringComparison.Ordinal));
            Assert.Equal(paid.Id, JsonSerializer.Deserialize<LiveTransaction>(completed.Data, LedgerJson.Client)!.TransactionId);
            var revenue = await live.UntilAsync(static e => e.EventType == "revenue");
            Assert.Equal(1_000, JsonSerializer.Deserialize<LiveRevenue>(revenue.Data, LedgerJson.Client)!.Today.Gross.Amount);
            Assert.All(live.Seen.Where(static e => e.EventType == "transaction"), e => Assert.Contains(paid.Id, e.Data, StringComparison.Ordinal));
            last = revenue.EventId!;
        }

        await mine.CancelAsync(paid);
        await using var resumed = await LiveAsync(mine, last, patience.Token);
        var change = await resumed.UntilAsync(static e => e.EventType == "transaction");
        Assert.Equal(TransactionStatus.Cancelled, JsonSerializer.Deserialize<LiveTransaction>(change.Data, LedgerJson.Client)!.Status);
    }

    [Fact]
    public async Task After_too_long_an_absence_a_phone_is_told_to_read_again()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        using var patience = new CancellationTokenSource(Patience);
        LiveReset told;
        do
        {
            // The feed gathers what it takes in: at first it may be a moment behind the log.
            await using var live = await LiveAsync(shop, "9000000000", patience.Token);
            told = JsonSerializer.Deserialize<LiveReset>((await live.UntilAsync(static e => e.EventType == "reset")).Data, LedgerJson.Client)!;
        }
        while (told.Position < server.Log.LastPosition && !patience.IsCancellationRequested);
        Assert.Equal(server.Log.LastPosition, told.Position);
        (await shop.Device.GetAsync("/v1/live", ("Last-Event-ID", "yesterday"))).IsProblem(HttpStatusCode.BadRequest, ProblemCodes.Request.CursorInvalid);
    }

    [Fact]
    public async Task Silence_is_filled_with_heartbeats_and_connections_have_a_bound()
    {
        await using var server = await ApiServer.StartAsync(static o =>
        {
            o.LiveHeartbeatSeconds = 1;
            o.LiveConnectionsMax = 1;
        });
        var shop = await Shop.OpenAsync(server);
        using var patience = new CancellationTokenSource(Patience);
        await using var live = await LiveAsync(shop, null, patience.Token);
        await live.NextAsync();
        Assert.Equal("heartbeat", (await live.NextAsync()).EventType);
        (await shop.Device.GetAsync("/v1/live")).IsProblem(HttpStatusCode.ServiceUnavailable, ProblemCodes.Server.Busy);
    }

    [Fact]
    [Rule("R100")]
    public async Task A_replaced_phone_hears_no_more()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        using var patience = new CancellationTokenSource(Patience);
        await using var live = await LiveAsync(shop, null, patience.Token);
        await live.NextAsync();

        var second = (await new Caller(server.Http, null, "second-phone").PostAsync("/v1/activation", shop.Activation())).Read<ActivationReply>();
        Assert.NotEqual(shop.DeviceId, second.DeviceId);
        Assert.True(await live.EndsAsync());
    }

    [Fact]
    public async Task A_stopping_server_ends_live_connections_in_good_order()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        using var patience = new CancellationTokenSource(Patience);
        await using var live = await LiveAsync(shop, null, patience.Token);
        await live.NextAsync();

        var stopped = server.App.StopAsync(patience.Token);
        Assert.True(await live.EndsAsync());
        await stopped;
    }

    private static async Task<LiveStream> LiveAsync(Shop shop, string? lastEventId, CancellationToken cancellation)
    {
        var http = shop.Server.NewClient();
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/live");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shop.Device.Token);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new LiveStream(http, response, SseParser.Create(await response.Content.ReadAsStreamAsync(cancellation)).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation));
    }

    private sealed class LiveStream(HttpClient http, HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public List<SseItem<string>> Seen { get; } = [];

        public async Task<SseItem<string>> NextAsync()
        {
            Assert.True(await items.MoveNextAsync(), "The stream ended.");
            Seen.Add(items.Current);
            return items.Current;
        }

        public async Task<SseItem<string>> UntilAsync(Func<SseItem<string>, bool> isIt)
        {
            while (true)
            {
                if (await NextAsync() is var item && isIt(item)) return item;
            }
        }

        public async Task<bool> EndsAsync()
        {
            while (await items.MoveNextAsync()) Seen.Add(items.Current);
            return true;
        }

        public async ValueTask DisposeAsync()
        {
            await items.DisposeAsync();
            response.Dispose();
            http.Dispose();
        }
    }
}
