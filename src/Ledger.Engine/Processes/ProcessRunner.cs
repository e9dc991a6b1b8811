using System.Collections.Concurrent;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Engine.Processes;

/// <summary>
/// Runs one process: takes events in, acts on what is due, never both at once. One caller at a time. Several processes may share a log and a
/// store of their own each.
/// </summary>
public sealed class ProcessRunner(
    IProcess process, IEventLog log, EventCodec codec, IToDoStore store, IClock clock, ProcessOptions options, IProcessObserver observer)
{
    private readonly ToDoReader _list = new(store, process.Name);
    private readonly FollowerPace _pace = new(options.GatherFor.ToTimeSpan(), options.Timers);
    private long _checkpoint = -1;
    private string? _failure;

    /// <summary>The process's name.</summary>
    public string Name => process.Name;

    /// <summary>Position of the last event that was taken in; -1 before the first catch-up.</summary>
    public long Checkpoint => Volatile.Read(ref _checkpoint);

    /// <summary>Why the last run of <see cref="RunAsync"/> failed as a whole; null while it works. Rows that fail do not count.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Takes in everything that the log has now.</summary>
    /// <returns>How many events that was.</returns>
    public async ValueTask<long> CatchUpAsync(CancellationToken cancellation)
    {
        if (_checkpoint < 0) Volatile.Write(ref _checkpoint, await store.ReadCheckpointAsync(process.Name, cancellation).ConfigureAwait(false));

        var first = _checkpoint;
        while (_checkpoint < log.LastPosition)
        {
            var page = await log.ReadAllAsync(_checkpoint, options.EventsPerBatchMax, cancellation).ConfigureAwait(false);
            if (page.IsEmpty) break;
            var changes = new ToDoOverlay(store, process.Name);
            foreach (var recorded in page) process.Apply(recorded, codec.Decode(recorded), changes);
            await store.CommitAsync(process.Name, page[^1].Position, changes.Changes, cancellation).ConfigureAwait(false);
            Volatile.Write(ref _checkpoint, page[^1].Position);
        }

        return _checkpoint - first;
    }

    /// <summary>Catches up, then acts once on each row that is due, at most <see cref="ProcessOptions.RowsPerRoundMax"/>.</summary>
    /// <returns>How many rows that was.</returns>
    public async ValueTask<int> RunDueAsync(Instant now, CancellationToken cancellation)
    {
        await CatchUpAsync(cancellation).ConfigureAwait(false);
        var due = store.ReadDue(process.Name, now, options.RowsPerRoundMax);
        if (due.Count == 0) return 0;

        var outcomes = new ConcurrentQueue<(ToDoItem Item, ToDoOutcome Outcome)>();
        if (options.ConcurrencyMax == 1)
        {
            foreach (var item in due) outcomes.Enqueue((item, await ActAsync(item, now, cancellation).ConfigureAwait(false)));
        }
        else
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ConcurrencyMax, CancellationToken = cancellation };
            await Parallel.ForEachAsync(due, parallel, async (item, token) => outcomes.Enqueue((item, await ActAsync(item, now, token).ConfigureAwait(false)))).ConfigureAwait(false);
        }

        await RecordAsync(outcomes, cancellation).ConfigureAwait(false);
        return due.Count;
    }

    /// <summary>Catches up and acts until nothing is due at <paramref name="now"/> and no event is left, at most so many rounds.</summary>
    /// <returns>False when there was still something after the last round.</returns>
    public async ValueTask<bool> RunUntilIdleAsync(Instant now, int roundsMax, CancellationToken cancellation)
    {
        for (var round = 0; round < roundsMax; round++)
        {
            if (await RunDueAsync(now, cancellation).ConfigureAwait(false) == 0 && _checkpoint == log.LastPosition) return true;
        }

        return false;
    }

    /// <summary>Runs until cancelled: wakes when events come, when a row falls due, and at least every <see cref="ProcessOptions.PollMax"/>. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Another server may have run the process since this one last did.
        Volatile.Write(ref _checkpoint, -1);
        var failures = 0;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var acted = await RunDueAsync(clock.GetCurrentInstant(), cancellation).ConfigureAwait(false);
                Volatile.Write(ref _failure, null);
                failures = 0;
                // A full round may have left rows that are due; after any other there is nothing to do before the next event or the next due row.
                if (acted < options.RowsPerRoundMax) await WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The process's edge: whatever it is, it is said, and tried again after a while.
                Volatile.Write(ref _failure, exception.Message);
                observer.RunFailed(process.Name, exception);
                await PauseAsync(options.BackoffAfter(failures++), cancellation).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<ToDoOutcome> ActAsync(ToDoItem item, Instant now, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(options.ActionTimeout.ToTimeSpan(), options.Timers);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            return await process.ActAsync(item, _list, now, limited.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            // The row's edge: it is said, tried again later, and keeps no other row waiting.
            observer.ActionFailed(process.Name, item.Key, exception);
            return new ToDoOutcome.Again(now + options.BackoffAfter(item.Attempts));
        }
    }

    private async ValueTask RecordAsync(IEnumerable<(ToDoItem Item, ToDoOutcome Outcome)> outcomes, CancellationToken cancellation)
    {
        var done = new List<ToDoChange>();
        foreach (var (item, outcome) in outcomes)
        {
            if (outcome is ToDoOutcome.Again again) await store.RescheduleAsync(process.Name, item.Key, again.At, cancellation).ConfigureAwait(false);
            else done.Add(new ToDoChange.Remove(item.Key));
        }

        if (done.Count > 0) await store.CommitAsync(process.Name, _checkpoint, done, cancellation).ConfigureAwait(false);
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        var wait = options.PollMax;
        if (store.NextDue(process.Name) is { } due) wait = Duration.Min(wait, Duration.Max(due - clock.GetCurrentInstant(), Duration.Zero));
        if (wait == Duration.Zero) return;

        using var timer = new CancellationTokenSource(wait.ToTimeSpan(), options.Timers);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            await _pace.WaitAsync(log, _checkpoint, options.EventsPerBatchMax, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It is time to look again.
        }
    }

    private async Task PauseAsync(Duration pause, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(pause.ToTimeSpan(), options.Timers, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }
}
