using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Ledger.Api.Auth;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ledger.Api.Live;

/// <summary>Live updates as server-sent events (R087), resumable by Last-Event-ID.</summary>
internal static class LiveEndpoint
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapLive(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/live", Follow).WithTags("Live").RequireAuthorization(Policies.Merchant)
            .WithSummary("Live updates")
            .WithDescription("text/event-stream: « transaction », « revenue », « reset », « heartbeat ». Each event's id is a position; give the last one back as Last-Event-ID to resume.")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Produces<Problem>(StatusCodes.Status503ServiceUnavailable, Problem.MediaType)
            .DisableRequestTimeout();

    private static IResult Follow(HttpContext http, LiveSession session, LiveConnections connections, LiveFeed feed, IHostApplicationLifetime host, IOptions<LedgerApiOptions> options, CancellationToken cancellation)
    {
        var given = http.Request.Headers[LastEventId].ToString();
        var after = 0L;
        if (given.Length > 0 && !long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out after)) return new ProblemResult(ProblemCodes.Request.CursorInvalid);
        if (feed.StoppedBecause is not null || connections.TryOpen(options.Value.LiveConnectionsMax) is not { } slot) return new ProblemResult(ProblemCodes.Server.Busy) { RetryAfterSeconds = 5 };

        // A server that stops says goodbye to its listeners; they resume elsewhere, or here again.
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, host.ApplicationStopping);
        http.Response.OnCompleted(() =>
        {
            slot.Dispose();
            end.Dispose();
            return Task.CompletedTask;
        });
        return TypedResults.ServerSentEvents(UntilGoneAsync(session.RunAsync(http.Device(), given.Length > 0 ? after : null, end.Token), end.Token));
    }

    /// <summary>The caller's leaving, or the server's stopping, is the normal end and no error.</summary>
    private static async IAsyncEnumerable<SseItem<string>> UntilGoneAsync(IAsyncEnumerable<SseItem<string>> items, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var enumerator = items.GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await enumerator.MoveNextAsync()) yield break;
            }
            catch (OperationCanceledException)
            {
                // Whose token it was is not asked: linked ones fire one after another, and heartbeats catch their own.
                yield break;
            }

            yield return enumerator.Current;
        }
    }
}
