namespace Ledger.Api.Live;

/// <summary>Counts open live connections, so that there is a bound to them. Safe for any thread.</summary>
internal sealed class LiveConnections
{
    private int _open;

    /// <returns>Null when there are <paramref name="max"/> already; else dispose it when the connection ends.</returns>
    public IDisposable? TryOpen(int max)
    {
        if (Interlocked.Increment(ref _open) <= max) return new Slot(this);
        Interlocked.Decrement(ref _open);
        return null;
    }

    private sealed class Slot(LiveConnections connections) : IDisposable
    {
        private int _closed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _closed, 1) == 0) Interlocked.Decrement(ref connections._open);
        }
    }
}
