using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Ledger.Api.Activation;
using Ledger.Api.Assistance;
using Ledger.Api.Audit;
using Ledger.Api.Auth;
using Ledger.Api.Bank;
using Ledger.Api.Commands;
using Ledger.Api.Complaints;
using Ledger.Api.Documents;
using Ledger.Api.Health;
using Ledger.Api.Inputs;
using Ledger.Api.Live;
using Ledger.Api.Payments;
using Ledger.Api.Problems;
using Ledger.Api.Reading;
using Ledger.Api.Switch;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ledger.Api;

/// <summary>
/// The mobile API, the bank's, assistance's and the auditor's endpoints under /v1. The composition root registers, as singletons, what they sit on:
/// ILedgerEngine, IPaymentDesk, IEventLog, IReadModels, IContactVault, ICredentialStore, IClock, and what else must be well before requests are sent here, as health checks.
/// </summary>
public static class LedgerApi
{
    /// <summary>Where the OpenAPI document is.</summary>
    public const string DocumentPath = "/openapi/v1.json";

    /// <summary>Where the API page is, when it is switched on.</summary>
    public const string DocsPath = "/docs";

    private const int HeadersLengthMax = 16 * 1024;
    private const int HeaderCountMax = 64;
    private const int LineLengthMax = 4 * 1024;

    /// <summary>Registers the API's own parts.</summary>
    public static IServiceCollection AddLedgerApi(this IServiceCollection services, Action<LedgerApiOptions>? configure = null)
    {
        services.AddOptions<LedgerApiOptions>().Configure(o => configure?.Invoke(o));
        services.AddSingleton<CommandDesk>().AddSingleton<StateReader>().AddSingleton<StaffDesk>();
        services.AddSingleton<CredentialAttempts>().AddSingleton<SecurityCodes>().AddSingleton<ActivationDesk>();
        services.AddSingleton<PaymentDoor>().AddSingleton<UndoDesk>().AddSingleton<TicketContacts>().AddSingleton<TicketDesk>();
        services.AddSingleton<StreamEvents>().AddSingleton<Replayer>().AddSingleton<ChainVerifier>();
        services.AddSingleton<LiveFeed>().AddSingleton<LiveConnections>().AddSingleton<LiveSession>();
        services.AddSingleton<SwitchRequests>();
        services.AddHostedService(static provider => provider.GetRequiredService<LiveFeed>());
        services.AddHealthChecks().AddCheck<ProjectionsCheck>("projections").AddCheck<LiveCheck>("live");

        services.ConfigureHttpJsonOptions(static o => LedgerJson.Apply(o.SerializerOptions, JsonUnmappedMemberHandling.Disallow));
        services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(Limit);
        AddGuards(services);
        services.AddOpenApi("v1", OpenApiDocument.Configure);
        return services;
    }

    /// <summary>Puts the API into the pipeline. Call it once, before anything that would answer instead.</summary>
    public static void MapLedgerApi(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.Use(static (http, next) =>
        {
            SecurityHeaders.Set(http);
            return next(http);
        });
        app.UseRouting();
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        app.UseAuthorization();

        var v1 = app.MapGroup("/v1").AddEndpointFilterFactory(QueryNames.Filter).AddEndpointFilterFactory(KnownPosition.Filter).AddEndpointFilterFactory(IdempotencyKey.Filter);
        v1.MapActivation();
        v1.MapPayments();
        v1.MapUndo();
        v1.MapTickets();
        v1.MapEvents();
        v1.MapHistory();
        v1.MapMoney();
        v1.MapLive();
        v1.MapBank();
        v1.MapAssistance();
        v1.MapComplaints();
        v1.MapAudit();
        v1.MapSwitch();
        app.MapHealth();
        app.MapOpenApi(DocumentPath).AllowAnonymous();
        if (app.Services.GetRequiredService<IOptions<LedgerApiOptions>>().Value.Docs) app.UseSwaggerUI(static o =>
        {
            o.RoutePrefix = DocsPath[1..];
            o.SwaggerEndpoint(DocumentPath, "Ledger v1");
        });
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = ApiLimits.BodyLengthMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeadersLengthMax;
        kestrel.Limits.MaxRequestHeaderCount = HeaderCountMax;
        kestrel.Limits.MaxRequestLineSize = LineLengthMax;
    }

    private static void AddGuards(IServiceCollection services)
    {
        services.AddAuthentication(BearerHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Merchant, static p => p.RequireRole(Policies.Merchant))
            .AddPolicy(Policies.OpenPayment, static p => p.RequireRole(Policies.Merchant, Policies.OpenPayment))
            .AddPolicy(Policies.Bank, static p => p.RequireRole(Policies.Bank))
            .AddPolicy(Policies.Assistance, static p => p.RequireRole(Policies.Assistance))
            .AddPolicy(Policies.Auditor, static p => p.RequireRole(Policies.Auditor))
            .AddPolicy(Policies.Switch, static p => p.RequireRole(Policies.Switch));
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<LedgerApiOptions>>(static (timeouts, api) => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(api.Value.RequestTimeoutSeconds),
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = static http => new ProblemResult(ProblemCodes.Request.TimedOut) { RetryAfterSeconds = 1 }.ExecuteAsync(http),
        });
        services.AddRateLimiter(static _ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<LedgerApiOptions>>(static (limiter, api) => LimitRates(limiter, api.Value));
    }

    private static void LimitRates(RateLimiterOptions limiter, LedgerApiOptions api)
    {
        // Guessing identifiers and passwords is held back by address; the lock after five wrong ones by contract (E91).
        limiter.AddPolicy(ActivationEndpoints.RateLimit, http => RateLimitPartition.GetFixedWindowLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = api.ActivationsPerMinuteMax, Window = TimeSpan.FromMinutes(1) }));
        limiter.OnRejected = static (context, _) =>
        {
            var seconds = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? (int)Math.Ceiling(after.TotalSeconds) : 1;
            return new ValueTask(new ProblemResult(ProblemCodes.Request.TooMany) { RetryAfterSeconds = seconds }.ExecuteAsync(context.HttpContext));
        };
    }
}
