namespace Ledger.EventLog;

/// <summary>
/// How often one follower of a log takes events in. After a quiet while, at once; under load, at most once in so long, so that what follows from the
/// log costs a read and a commit for many events and not for each of the log's own commits. One follower waits; any thread may hurry it.
/// </summary>
/// <param name="gather">Least time between two batches; zero: every commit of the log at once.</param>
/// <param name="timers">Measures <paramref name="gather"/>.</param>
public sealed class FollowerPace(TimeSpan gather, TimeProvider timers)
{
    private volatile TaskCompletionSource _hurry = NewSignal();
    private long? _begunAt;

    /// <summary>Waits until the log is past <paramref name="position"/> and the next batch is due.</summary>
    /// <param name="batchMax">A log that is this far ahead is not waited for any longer.</param>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask WaitAsync(IEventLog log, long position, int batchMax, CancellationToken cancellation)
    {
        await log.WaitForAsync(position, cancellation).ConfigureAwait(false);
        if (_begunAt is { } begun && log.LastPosition - position < batchMax)
        {
            var left = gather - timers.GetElapsedTime(begun);
            if (left > TimeSpan.Zero) await PauseAsync(left, cancellation).ConfigureAwait(false);
        }

        // Taken back before the log is read: whoever hurries from here on may ask for more than this batch holds.
        if (_hurry.Task.IsCompleted) _hurry = NewSignal();
        _begunAt = timers.GetTimestamp();
    }

    /// <summary>Somebody waits for what the log has now: the next batch is due at once.</summary>
    public void Hurry() => _hurry.TrySetResult();

    private async ValueTask PauseAsync(TimeSpan left, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Task.Delay(left, timers, over.Token), _hurry.Task).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
