namespace Ledger.Engine.Runtime;

/// <summary>What all parts of one engine share: whether it still runs, and its measures. Any thread.</summary>
internal sealed class EngineState(EngineMeter meter)
{
    private Exception? _stopped;

    public EngineMeter Meter { get; } = meter;

    public CommittedStates Committed { get; } = new();

    /// <summary>What everybody gets from now on; null while it runs. The first reason stays.</summary>
    public Exception? Stopped => Volatile.Read(ref _stopped);

    public void Stop(Exception reason) => Interlocked.CompareExchange(ref _stopped, reason, null);
}
