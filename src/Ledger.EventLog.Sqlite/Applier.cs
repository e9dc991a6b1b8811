using Ledger.EventLog.Sqlite.Commits;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// Takes durable commits into the tables behind the one who commits: on a thread of its own, or, where all is to happen on the caller's thread, whenever
/// somebody needs them there. A failure keeps them waiting and is tried again; one that leaves the tables' durability unknown stops it for good.
/// Safe for any thread.
/// </summary>
internal sealed class Applier : IDisposable
{
    /// <summary>Commands and writes that may wait; whoever commits more waits with them. About 20 MB.</summary>
    private const int WaitingRowsMax = 65_536;

    /// <summary>Rows that one transaction takes in, but for the commit that passes it.</summary>
    private const int TransactionRowsMax = 16_384;

    /// <summary>So many are taken in at once; fewer gather a moment longer, unless somebody waits for them.</summary>
    private const int GatherRows = 4_096;

    /// <summary>How many times the pages for a checkpoint SQLite's write-ahead log may grow before it is waited for.</summary>
    public const int CheckpointLagMax = 4;

    /// <summary>A page that many commits change is written once; what follows the log closely has its events from <see cref="LogTail"/> meanwhile.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two attempts while the disk is full or another program holds a lock.</summary>
    private static readonly TimeSpan RetryTime = TimeSpan.FromMilliseconds(100);

    private readonly object _lock = new();
    private readonly object _working = new();
    private readonly LogTables _tables;
    private readonly Checkpointer? _checkpointer;
    private readonly int _checkpointPages;
    private readonly Thread? _thread;
    private readonly Queue<CommitFrame> _waiting = [];
    private readonly List<CommitFrame> _batch = [];
    private readonly Queue<CommitFrame> _done = [];
    private TaskCompletionSource? _next;
    private long _last;
    private long _applied;
    private long _position;
    private long _settled;
    private long _toSettle;
    private int _waitingRows;
    private bool _isHurried;
    private bool _isClosed;
    private Exception? _trouble;
    private Exception? _stopped;

