namespace Ledger.Api.Switch;

/// <summary>Counts the bulk requests that run, so that there is a bound to what they hold. Safe for any thread.</summary>
internal sealed class SwitchRequests
{
    private int _running;

    /// <returns>False when there are <paramref name="max"/> already; else call <see cref="End"/> when it is over.</returns>
    public bool TryBegin(int max)
    {
        if (Interlocked.Increment(ref _running) <= max) return true;
        Interlocked.Decrement(ref _running);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _running);
}
