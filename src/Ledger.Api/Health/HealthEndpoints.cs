using Ledger.Api.Commands;
using Ledger.Contracts.V1;
using Ledger.Projections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Ledger.Api.Health;

/// <summary>For load balancers and operators; open to all, and says nothing of anybody's.</summary>
internal static class HealthEndpoints
{
    private const string Ok = "ok";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health").AllowAnonymous();
        health.MapGet("/live", static () => Replies.Json(new HealthReply(Ok, new Dictionary<string, string>(StringComparer.Ordinal))))
            .WithSummary("Whether the process runs").Produces<HealthReply>();
        health.MapGet("/ready", Ready).WithSummary("Whether it can take requests").Produces<HealthReply>().Produces<HealthReply>(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ready(IEnumerable<IReadyCheck> checks)
    {
        var results = checks.ToDictionary(static c => c.Name, static c => c.Problem() ?? Ok, StringComparer.Ordinal);
        var isReady = results.Values.All(static r => r == Ok);
        return Replies.Json(new HealthReply(isReady ? Ok : "failing", results), isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>Every projection runs and is not too far behind.</summary>
internal sealed class ProjectionsReady(IReadModels models, IOptions<LedgerApiOptions> options) : IReadyCheck
{
    public string Name => "projections";

    public string? Problem()
    {
        foreach (var status in models.Statuses)
        {
            if (status.Condition is ProjectionCondition.Stopped or ProjectionCondition.Closed) return $"{status.Name}: {status.Condition}. {status.Stop?.Reason}";
            if (status.EventsBehind > options.Value.ReadyLagEventsMax) return $"{status.Name}: {status.EventsBehind} events behind.";
        }

        return null;
    }
}

/// <summary>The live feed follows the log.</summary>
internal sealed class LiveReady(Live.LiveFeed feed) : IReadyCheck
{
    public string Name => "live";

    public string? Problem() => feed.StoppedBecause;
}