    /// <param name="tables">Its own from here on, as is <paramref name="checkpointer"/>.</param>
    /// <param name="checkpointer">Null: each transaction that is due for it takes SQLite's write-ahead log in itself.</param>
    public Applier(LogTables tables, Checkpointer? checkpointer, SqliteEventLogOptions options)
    {
        (_tables, _checkpointer, _checkpointPages) = (tables, checkpointer, options.CheckpointPages);
        _last = _applied = _settled = tables.Applied;
        _position = tables.Position;
        if (!options.WorksInBackground) return;

        _thread = new Thread(Work) { Name = "ledger-tables", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether it has a thread; else commits wait until somebody needs them in the tables.</summary>
    public bool IsInBackground => _thread is not null;

    /// <summary>Sequence of the last commit that is in the tables.</summary>
    public long Applied => Volatile.Read(ref _applied);

    /// <summary>Position of the last event that is.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Why nothing is taken in any more, by anybody in this process; null while all is well or may be again.</summary>
    public Exception? Stopped => Volatile.Read(ref _stopped);

    /// <summary>Hands a durable commit over, which follows the one before.</summary>
    public void Add(CommitFrame frame)
    {
        lock (_lock)
        {
            _waiting.Enqueue(frame);
            _waitingRows += frame.RowCount;
            _last = frame.Sequence;
            if (_waiting.Count == 1 || _waitingRows >= GatherRows) Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Takes back frames that are in the tables, oldest first.</summary>
    public void TakeDone(List<CommitFrame> done)
    {
        lock (_lock)
        {
            while (_done.TryDequeue(out var frame)) done.Add(frame);
        }
    }

    /// <summary>Waits until there is room for more.</summary>
    /// <exception cref="EventLogUnavailableException">What waits cannot be taken in for now.</exception>
    public void AwaitRoom()
    {
        if (Volatile.Read(ref _waitingRows) < WaitingRowsMax) return;
        AwaitUntil(() => _waitingRows < WaitingRowsMax, isForReading: false);
    }

    /// <summary>Waits until all commits up to this one are in the tables.</summary>
    /// <inheritdoc cref="AwaitRoom"/>
    public void Await(long sequence)
    {
        if (Applied < sequence) AwaitUntil(() => _applied >= sequence, isForReading: true);
    }

    /// <summary>Waits until they are there for good: a power cut then takes nothing, with or without the commit files.</summary>
    /// <inheritdoc cref="AwaitRoom"/>
    public void AwaitSettled(long sequence)
    {
        SettleSoon(sequence);
        AwaitUntil(() => _settled >= sequence, isForReading: false);
    }

    /// <summary>The transaction that takes this commit in is to be for good.</summary>
    public void SettleSoon(long sequence)
    {
        lock (_lock) _toSettle = Math.Max(_toSettle, sequence);
    }

    /// <summary>As <see cref="Await"/>, without holding a thread.</summary>
    public async ValueTask ReachAsync(long sequence, CancellationToken cancellation)
    {
        while (Applied < sequence)
        {
            if (_thread is null)
            {
                Await(sequence);
                return;
            }

            if (Next(sequence) is { } next) await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing more is taken in, after a failed sync of whatever file: the next process finds the commits in their files.</summary>
    public void Stop(Exception reason)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _stopped ??= reason;
            (waiting, _next) = (_next, null);
            Monitor.PulseAll(_lock);
        }

        waiting?.TrySetResult();
    }

    /// <summary>Takes in what waits, if it may, then closes the tables.</summary>
    /// <returns>Whether the tables alone are the log now.</returns>
    public bool Close()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _isClosed = true;
            (waiting, _next) = (_next, null);
            Monitor.PulseAll(_lock);
        }

        waiting?.TrySetResult();
        _thread?.Join();
        lock (_working)
        {
            try
            {
                while (Stopped is null && _applied < _last) WorkOnce();
            }
            catch (Exception exception) when (exception is EventLogUnavailableException or EventLogFencedException)
            {
                // A full disk, or another writer: the commit files stay, and the next start takes them in.
            }

            _checkpointer?.Dispose();
            return CloseTables();
        }
    }

    public void Dispose() => _tables.Dispose();

    private bool CloseTables()
    {
        if (Stopped is not null || _checkpointer?.Failure is not null)
        {
            _tables.Freeze();
            return false;
        }

        try
        {
            if (_applied == _last) _tables.Close();
            return _applied == _last;
        }
        catch (EventLogUnavailableException exception)
        {
            // The same, and another program that reads the file: what SQLite holds in its write-ahead log stays there.
            if (SqliteFailure.IsFsync(exception)) _tables.Freeze();
            return false;
        }
        catch (EventLogFencedException)
        {
            // Nothing here is this process's any more.
            return false;
        }
    }

    private void AwaitUntil(Func<bool> isThere, bool isForReading)
    {
        while (true)
        {
            lock (_lock)
            {
                if (isThere()) return;
                ThrowIfFailed(isForReading);
                _isHurried = true;
                Monitor.PulseAll(_lock);
                if (_thread is not null)
                {
                    Monitor.Wait(_lock);
                    continue;
                }
            }

            lock (_working) WorkOnce();
        }
    }

    /// <summary>Under the lock.</summary>
    private void ThrowIfFailed(bool isForReading)
    {
        ObjectDisposedException.ThrowIf(_isClosed, typeof(SqliteEventLog));
        if (_stopped is { } stopped) throw SqliteEventLog.Again(stopped);

        // Without a thread whoever waits tries again himself.
        if (_thread is null || _trouble is not { } trouble) return;
        if (!isForReading) throw SqliteEventLog.Again(trouble);
        throw new EventLogUnavailableException($"What is asked for is committed and safe, and not in the log's tables yet, because: {trouble.Message}", trouble.InnerException);
    }

    private Task? Next(long sequence)
    {
        lock (_lock)
        {
            if (_applied >= sequence) return null;
            ThrowIfFailed(isForReading: true);
            _isHurried = true;
            Monitor.PulseAll(_lock);
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }
    }

    private void Work()
    {
        while (WaitForWork())
        {
            try
            {
                lock (_working) WorkOnce();
            }
            catch (EventLogUnavailableException)
            {
                // Who waits was told; tried again in a moment, or not at all when it was stopped by that.
                lock (_lock) if (!_isClosed && _stopped is null) Monitor.Wait(_lock, RetryTime);
            }
            catch (Exception exception)
            {
                // The thread's edge: fenced, damaged, or a fault of ours. Nobody may write any more.
                Stop(exception);
            }
        }
    }

    /// <returns>False when it is time to end.</returns>
    private bool WaitForWork()
    {
        lock (_lock)
        {
            while (_stopped is null && !_isClosed && _batch.Count == 0 && _waiting.Count == 0 && _settled >= _toSettle) Monitor.Wait(_lock);
            if (_stopped is not null || _isClosed) return false;
            if (!_isHurried && _trouble is null && _waitingRows < GatherRows) Monitor.Wait(_lock, GatherTime);
            return _stopped is null && !_isClosed;
        }
    }

    /// <summary>One transaction, and what its size makes due.</summary>
    private void WorkOnce()
    {
        bool isDurable;
        lock (_lock)
        {
            if (_stopped is { } stopped) throw SqliteEventLog.Again(stopped);
            FillBatch();
            isDurable = _settled < _toSettle && (_batch.Count == 0 ? _applied : _batch[^1].Sequence) >= _toSettle;
            if (_batch.Count == 0 && !isDurable) return;
        }

        try
        {
            if (_checkpointer?.Failure is { } failure) throw failure;
            _tables.Apply(_batch, isDurable);
        }
        catch (Exception failed)
        {
            Fail(failed);
            throw;
        }

        Publish(isDurable);
        Checkpoint();
    }

    private void FillBatch()
    {
        _isHurried = false;
        var rows = 0;
        foreach (var frame in _batch) rows += frame.RowCount;
        while (rows < TransactionRowsMax && _waiting.TryDequeue(out var frame))
        {
            rows += frame.RowCount;
            _batch.Add(frame);
        }
    }

    private void Fail(Exception failed)
    {
        if (SqliteEventLog.StopsWriting(failed) || failed is not EventLogUnavailableException)
        {
            Stop(failed);
            return;
        }

        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _trouble = failed;
            (waiting, _next) = (_next, null);
            Monitor.PulseAll(_lock);
        }

        waiting?.TrySetResult();
    }

    private void Publish(bool isDurable)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            foreach (var frame in _batch)
            {
                _waitingRows -= frame.RowCount;
                _done.Enqueue(frame);
            }

            _trouble = null;
            Volatile.Write(ref _position, _tables.Position);
            Volatile.Write(ref _applied, _tables.Applied);
            if (isDurable) _settled = _applied;
            _batch.Clear();
            (waiting, _next) = (_next, null);
            Monitor.PulseAll(_lock);
        }

        waiting?.TrySetResult();
    }

    /// <summary>After a transaction, whose result stands whatever happens here.</summary>
    private void Checkpoint()
    {
        var pages = _tables.WriteAheadLogPages;
        if (pages < _checkpointPages) return;
        try
        {
            if (_checkpointer is null || _checkpointer.AskOrFinish()) _tables.Checkpoint();
            else if (pages >= CheckpointLagMax * _checkpointPages) _checkpointer.WaitForRound();
        }
        catch (Exception failed) when (SqliteEventLog.StopsWriting(failed))
        {
            Stop(failed);
        }
        catch (EventLogUnavailableException)
        {
            // A full disk, or another program's lock: all is in SQLite's write-ahead log, and the next transaction tries again.
        }
    }
}
