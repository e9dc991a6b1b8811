using Ledger.Acquiring;
using Ledger.Api;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Projections;
using Ledger.Vault;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ledger.Hosting.Composition;

/// <summary>The web server around a <see cref="LedgerCore"/>: the API, readiness, logging.</summary>
internal static class WebParts
{
    /// <summary>How long requests that are under way may take to end.</summary>
    public static readonly TimeSpan StopMax = TimeSpan.FromSeconds(10);

    /// <summary>One for the server's whole life: before the web is built and after it is gone there are lines to write too.</summary>
    public static ILoggerFactory Loggers(ServerParts parts) => LoggerFactory.Create(logging => Log(logging, parts));

    public static WebApplication Build(ServerParts parts, LedgerCore core, ILoggerFactory loggers)
    {
        // Nothing from the command line or the environment behind our back: ServerSettings has read them.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "ledger", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(Listening.Split(parts.Urls));
        builder.Services.AddSingleton(loggers).Configure<HostOptions>(static options => options.ShutdownTimeout = StopMax);
        builder.Services
            .AddSingleton(core.Clock)
            .AddSingleton<IEventLog>(core.Log)
            .AddSingleton(core.Engine)
            .AddSingleton<IReadModels>(core.ReadModels)
            .AddSingleton<IPaymentDesk>(core.Desk)
            .AddSingleton<ICredentialStore>(core.Credentials)
            .AddSingleton<IContactVault>(core.Contacts)
            .AddLedgerApi(options =>
            {
                options.Docs = parts.Docs;
                options.ActivationsPerMinuteMax = parts.ActivationsPerMinuteMax;
            });

        var checks = builder.Services.AddHealthChecks().AddCheck("engine", () => EngineCheck(core)).AddCheck("processes", () => ProcessesCheck(core));
        core.Runtime.AddChecks(checks);
        MakeNoKeys(builder.Services);

        var app = builder.Build();
        app.MapLedgerApi();
        return app;
    }

    /// <summary>Nothing is protected by the framework's keys, so none are made at the start, which would write them into the user's folder.</summary>
    private static void MakeNoKeys(IServiceCollection services)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        var makers = services.Where(static service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(EphemeralDataProtectionProvider).Assembly);
        foreach (var maker in makers.ToArray()) services.Remove(maker);
    }

    private static void Log(ILoggingBuilder logging, ServerParts parts)
    {
        logging.ClearProviders()
            .SetMinimumLevel(parts.LogLevel)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            // Who asks without a token is told so; it is no news for the operator.
            .AddFilter("Ledger.Api.Auth", LogLevel.Warning)
            // Whoever asks is told what is not well; it would be a line for each time that it is asked.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            // It would say with a stack trace what the command's edge says in one line.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (parts.LogFormat is LogFormat.Json) logging.AddJsonConsole();
        else logging.AddSimpleConsole(static options => options.SingleLine = true);
    }

    private static HealthCheckResult EngineCheck(LedgerCore core) =>
        core.EngineStatus is { Health: not EngineHealth.Running } status ? HealthCheckResult.Unhealthy($"{status.Health}: {status.Reason}") : HealthCheckResult.Healthy();

    private static HealthCheckResult ProcessesCheck(LedgerCore core)
    {
        if (core.Runners.IsEmpty) return HealthCheckResult.Unhealthy("Not started yet.");
        var failed = core.Runners.FirstOrDefault(static runner => runner.Failure is not null);
        return failed is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"{failed.Name}: {failed.Failure}");
    }
}
