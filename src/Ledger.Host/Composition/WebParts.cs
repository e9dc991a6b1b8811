using Ledger.Acquiring;
using Ledger.Api;
using Ledger.Api.Health;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Projections;
using Ledger.Vault;
using Microsoft.AspNetCore.DataProtection;

namespace Ledger.Host.Composition;

/// <summary>The web server around a <see cref="LedgerCore"/>: the API, readiness, logging.</summary>
internal static class WebParts
{
    public static WebApplication Build(ServerParts parts, LedgerCore core)
    {
        // Nothing from the command line or the environment behind our back: ServerSettings has read them.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "ledger", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(Listening.Split(parts.Urls));
        Log(builder.Logging, parts);
        // Nothing is protected by the framework's keys, so none are written into the user's folder.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services
            .AddSingleton(core.Clock)
            .AddSingleton<IEventLog>(core.Log)
            .AddSingleton<ILedgerEngine>(core.Engine)
            .AddSingleton<IReadModels>(core.ReadModels)
            .AddSingleton<IPaymentDesk>(core.Desk)
            .AddSingleton<ICredentialStore>(core.Credentials)
            .AddSingleton<IContactVault>(core.Contacts)
            .AddSingleton<IReadyCheck>(new EngineReady(core.Engine))
            .AddSingleton<IReadyCheck>(new ProcessesReady(core))
            .AddLedgerApi(options =>
            {
                options.Docs = parts.Docs;
                options.ActivationsPerMinuteMax = parts.ActivationsPerMinuteMax;
            });

        var app = builder.Build();
        app.MapLedgerApi();
        return app;
    }

    private static void Log(ILoggingBuilder logging, ServerParts parts)
    {
        logging.ClearProviders()
            .SetMinimumLevel(parts.LogLevel)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            // Who asks without a token is told so; it is no news for the operator.
            .AddFilter("Ledger.Api.Auth", LogLevel.Warning)
            // It would say with a stack trace what the command's edge says in one line.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (parts.LogFormat is LogFormat.Json) logging.AddJsonConsole();
        else logging.AddSimpleConsole(static options => options.SingleLine = true);
    }

    private sealed class EngineReady(LedgerEngine engine) : IReadyCheck
    {
        public string Name => "engine";

        public string? Problem() => engine.Status is { Health: not EngineHealth.Running } status ? $"{status.Health}: {status.Reason}" : null;
    }

    private sealed class ProcessesReady(LedgerCore core) : IReadyCheck
    {
        public string Name => "processes";

        public string? Problem() =>
            core.Runners.IsEmpty ? "Not started yet." : core.Runners.Where(static runner => runner.Failure is not null).Select(static runner => $"{runner.Name}: {runner.Failure}").FirstOrDefault();
    }
}
