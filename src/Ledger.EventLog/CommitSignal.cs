namespace Ledger.EventLog;

/// <summary>Wakes those who wait for a position, when it is committed: no timers. For implementers of logs. Safe for any thread.</summary>
/// <param name="position">The last committed position at the start.</param>
public sealed class CommitSignal(long position)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _next;
    private long _position = position;

    /// <summary>The last committed position.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Says that all up to <paramref name="position"/> can be read now; never lower than before.</summary>
    public void Advance(long position)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            if (position <= _position) return;
            Volatile.Write(ref _position, position);
            (waiting, _next) = (_next, null);
        }

        waiting?.SetResult();
    }

    /// <summary>Completes when <see cref="Position"/> is above <paramref name="position"/>; at once if it already is.</summary>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask WaitForAsync(long position, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        while (Next(position) is { } next) await next.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private Task? Next(long position)
    {
        lock (_lock)
        {
            if (position < _position) return null;
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }
    }
}
