namespace Ledger.EventLog;

/// <summary>What one process has not heard of yet, where others append to its log.</summary>
public static class LogHearing
{
    /// <summary>A log looks by itself once a second, whatever it is told.</summary>
    private static readonly TimeSpan HearWithin = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the log has an event at <paramref name="position"/>. Where it has other writers and its last known position is before that, one of them may be ahead of what is known here, so that is
    /// waited for, 10 s at most.
    /// </summary>
    public static async ValueTask<bool> HearsOfAsync(this IEventLog log, long position, CancellationToken cancellation)
    {
        if (log.LastPosition >= position) return true;
        if (!log.HasOtherWriters) return false;

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(HearWithin);
        try
        {
            await log.WaitForAsync(position - 1, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
