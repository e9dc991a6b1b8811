using Ledger.Projections;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Ledger.Api.Health;

/// <summary>Every projection runs and is not too far behind.</summary>
internal sealed class ProjectionsCheck(IReadModels models, IOptions<LedgerApiOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Problem() is { } problem ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy());

    private string? Problem()
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
internal sealed class LiveCheck(Live.LiveFeed feed) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(feed.StoppedBecause is { } reason ? HealthCheckResult.Unhealthy(reason) : HealthCheckResult.Healthy());
}
