using Ledger.Acquiring.Simulation;
using Ledger.EventLog;
using Ledger.Vault;

namespace Ledger.Hosting.Composition;

/// <summary>One server, listening. Disposing it stops it in order: requests, processes, its place in a cluster, engine, read models, log.</summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;
    private readonly LedgerCore _core;
    private readonly WebApplication _web;

    private readonly Telemetry _telemetry;

    private LedgerServer(ILoggerFactory loggers, LedgerCore core, WebApplication web, Telemetry telemetry) => (_loggers, _core, _web, _telemetry) = (loggers, core, web, telemetry);

    public IEventLog Log => _core.Log;

    /// <summary>With books of its own; null where it is another process.</summary>
    public SimulatedHost? Acquirer => _core.Acquirer;

    /// <summary>The first address that it listens on.</summary>
    public string Url => _web.FirstUrl();

    /// <summary>Opens the folder (made when it is not there), catches up what the last run left, and listens.</summary>
    /// <exception cref="EventLogRefusedException">Another host has it, or its files are another program's or another version's. Nothing was changed.</exception>
    /// <exception cref="PortTakenException">Another program listens there.</exception>
    public static async Task<LedgerServer> StartAsync(ServerParts parts, CancellationToken cancellation)
    {
        var loggers = WebParts.Loggers(parts);
        LedgerCore? core = null;
        WebApplication? web = null;
        try
        {
            core = await LedgerCore.OpenAsync(parts, loggers, cancellation);
            web = WebParts.Build(parts, core, loggers);
            await core.StartProcessesAsync(loggers, cancellation);
            await web.StartAsync(cancellation);
            return new LedgerServer(loggers, core, web, Telemetry.Start(core.Log, core.ReadModels, parts.SendsMeasures));
        }
        catch (Exception fault)
        {
            if (web is not null) await web.DisposeAsync();
            if (core is not null) await core.DisposeAsync();
            loggers.Dispose();
            if (Listening.IsPortTaken(fault)) throw new PortTakenException(parts.Urls, fault);
            throw;
        }
    }

    /// <summary>Returns when the process is told to stop.</summary>
    /// <exception cref="ServiceEndedException">It can serve no more although nobody stopped it.</exception>
    public async Task WaitForStopAsync(CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var told = _web.WaitForStopAsync(stopping.Token);
        if (await Task.WhenAny(told, _core.Runtime.Ended) == told) return;

        await stopping.CancelAsync();
        await told;
        throw new ServiceEndedException(await _core.Runtime.Ended);
    }

    /// <summary>A token for one of the bank's people, who calls the API like everybody.</summary>
    public ValueTask<string> IssueStaffTokenAsync(string name, StaffRole role, CancellationToken cancellation) =>
        _core.Credentials.IssueStaffTokenAsync(new StaffGrant(name, role, _core.Clock.GetCurrentInstant()), cancellation);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(WebParts.StopMax);
        await _web.StopAsync(limit.Token);
        await _web.DisposeAsync();
        _telemetry.Dispose();
        await _core.DisposeAsync();
        _loggers.Dispose();
    }
}
