using Ledger.Cluster.EventStoreDb.Indexing;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb.Reading;

/// <summary>
/// Brings the index to what the server has. Any number of callers: those who come while one is under way share the next, so that everybody sees what was committed
/// before he asked.
/// </summary>
internal sealed class CatchUp(LedgerStream stream, LogIndex index, CommitSignal signal) : IDisposable
{
    /// <summary>Events of one read.</summary>
    private const int PageMax = 2048;

    private readonly SemaphoreSlim _one = new(1);
    private long _asked;
    private long _served;

    /// <exception cref="EventLogFencedException">The server lacks events that were read from it before, or has others there.</exception>
    /// <exception cref="EventLogCorruptException">An event does not continue the log.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var mine = Interlocked.Increment(ref _asked);
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_served >= mine) return;

            var serves = Volatile.Read(ref _asked);
            while (await TakePageAsync(cancellation).ConfigureAwait(false)) { }
            _served = serves;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>The last known event is read too: it must still be the one that it was.</summary>
    /// <returns>Whether there may be more.</returns>
    private async Task<bool> TakePageAsync(CancellationToken cancellation)
    {
        var end = index.End;
        var page = await stream.ReadAsync(Math.Max(0, end.Revision), PageMax + 1L, cancellation).ConfigureAwait(false);
        LedgerStream.Check(end, page);
        index.Apply(page);
        signal.Advance(index.End.Position);
        return page.Count > PageMax;
    }
}
