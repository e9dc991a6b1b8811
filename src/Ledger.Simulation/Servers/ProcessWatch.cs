using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.EventLog;

namespace Ledger.Simulation.Servers;

/// <summary>Hears of rows that failed. What a cut-off explains is tried again; anything else is a finding.</summary>
internal sealed class ProcessWatch(World world) : IProcessObserver
{
    public void ActionFailed(string process, string key, Exception error)
    {
        if (error is EventLogUnavailableException or EventLogFencedException or MailboxFullException or OperationCanceledException) return;
        world.Oracle.Fault($"process {process}, row {key}", error);
    }

    public void RunFailed(string process, Exception error) => world.Oracle.Fault($"process {process}", error);
}
