using Ledger.EventLog;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>What readers see of one view: always one finished generation, replaced at one stroke. Any thread.</summary>
internal sealed class ServedView
{
    /// <summary>Reads that wait for a position at one time; more are told at once that the view is behind.</summary>
    public const int WaitersMax = 1_024;

    private readonly string _name;
    private readonly TimeSpan _waitMax;
    private readonly TimeProvider _timer;
    private readonly CommitSignal _reached;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreLease _current;
    private int _waiters;
    private volatile ProjectionStop? _stop;

    /// <param name="readyFrom">Answers wait until this position is reached: a view that is built for the first time is not shown half built.</param>
    public ServedView(string name, IViewStore store, long readyFrom, ReadModelOptions options)
    {
        (_name, _waitMax, _timer, ReadyFrom) = (name, options.WaitMax, options.Timer, readyFrom);
        Pace = new FollowerPace(options.GatherFor, options.Timer);
        _current = new StoreLease(store);
        _reached = new CommitSignal(store.Checkpoint.Position);
        Advance(store.Checkpoint.Position);
    }

    public long ReadyFrom { get; }

    /// <summary>When its writer takes the next events in; a read that waits for them hurries it.</summary>
    public FollowerPace Pace { get; }

    /// <summary>Last position that readers can see.</summary>
    public long Position => _reached.Position;

    public bool IsReady => Position >= ReadyFrom;

    /// <summary>Completes when the first build has ended, or stopped; at once for a view that was there before.</summary>
    public Task Begun => _begun.Task;

    public int Generation
    {
        get
        {
            lock (_lock) return _current.Store.Generation;
        }
    }

    /// <summary>Why it will not move by itself; null while it runs.</summary>
    public ProjectionStop? Stop
    {
        get => _stop;
        set
        {
            _stop = value;
            if (value is not null) _begun.TrySetResult();
        }
    }

    /// <summary>The writer committed.</summary>
    public void Advance(long position)
    {
        _reached.Advance(position);
        if (IsReady) _begun.TrySetResult();
    }

    /// <summary>Answers from one picture that holds at least the position asked for.</summary>
    /// <exception cref="ViewStoreException">The store could not be read.</exception>
    public async ValueTask<Answer<T>> AskAsync<T>(long? atLeastPosition, Func<IViewSnapshot, T> ask, CancellationToken cancellation)
    {
        if (atLeastPosition < 0) return new Answer<T>.Refused(QueryRejection.PositionOutOfRange);

        var asked = Math.Max(atLeastPosition ?? 0, ReadyFrom);
        if (Position < asked && !await WaitAsync(asked, cancellation).ConfigureAwait(false))
        {
            return new Answer<T>.Behind(_name, asked, Position, Stop?.Reason);
        }

        var lease = Acquire();
        try
        {
            using var snapshot = await lease.Store.OpenSnapshotAsync(cancellation).ConfigureAwait(false);
            return new Answer<T>.Reflected(ask(snapshot), snapshot.Position);
        }
        finally
        {
            lease.Release();
        }
    }

    /// <summary>Keeps the current store open until it is released.</summary>
    public StoreLease Acquire()
    {
        lock (_lock)
        {
            _current.Acquire();
            return _current;
        }
    }

    /// <summary>New questions go to <paramref name="store"/>; the old store is closed, then <paramref name="whenGone"/> called, when its last reader has left.</summary>
    public void Replace(IViewStore store, Action whenGone)
    {
        StoreLease old;
        lock (_lock)
        {
            old = _current;
            _current = new StoreLease(store);
        }

        Advance(store.Checkpoint.Position);
        old.Retire(whenGone);
    }

    /// <summary>Closes the store when its last reader has left.</summary>
    public void Close() => _current.Retire(static () => { });

    private async ValueTask<bool> WaitAsync(long position, CancellationToken cancellation)
    {
        if (Stop is not null) return false;
        if (Interlocked.Increment(ref _waiters) > WaitersMax)
        {
            Interlocked.Decrement(ref _waiters);
            return false;
        }

        Pace.Hurry();
        using var tooLate = new CancellationTokenSource(_waitMax, _timer);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, tooLate.Token);
        try
        {
            await _reached.WaitForAsync(position - 1, either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Position >= position;
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }
}

/// <summary>One open store, counted by those who read from it. Any thread.</summary>
internal sealed class StoreLease(IViewStore store)
{
    private int _holders = 1;
    private Action? _whenGone;

    public IViewStore Store => store;

    public void Acquire() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0) return;
        store.Dispose();
        _whenGone?.Invoke();
    }

    /// <summary>The owner lets go.</summary>
    public void Retire(Action whenGone)
    {
        _whenGone = whenGone;
        Release();
    }
}
