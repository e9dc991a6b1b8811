using System.Net;
using Ledger.Acquiring;
using Ledger.Acquiring.Simulation;
using Ledger.Domain.Calendars;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Projections;
using Ledger.Testing;
using Ledger.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Ledger.Api.Tests;

/// <summary>The whole API on a real socket, over a real engine, an in-memory log and a simulated host; the clock stands still until a test moves it.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    /// <summary>A Tuesday, 14:00 in Paris.</summary>
    public static readonly Instant Start = ParisTime.Zone.AtStrictly(new LocalDateTime(2026, 3, 10, 14, 0)).ToInstant();

    private readonly DirectoryInfo _folder;
    private readonly ReadModels _models;

    private ApiServer(WebApplication app, DirectoryInfo folder, ReadModels models, LedgerEngine engine, SimulatedHost host)
    {
        (App, _folder, _models, Engine, Host) = (app, folder, models, engine, host);
        Http = NewClient();
    }

    public WebApplication App { get; }

    public HttpClient Http { get; }

    public LedgerEngine Engine { get; }

    public SimulatedHost Host { get; }

    public ManualClock Clock => (ManualClock)App.Services.GetRequiredService<IClock>();

    public SwitchableLog Log => (SwitchableLog)App.Services.GetRequiredService<IEventLog>();

    /// <summary>What the API sees of <see cref="Engine"/>.</summary>
    public SwitchableEngine Mailbox => (SwitchableEngine)App.Services.GetRequiredService<ILedgerEngine>();

    public ICredentialStore Credentials => App.Services.GetRequiredService<ICredentialStore>();

    public IContactVault Contacts => App.Services.GetRequiredService<IContactVault>();

    public CapturedLogs Logs { get; private init; } = new();

    public static async Task<ApiServer> StartAsync(Action<LedgerApiOptions>? configure = null, FaultScript? faults = null, EngineOptions? engineOptions = null)
    {
        var clock = new ManualClock(Start);
        var log = new SwitchableLog(new InMemoryEventLog());
        var engine = new LedgerEngine(log, EventCodec.Default, clock, engineOptions ?? new EngineOptions());
        var host = new SimulatedHost(clock, static (_, _) => ValueTask.CompletedTask, faults ?? FaultScript.AmountsDecide, 1, null);
        var desk = new PaymentDesk(engine, new TimedHost(host, HostTimeouts.Default, TimeProvider.System), clock);
        var folder = Directory.CreateTempSubdirectory("ledger-api-");
        var models = await ReadModels.OpenAsync(folder.FullName, log, EventCodec.Default, clock, new ReadModelOptions { WaitMax = TimeSpan.FromSeconds(20) }, default);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        var logs = new CapturedLogs();
        builder.Logging.AddProvider(logs);
        builder.Services
            .AddSingleton<IClock>(clock)
            .AddSingleton<IEventLog>(log)
            .AddSingleton<ILedgerEngine>(new SwitchableEngine(engine))
            .AddSingleton<IPaymentDesk>(desk)
            .AddSingleton<IReadModels>(models)
            .AddSingleton<IContactVault>(new InMemoryContactVault())
            .AddSingleton<ICredentialStore>(SqliteCredentialStore.Open(":memory:", iterations: 1))
            .AddLedgerApi(o =>
            {
                o.ActivationsPerMinuteMax = 1_000_000;
                configure?.Invoke(o);
            });
        builder.Services.AddHealthChecks().AddCheck("engine", () => engine.Status.Reason is { } reason ? HealthCheckResult.Unhealthy(reason) : HealthCheckResult.Healthy());
        var app = builder.Build();
        app.MapLedgerApi();
        await app.StartAsync();
        return new ApiServer(app, folder, models, engine, host) { Logs = logs };
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(App.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        await _models.DisposeAsync();
        await Engine.DisposeAsync();
        Host.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>One server for the tests of a class, which run one after another; each makes merchants of its own.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private ApiServer? _server;

    public ApiServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
