using System.Diagnostics;
using System.Net;
using Ledger.Client;
using Ledger.Contracts.V1;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Http;

/// <summary>
/// A payments switch over the typed client: callers that each send one request after another and read its outcomes to the end. A request's latency counts from
/// the call of the client to its last outcome, repeats and the waits before them included.
/// </summary>
internal sealed class SwitchLoad : IDisposable
{
    private readonly AnswerCount _answers = new() { InnerHandler = new SocketsHttpHandler() };
    private readonly HttpClient _http;
    private readonly SwitchClient _client;

    /// <param name="commands">Of one request.</param>
    public SwitchLoad(Uri server, string token, int commands)
    {
        _http = new HttpClient(_answers) { BaseAddress = server };
        _client = new SwitchClient(_http, token, new SwitchClientOptions { CommandsPerRequestMax = commands }, TimeProvider.System);
    }

    /// <summary>Requests that were sent, repeats included, since the start.</summary>
    public long Sent => _answers.Sent;

    /// <summary>Of those, answered with 503: nothing was taken in, the client sent it again.</summary>
    public long Refused => _answers.Refused;

    /// <param name="callers">Each with his requests, in order.</param>
    /// <returns>Of requests; one any of whose commands was not accepted has failed.</returns>
    public async Task<LoadResult> RunAsync(IReadOnlyList<IReadOnlyList<SwitchCommand[]>> callers, Action<long>? advance, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var tallies = await Task.WhenAll(callers.Select(requests => Task.Run(() => CallAsync(requests), cancellation)));
        return LoadResult.Of(startedAt, tallies, ClosedLoop.SampleInterval);

        async Task<Tally> CallAsync(IReadOnlyList<SwitchCommand[]> requests)
        {
            var tally = new Tally(startedAt, ClosedLoop.SampleInterval);
            foreach (var request in requests)
            {
                await SendAsync(request, tally, cancellation);
                advance?.Invoke(request.Length);
            }

            return tally;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(SwitchCommand[] request, Tally tally, CancellationToken cancellation)
    {
        tally.Offered++;
        var (sentAt, accepted) = (Stopwatch.GetTimestamp(), 0);
        SwitchOutcome? other = null;
        await foreach (var outcome in _client.SendAsync(request.ToAsyncEnumerable(), cancellation))
        {
            if (outcome.Result is SwitchResult.Accepted) accepted++;
            else other ??= outcome;
        }

        if (accepted == request.Length) tally.Accept(sentAt, Stopwatch.GetTimestamp());
        else tally.Fail($"{accepted} of {request.Length} commands were accepted, one was {other?.Result} {other?.Code}");
    }

    private sealed class AnswerCount : DelegatingHandler
    {
        private long _sent;
        private long _refused;

        public long Sent => Interlocked.Read(ref _sent);

        public long Refused => Interlocked.Read(ref _refused);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _sent);
            var response = await base.SendAsync(request, cancellation);
            if (response.StatusCode is HttpStatusCode.ServiceUnavailable) Interlocked.Increment(ref _refused);
            return response;
        }
    }
}
