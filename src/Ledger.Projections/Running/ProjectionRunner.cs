using Ledger.EventLog;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Running;

/// <summary>
/// Keeps one served view up to the log: sleeps until the log moves, takes in what there is, in bounded batches. A bad event stops this projection alone.
/// Runs on one task of its own; a rebuild takes its turn to switch stores.
/// </summary>
internal sealed class ProjectionRunner
{
    /// <summary>Events of one batch: readers see progress at least this often.</summary>
    public const int BatchMax = 4_096;

    /// <summary>Attempts at a store or log that cannot be reached, before the projection stops.</summary>
    public const int AttemptsMax = 10;

    /// <summary>
    /// Where other processes have the same view, a stop is tried again by itself after this long: what stopped it may have been mended by another's rebuild, or was a
    /// database that is back.
    /// </summary>
    public static readonly TimeSpan SharedRetryEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(30);

    private readonly EventSource _source;
    private readonly TimeProvider _timer;
    private readonly bool _isShared;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _resumed = new(0, 1);
    private readonly CancellationTokenSource _closing = new();
    private volatile ViewBuilder _builder;
    private SharedReading.Seat? _firstReading;
    private Task _loop = Task.CompletedTask;
    private int _attempts;
    private volatile bool _isClosed;

    public ProjectionRunner(IProjection projection, ServedView view, ViewBuilder builder, EventSource source, bool isShared, TimeProvider timer, string? note)
    {
        (Projection, View, _builder, _source, _isShared, _timer, Note) = (projection, view, builder, source, isShared, timer, note);
    }

    public IProjection Projection { get; }

    public ServedView View { get; }

    public string? Note { get; }

    /// <param name="firstReading">Where a view that has nothing yet is given its first events; left when it stops or is closed. Null: it reads them by itself.</param>
    public void Start(SharedReading.Seat? firstReading)
    {
        _firstReading = firstReading;
        _loop = Task.Run(() => RunAsync(_closing.Token));
    }

    /// <summary>Ends a stop; nothing when it runs.</summary>
    public void Resume()
    {
        if (View.Stop is null) return;

        try
        {
            _resumed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Resumed before, and not woken yet.
        }
    }

    public ProjectionStatus StatusAt(IClock clock)
    {
        var (position, checkpoint) = (View.Position, _builder.Store.Checkpoint);
        var logPosition = Math.Max(position, _source.Log.LastPosition);
        Duration? lag = position == logPosition ? Duration.Zero : null;
        if (lag is null && checkpoint.RecordedAt is { } at) lag = Duration.Max(Duration.Zero, clock.GetCurrentInstant() - at);
        return new ProjectionStatus(
            Projection.Schema.Name,
            View.Generation,
            Condition(),
            position,
            logPosition,
            checkpoint.RecordedAt,
            lag,
            checkpoint.Skipped,
            View.Stop,
            Note);
    }

    /// <summary>Runs <paramref name="switchOver"/> while no event is taken in; it is given the builder, and returns the one to go on with.</summary>
    public async Task TakeTurnAsync(Func<ViewBuilder, Task<ViewBuilder>> switchOver, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _builder = await switchOver(_builder).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }

        Resume();
    }

    public async ValueTask CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        LeaveFirstReading();
        _isClosed = true;
        View.Close();
        _closing.Dispose();
    }

    private ProjectionCondition Condition()
    {
        if (_isClosed) return ProjectionCondition.Closed;
        if (View.Stop is not null) return ProjectionCondition.Stopped;
        if (Volatile.Read(ref _attempts) > 0) return ProjectionCondition.Retrying;
        return View.IsReady ? ProjectionCondition.Live : ProjectionCondition.CatchingUp;
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var stop = await TryStepAsync(cancellation).ConfigureAwait(false);
                if (stop is null) continue;

                LeaveFirstReading();
                View.Stop = stop;
                await WaitForResumeAsync(cancellation).ConfigureAwait(false);
                (View.Stop, _attempts) = (null, 0);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Closed: what was committed stands, the rest is taken in next time.
        }
    }

    private async Task WaitForResumeAsync(CancellationToken cancellation)
    {
        await using var again = _timer.CreateTimer(_ => Resume(), null, _isShared ? SharedRetryEvery : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        await _resumed.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask<ProjectionStop?> TryStepAsync(CancellationToken cancellation)
    {
        try
        {
            if (View.Position < _builder.Position) Show();
            await View.Pace.WaitAsync(_source.Log, _builder.Position, BatchMax, cancellation).ConfigureAwait(false);
            var stop = await StepAsync(cancellation).ConfigureAwait(false);
            Volatile.Write(ref _attempts, 0);
            return stop;
        }
        catch (ViewStoreException exception)
        {
            return await FailAsync(StopKind.StoreUnavailable, exception.Message, exception.IsUnusable, cancellation).ConfigureAwait(false);
        }
        catch (EventLogUnavailableException exception)
        {
            return await FailAsync(StopKind.LogUnavailable, exception.Message, isFinal: false, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The edge of this projection: the others go on.
            return await FailAsync(StopKind.LogUnavailable, exception.Message, isFinal: true, cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask<ProjectionStop?> StepAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_firstReading is { } seat) await ReadFirstAsync(seat, cancellation).ConfigureAwait(false);
            var stop = await _builder.StepAsync(BatchMax, cancellation).ConfigureAwait(false);
            Show();
            return stop;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The longest stretch of a first build. Whatever ends it early, the steps go on from what was committed and meet the same again.</summary>
    private async ValueTask ReadFirstAsync(SharedReading.Seat seat, CancellationToken cancellation)
    {
        _firstReading = null;
        seat.Take();
        try
        {
            while (await seat.NextAsync(cancellation).ConfigureAwait(false) is { } page)
            {
                if (_builder.TakeIn(page, long.MaxValue) is not null) return;

                // How far it is, and not yet that it can be read: it is not finished.
                View.Advance(Math.Min(_builder.Store.Checkpoint.Position, View.ReadyFrom - 1));
            }

            _builder.Commit();
        }
        finally
        {
            seat.Leave();
            _builder.Abandon();
        }
    }

    /// <summary>The others wait for nobody who does not come.</summary>
    private void LeaveFirstReading()
    {
        _firstReading?.Leave();
        _firstReading = null;
    }

    /// <summary>Lets readers see what was taken in; a first build is finished before it is shown.</summary>
    private void Show()
    {
        if (_builder.Position >= View.ReadyFrom) _builder.Store.Finish();
        View.Advance(_builder.Position);
    }

    /// <returns>Null to try again; a stop when that is of no use, or was tried <see cref="AttemptsMax"/> times.</returns>
    private async ValueTask<ProjectionStop?> FailAsync(StopKind kind, string reason, bool isFinal, CancellationToken cancellation)
    {
        var attempts = Interlocked.Increment(ref _attempts);
        if (isFinal || attempts >= AttemptsMax) return new ProjectionStop(kind, _builder.Position, null, reason);

        var delay = TimeSpan.FromTicks(Math.Min(DelayMax.Ticks, FirstDelay.Ticks << (attempts - 1)));
        await Task.Delay(delay, _timer, cancellation).ConfigureAwait(false);
        return null;
    }
}
