using Ledger.Acquiring.Simulation;
using Ledger.EventLog;
using Ledger.Vault;

namespace Ledger.Host.Composition;

/// <summary>The server of one machine, listening on one folder. Disposing it stops it in order: requests, processes, read models, engine, log.</summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    /// <summary>How long requests that are under way may take to end.</summary>
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(10);

    private readonly LedgerCore _core;
    private readonly WebApplication _web;

    private LedgerServer(LedgerCore core, WebApplication web) => (_core, _web) = (core, web);

    public IEventLog Log => _core.Log;

    /// <summary>The first address that it listens on.</summary>
    public string Url => _web.FirstUrl();

    /// <summary>Opens the folder (made when it is not there), catches up what the last run left, and listens.</summary>
    /// <exception cref="EventLogRefusedException">Another host has it, or its files are another program's or another version's. Nothing was changed.</exception>
    /// <exception cref="PortTakenException">Another program listens there.</exception>
    public static async Task<LedgerServer> StartAsync(ServerParts parts, CancellationToken cancellation)
    {
        var core = await LedgerCore.OpenAsync(parts, cancellation);
        WebApplication? web = null;
        try
        {
            web = WebParts.Build(parts, core);
            await core.StartProcessesAsync(web.Services.GetRequiredService<ILoggerFactory>(), cancellation);
            await web.StartAsync(cancellation);
            return new LedgerServer(core, web);
        }
        catch (Exception fault)
        {
            if (web is not null) await web.DisposeAsync();
            await core.DisposeAsync();
            if (Listening.IsPortTaken(fault)) throw new PortTakenException(parts.Urls, fault);
            throw;
        }
    }

    /// <summary>Returns when the process is told to stop.</summary>
    public Task WaitForStopAsync(CancellationToken cancellation) => _web.WaitForStopAsync(cancellation);

    /// <summary>A token for one of the bank's people, who calls the API like everybody.</summary>
    public ValueTask<string> IssueStaffTokenAsync(string name, StaffRole role, CancellationToken cancellation) =>
        _core.Credentials.IssueStaffTokenAsync(new StaffGrant(name, role, _core.Clock.GetCurrentInstant()), cancellation);

    /// <summary>The ledger's transactions beside the simulated acquirer's own books.</summary>
    /// <exception cref="InvalidOperationException">The acquirer is another process, and so are its books.</exception>
    public async Task<Reconciliation> ReconcileAsync(CancellationToken cancellation)
    {
        var transactions = await Audit.TransactionStates.ReadAllAsync(Log, cancellation);
        return (_core.Acquirer ?? throw new InvalidOperationException("The acquirer is another process; its books are in its own folder.")).Reconcile(transactions.Values);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopMax);
        await _web.StopAsync(limit.Token);
        await _web.DisposeAsync();
        await _core.DisposeAsync();
    }
}
