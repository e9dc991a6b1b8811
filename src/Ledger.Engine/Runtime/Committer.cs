using System.Collections.Immutable;
using System.Diagnostics;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>
/// Makes one batch of what all shards have ready, appends it, tells the shards. No timer: while one batch is on its way the next gathers, so
/// batches are as large as the load makes them. A state machine like the shard: one thread at a time runs it, its own, or a shard's that has little
/// to commit and would only wait for it.
/// </summary>
internal sealed class Committer(EngineState engine, IEventLog log, EngineOptions options)
{
    private readonly object _lock = new();
    private readonly object _running = new();
    private readonly Queue<CommitUnit> _waiting = [];
    private readonly List<CommitUnit> _batch = [];
    private readonly List<AppendUnit> _units = [];
    private readonly Dictionary<Shard, List<CommitUnit>> _settled = [];
    private Task<ImmutableArray<AppendResult>>? _appending;
    private long _startedAt;
    private int _attempts;
    private bool _isIdle;
    private bool _isClosed;

    /// <summary>Takes decided units in, in the shard's order. There are never more than the shards let into flight.</summary>
    public void Submit(List<CommitUnit> units)
    {
        lock (_lock)
        {
            Enqueue(units);
            if (_isIdle) Monitor.Pulse(_lock);
        }
    }

    /// <summary>The same, and commits them on the caller's thread if nobody is committing: two switches of threads less for a lone command.</summary>
    public void SubmitAndRun(List<CommitUnit> units)
    {
        lock (_lock) Enqueue(units);
        if (Monitor.TryEnter(_running))
        {
            try
            {
                RunGuarded();
            }
            finally
            {
                Monitor.Exit(_running);
            }
        }

        // What came meanwhile, or a log that answers later, is the committer's own thread's to see to.
        lock (_lock)
        {
            if (_isIdle && (_waiting.Count > 0 || _appending is not null)) Monitor.Pulse(_lock);
        }
    }

    /// <summary>Nothing more comes: all shards are finished.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Waits for units, or for the log.</summary>
    /// <returns>False when nothing ever comes again.</returns>
    public bool WaitForSomething()
    {
        Task? appending;
        lock (_lock)
        {
            while ((appending = Volatile.Read(ref _appending)) is null && _waiting.Count == 0)
            {
                if (_isClosed) return false;
                _isIdle = true;
                Monitor.Wait(_lock);
                _isIdle = false;
            }
        }

        if (appending is null) return true;

        ((IAsyncResult)appending).AsyncWaitHandle.WaitOne();
        return true;
    }

    /// <summary>As <see cref="RunOnce"/>, on the committer's own thread, one at a time with <see cref="SubmitAndRun"/>.</summary>
    public void RunAlone()
    {
        lock (_running) RunGuarded();
    }

    /// <summary>Begins a commit, or ends the one that the log has finished.</summary>
    /// <returns>False when there was nothing to do.</returns>
    public bool RunOnce()
    {
        if (_appending is { IsCompleted: false }) return false;
        if (_appending is null && !Begin()) return Publish();

        if (_appending is { IsCompleted: true }) End();
        Publish();
        return true;
    }

    private void RunGuarded()
    {
        try
        {
            RunOnce();
        }
        catch (Exception exception)
        {
            // The committer's edge: all who wait get the error, also whose commit may have taken effect, and so does whoever comes later.
            var error = new EngineFaultedException(exception);
            engine.Stop(error);
            _appending = null;
            Fail(error);
            Publish();
        }
    }

    private void Enqueue(List<CommitUnit> units)
    {
        foreach (var unit in units) _waiting.Enqueue(unit);
    }

    private bool Begin()
    {
        FillBatch();
        if (_batch.Count == 0) return false;

        options.OnCommitPoint?.Invoke(CommitPoint.BatchFormed);
        _startedAt = Stopwatch.GetTimestamp();
        _attempts = 0;
        Append();
        return true;
    }

