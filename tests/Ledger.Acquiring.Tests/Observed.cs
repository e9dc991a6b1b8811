using System.Collections.Concurrent;
using Ledger.Acquiring.FollowUp;
using Ledger.Engine.Processes;

namespace Ledger.Acquiring.Tests;

/// <summary>Remembers what an operator would be told.</summary>
internal sealed class Observed : IProcessObserver
{
    public ConcurrentQueue<FollowUpAlarm> Alarms { get; } = [];

    public ConcurrentQueue<HostContradiction> Contradictions { get; } = [];

    public ConcurrentQueue<Exception> Failures { get; } = [];

    public void ActionFailed(string process, string key, Exception error) => Failures.Enqueue(error);

    public void RunFailed(string process, Exception error) => Failures.Enqueue(error);
}
