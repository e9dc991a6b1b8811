using Ledger.Acquiring.Simulation;
using Ledger.Acquiring.Simulation.Remote;
using Ledger.Hosting.Composition;
using NodaTime;

namespace Ledger.Host.Acquirer;

/// <summary>The simulated acquirer on an address of its own. Books in the folder, one process at a time; it asks nobody who they are.</summary>
internal sealed class AcquirerServer : IAsyncDisposable
{
    private readonly SimulatedHost _host;
    private readonly WebApplication _web;

    private AcquirerServer(SimulatedHost host, WebApplication web) => (_host, _web) = (host, web);

    /// <summary>The first address that it listens on.</summary>
    public string Url => _web.FirstUrl();

    /// <exception cref="IOException">Another process has the books.</exception>
    /// <exception cref="PortTakenException">Another program listens there.</exception>
    public static async Task<AcquirerServer> StartAsync(ServerSettings settings, IClock clock, CancellationToken cancellation)
    {
        settings.Folder.Create();
        var script = settings.SimulatedFaults ? FaultScript.AmountsDecide : FaultScript.None;
        var host = new SimulatedHost(clock, static async (delay, token) => await Task.Delay(delay.ToTimeSpan(), token), script, seed: 0, settings.Folder.HostBooks);
        var web = Build(settings, host, clock);
        try
        {
            await web.StartAsync(cancellation);
            return new AcquirerServer(host, web);
        }
        catch (Exception fault)
        {
            await web.DisposeAsync();
            host.Dispose();
            if (Listening.IsPortTaken(fault)) throw new PortTakenException(settings.Urls, fault);
            throw;
        }
    }

    public Task WaitForStopAsync(CancellationToken cancellation) => _web.WaitForStopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _host.Dispose();
    }

    private static WebApplication Build(ServerSettings settings, SimulatedHost host, IClock clock)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "ledger", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(Listening.Split(settings.Urls));
        builder.Logging.ClearProviders();
        var web = builder.Build();
        web.MapPost(RemoteHost.Path, async (ExchangeRequest request, CancellationToken cancellation) =>
        {
            try
            {
                return Results.Ok(await RemoteExchange.AnswerAsync(host, request, clock.GetCurrentInstant(), cancellation));
            }
            catch (ArgumentException exception)
            {
                return Results.BadRequest(exception.Message);
            }
        });
        return web;
    }
}
