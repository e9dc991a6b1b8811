using System.Net;
using Ledger.Client;
using Ledger.Contracts.V1;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Testing;

namespace Ledger.Api.Tests;

/// <summary>The typed client against the real server, over real sockets.</summary>
public class SwitchClientTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Fact]
    public async Task Commands_go_in_and_outcomes_come_out_over_as_many_requests_as_it_takes()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var commands = Enumerable.Range(1, 25).SelectMany(n => feed.Payment(shop, n)).ToArray();
        var client = new SwitchClient(_server.Http, feed.Token, new SwitchClientOptions { CommandsPerRequestMax = 7 }, new ImpatientTime());

        var outcomes = await client.SendAsync(commands.ToAsyncEnumerable(), default).ToArrayAsync();

        Assert.Equal(commands.Select(static c => (c.Id, SwitchResult.Accepted)), outcomes.Select(static o => (o.Id!, o.Result)));
    }

    [Fact]
    [Rule("I11")]
    public async Task What_is_offered_past_the_engines_capacity_is_refused_at_once_and_by_repeats_everything_is_recorded_once()
    {
        // Room for four; three switches offer 1,024 commands each at a time.
        const int Switches = 3;
        const int Payments = 40;
        await using var server = await ApiServer.StartAsync(engineOptions: new EngineOptions { ShardCount = 1, MailboxCapacity = 4, InFlightUnitsMax = 4, BatchUnitsMax = 4 });
        var shops = new List<Shop>();
        for (var i = 0; i < Switches * 4; i++) shops.Add(await Shop.OpenAsync(server));
        var feed = await SwitchFeed.OpenAsync(server);
        var counter = new CountingHandler();
        using var http = new HttpClient(counter) { BaseAddress = server.Http.BaseAddress };

        var all = await Task.WhenAll(shops.Chunk(4).Select(async four =>
        {
            var commands = Enumerable.Range(1, Payments).SelectMany(n => four.SelectMany(shop => feed.Payment(shop, n))).ToArray();
            var client = new SwitchClient(http, feed.Token, new SwitchClientOptions { AttemptsMax = 1_000 }, new ImpatientTime());
            return (commands, outcomes: await client.SendAsync(commands.ToAsyncEnumerable(), default).ToArrayAsync());
        }));

        foreach (var (commands, outcomes) in all)
        {
            Assert.All(outcomes, static o => Assert.Equal((SwitchResult.Accepted, (string?)null), (o.Result, o.Code)));
            Assert.Equal(commands.Select(static c => c.Id).Order(StringComparer.Ordinal), outcomes.Select(static o => o.Id!).Order(StringComparer.Ordinal));
        }

        foreach (var shop in shops) Assert.Equal(Payments, (await server.Engine.ReadAsync<TerminalState>(new TerminalSerial(shop.Serial).Stream, default)).State.Work.LastNumber);
    }

    [Fact]
    [Rule("I11")]
    [Rule("E22")]
    public async Task An_answer_that_was_lost_is_asked_for_again_with_the_same_ids()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var commands = feed.Payment(shop);
        var handler = new CountingHandler { AnswersToLose = 2 };
        using var http = new HttpClient(handler) { BaseAddress = _server.Http.BaseAddress };
        var client = new SwitchClient(http, feed.Token, new SwitchClientOptions(), new ImpatientTime());

        var outcomes = await client.SendAsync(commands.ToAsyncEnumerable(), default).ToArrayAsync();

        Assert.Equal(3, handler.Requests);
        Assert.Equal(commands.Select(static c => (c.Id, SwitchResult.Accepted, true)), outcomes.Select(static o => (o.Id!, o.Result, o.Replayed)));
    }

    [Fact]
    public async Task After_so_many_attempts_in_vain_it_says_which_commands_have_no_outcome()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var commands = feed.Payment(shop);
        var handler = new CountingHandler { AnswersToLose = int.MaxValue };
        using var http = new HttpClient(handler) { BaseAddress = _server.Http.BaseAddress };
        var client = new SwitchClient(http, feed.Token, new SwitchClientOptions { AttemptsMax = 3 }, new ImpatientTime());

        var lost = await Assert.ThrowsAsync<SwitchUnavailableException>(async () => await client.SendAsync(commands.ToAsyncEnumerable(), default).ToArrayAsync());

        Assert.Equal((3, 4), (handler.Requests, lost.Commands.Count));
        Assert.Equal(commands, lost.Commands);
        Assert.Contains("same ids", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_not_tried_twice_and_the_error_says_what_to_do()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var handler = new CountingHandler();
        using var http = new HttpClient(handler) { BaseAddress = _server.Http.BaseAddress };
        foreach (var (token, status) in new[] { ("ldgs_nobodys", HttpStatusCode.Unauthorized), (shop.Device.Token!, HttpStatusCode.Forbidden) })
        {
            var client = new SwitchClient(http, token, new SwitchClientOptions(), new ImpatientTime());
            var refused = await Assert.ThrowsAsync<SwitchRefusedException>(async () => await client.SendAsync(feed.Payment(shop).ToAsyncEnumerable(), default).ToArrayAsync());
            Assert.Equal(status, refused.Status);
            Assert.Contains("--role switch", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, handler.Requests);
    }

    [Fact]
    public async Task An_id_that_is_none_is_an_outcome_like_any_other()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var client = new SwitchClient(_server.Http, feed.Token, new SwitchClientOptions(), new ImpatientTime());

        var outcome = (await client.SendAsync(new SwitchCommand[] { feed.Request(shop) with { Id = "mine-1" } }.ToAsyncEnumerable(), default).ToArrayAsync()).Single();

        Assert.Equal((SwitchResult.Invalid, "mine-1"), (outcome.Result, outcome.Id));
    }

    [Fact]
    public void A_transactions_id_lies_where_its_terminal_does_and_begins_with_its_time()
    {
        var ids = new SwitchIds(TimeProvider.System);
        foreach (var serial in new[] { "MP200A0001", "READER0001", "ABCDEFGHIJKLMNOPQRST" })
        {
            var id = new TransactionId(Guid.ParseExact(ids.NextTransaction(serial), "N"));
            Assert.Equal((new TerminalSerial(serial).Partition, 8), (id.Partition, id.Value.Version));
        }

        Assert.Equal(7, Guid.ParseExact(ids.Next(), "N").Version);
    }

    /// <summary>Waits are over at once.</summary>
    private sealed class ImpatientTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    /// <summary>Counts requests; the server's answer to the first ones is lost on its way back.</summary>
    private sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _requests;

        public int Requests => _requests;

        public int AnswersToLose { get; init; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _requests);
            var response = await base.SendAsync(request, cancellationToken);
            if (number > AnswersToLose) return response;

            await response.Content.ReadAsByteArrayAsync(cancellationToken);
            response.Dispose();
            throw new HttpRequestException("The answer was lost.");
        }
    }
}
