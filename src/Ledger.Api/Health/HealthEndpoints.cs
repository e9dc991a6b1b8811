using Ledger.Api.Commands;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

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
        health.MapGet("/ready", ReadyAsync).WithSummary("Whether it can take requests").Produces<HealthReply>().Produces<HealthReply>(StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Degraded is ready: it takes requests, and says what an operator should look at.</summary>
    private static async Task<IResult> ReadyAsync(HealthCheckService checks, CancellationToken cancellation)
    {
        var report = await checks.CheckHealthAsync(cancellation);
        var results = report.Entries.ToDictionary(static entry => entry.Key, static entry => TextOf(entry.Value), StringComparer.Ordinal);
        var isReady = report.Status != HealthStatus.Unhealthy;
        return Replies.Json(new HealthReply(isReady ? Ok : "failing", results), isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static string TextOf(HealthReportEntry entry) => entry.Status switch
    {
        HealthStatus.Healthy => Ok,
        HealthStatus.Degraded => $"degraded: {entry.Description}",
        HealthStatus.Unhealthy => entry.Description ?? "failing",
    };
}