    private void Append()
    {
        _attempts++;
        try
        {
            _appending = log.AppendAsync(_units, CancellationToken.None).AsTask();
        }
        catch (Exception exception)
        {
            // The commit's edge: a log that throws at once is as one that fails later.
            _appending = Task.FromException<ImmutableArray<AppendResult>>(exception);
        }
    }

    private void End()
    {
        var finished = _appending!;
        _appending = null;
        if (finished.IsCompletedSuccessfully) Resolve(finished.Result);
        else if (finished.Exception?.InnerException is EventLogUnavailableException && _attempts < options.AppendAttemptsMax) Append();
        else Fail(finished.Exception?.InnerException ?? new EventLogUnavailableException("The log gave the commit up."));
    }

    private void Resolve(ImmutableArray<AppendResult> results)
    {
        Domain.Invariant.Holds(results.Length == _batch.Count);
        options.OnCommitPoint?.Invoke(CommitPoint.BeforeReplies);
        engine.Meter.Committed(_batch.Count, Stopwatch.GetElapsedTime(_startedAt));
        for (var index = 0; index < _batch.Count; index++)
        {
            var unit = _batch[index];
            unit.Resolve(results[index]);
            Settle(unit);
        }

        ClearBatch();
    }

    private void Fail(Exception error)
    {
        engine.Meter.CommitFailed();
        if (error is EventLogFencedException) engine.Stop(error);
        var reason = error is EventLogUnavailableException or EventLogFencedException or EngineFaultedException ? error : new EventLogUnavailableException(
            $"The log failed: {error.Message} Whether the commit took effect is not known; repeat the command with the same id.", error);
        foreach (var unit in _batch)
        {
            unit.Fail(reason);
            Settle(unit);
        }

        ClearBatch();
    }

    /// <summary>Takes what waits, first come first, up to the bounds; what cannot come to be any more is settled instead.</summary>
    private void FillBatch()
    {
        var bytes = 0L;
        lock (_lock)
        {
            while (_batch.Count < options.BatchUnitsMax && _waiting.TryPeek(out var unit))
            {
                if (IsVoided(unit))
                {
                    _waiting.Dequeue();
                    Settle(unit);
                    continue;
                }

                bytes += unit.PayloadBytes;
                if (_batch.Count > 0 && (MustWait(unit) || bytes > options.BatchBytesMax)) return;
                _waiting.Dequeue();
                unit.Enter();
                _batch.Add(unit);
                _units.Add(unit.Append);
            }
        }
    }

    /// <summary>Gives a unit whose ground is gone its outcome: the error that its ground got, or to be decided anew.</summary>
    private bool IsVoided(CommitUnit unit)
    {
        if (engine.Stopped is { } stopped)
        {
            unit.Fail(stopped);
            return true;
        }

        foreach (var (ground, _) in unit.BasedOn)
        {
            if (!ground.IsVoid) continue;
            if (ground.Error is { } error) unit.Fail(error);
            else unit.Overtake();
            return true;
        }

        return false;
    }

    /// <summary>
    /// It saw what a unit of this very batch does to a stream that it does not write itself: the log could take it and refuse the other.
    /// So it goes with the next batch, when the other's outcome is known.
    /// </summary>
    private static bool MustWait(CommitUnit unit)
    {
        foreach (var (ground, isChained) in unit.BasedOn)
        {
            if (!isChained && ground.Outcome == UnitOutcome.InBatch) return true;
        }

        return false;
    }

    private void Settle(CommitUnit unit)
    {
        if (!_settled.TryGetValue(unit.Shard, out var units)) _settled[unit.Shard] = units = [];
        units.Add(unit);
    }

    private bool Publish()
    {
        var published = false;
        foreach (var (shard, units) in _settled)
        {
            if (units.Count == 0) continue;
            shard.Mailbox.PostSettled(units);
            units.Clear();
            published = true;
        }

        return published;
    }

    private void ClearBatch()
    {
        _batch.Clear();
        _units.Clear();
    }
}
