using System.Net;
using System.Net.Http.Json;
using Ledger.Acquiring.Simulation;
using Ledger.Acquiring.Simulation.Remote;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests.Simulation;

/// <summary>A simulated acquirer over the wire answers as it would in the process; what the wire does to a question is told apart by whether it may have arrived.</summary>
public sealed class RemoteHostTests
{
    private readonly ManualClock _clock = new(Some.Start);

    [Fact]
    [Rule("I16")]
    public async Task Over_the_wire_every_question_has_the_answer_that_it_has_in_the_process()
    {
        var (here, there) = (Host(), Host());
        var remote = Remote(request => RemoteExchange.AnswerAsync(there, request, _clock.Now, default));
        for (var number = 1; number <= 100; number++)
        {
            // All cents come by, so all that the script does.
            var amount = 1_200 + number;
            foreach (var ask in Questions(number, amount)) Assert.Equal(await ask(here), await ask(remote));
        }

        Assert.Equal(here.Entries.OrderBy(static entry => entry.Exchange.Value), there.Entries.OrderBy(static entry => entry.Exchange.Value));
        Assert.True(here.Entries.Length > 100);
    }

    [Fact]
    [Rule("E26")]
    public async Task A_connection_that_does_not_come_about_proves_that_the_question_did_not_leave()
    {
        using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:1") };
        var remote = new RemoteHost(http);

        Assert.IsType<HostAnswer.NotSent>(await remote.AuthoriseAsync(Some.Question(1, 4_200), default));
        Assert.IsType<HostAnswer.NotSent>(await remote.StatusAsync(Some.Exchange(1), default));
        Assert.IsType<ReversalAnswer.NotAcknowledged>(await remote.ReverseAsync(Some.Exchange(1), Money.Eur(4_200), default));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "")]
    [InlineData(HttpStatusCode.OK, "")]
    [InlineData(HttpStatusCode.OK, "null")]
    [InlineData(HttpStatusCode.OK, "{")]
    [InlineData(HttpStatusCode.OK, "[]")]
    [InlineData(HttpStatusCode.OK, "{}")]
    [InlineData(HttpStatusCode.OK, "{\"outcome\":1}")]
    [InlineData(HttpStatusCode.OK, "{\"outcome\":7,\"found\":\"x\"}")]
    [InlineData(HttpStatusCode.OK, "{\"outcome\":99}")]
    public async Task Whatever_else_comes_back_the_question_may_have_arrived(HttpStatusCode status, string body)
    {
        using var http = Http(new Answering(_ => Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, null, "application/json") })));
        var remote = new RemoteHost(http);

        Assert.IsType<HostAnswer.NoAnswer>(await remote.AuthoriseAsync(Some.Question(1, 4_200), default));
        Assert.IsType<ReversalAnswer.NotAcknowledged>(await remote.ReverseAsync(Some.Exchange(1), Money.Eur(4_200), default));
    }

    [Fact]
    public async Task A_question_that_is_given_up_may_have_arrived()
    {
        using var given = new CancellationTokenSource();
        using var http = Http(new Answering(async _ =>
        {
            await given.CancelAsync();
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new ExchangeReply(ExchangeOutcome.NotFound)) };
        }));

        Assert.IsType<HostAnswer.NoAnswer>(await new RemoteHost(http).StatusAsync(Some.Exchange(1), given.Token));
    }

    [Theory]
    [InlineData(ExchangeOperation.Authorise)]
    [InlineData(ExchangeOperation.Cancel)]
    [InlineData(ExchangeOperation.Refund)]
    [InlineData((ExchangeOperation)99)]
    public async Task A_question_with_something_missing_is_refused_and_has_no_effect(ExchangeOperation operation)
    {
        var host = Host();
        var request = new ExchangeRequest(operation, Some.Exchange(1).Value, null, null, null, 0, 4_200, "EUR", null);

        await Assert.ThrowsAsync<ArgumentException>(async () => await RemoteExchange.AnswerAsync(host, request, _clock.Now, default));
        Assert.Empty(host.Entries);
    }

    private static IEnumerable<Func<IAuthorisationHost, Task<object>>> Questions(int number, int amount) =>
    [
        async host => await host.StatusAsync(Some.Exchange(number), default),
        async host => await host.AuthoriseAsync(Some.Question(number, amount), default),
        async host => await host.AuthoriseAsync(Some.Question(number, amount), default),
        async host => await host.StatusAsync(Some.Exchange(number), default),
        async host => await host.RefundAsync(Some.Refund(1_000 + number, number, 100), default),
        async host => await host.CancelAsync(Some.Exchange(2_000 + number), Some.Exchange(number), Money.Eur(amount), default),
        async host => await host.ReverseAsync(Some.Exchange(number), Money.Eur(amount), default),
        async host => await host.ReverseAsync(Some.Exchange(3_000 + number), Money.Eur(amount), default),
    ];

    private SimulatedHost Host() => new(_clock, static (_, _) => ValueTask.CompletedTask, FaultScript.AmountsDecide, 1, null);

    private static RemoteHost Remote(Func<ExchangeRequest, ValueTask<ExchangeReply>> answer) => new(Http(new Answering(async request =>
    {
        Assert.Equal(RemoteHost.Path, request.RequestUri!.AbsolutePath);
        var asked = await request.Content!.ReadFromJsonAsync<ExchangeRequest>();
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(await answer(asked!)) };
    })));

    private static HttpClient Http(HttpMessageHandler handler) => new(handler) { BaseAddress = new Uri("http://acquirer") };

    private sealed class Answering(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await answer(request);
            cancellationToken.ThrowIfCancellationRequested();
            return response;
        }
    }
}
