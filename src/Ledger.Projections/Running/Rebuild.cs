using Ledger.EventLog;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Running;

/// <summary>One rebuild of one projection, beside the view that serves and while writes go on. Used once, by one caller.</summary>
internal sealed class Rebuild(
    ProjectionRunner runner, IViewStorage storage, ViewManifest manifest, EventSource source, SharedReading.Seat seat, IClock clock, IProgress<RebuildProgress>? progress)
{
    /// <summary>Events of one batch: larger than live, because nobody waits for a single one.</summary>
    public const int BatchMax = 16_384;

    /// <summary>How often it is told how far it is, while it takes pages in.</summary>
    private const int PagesPerReport = 16;

    /// <summary>How often the new build catches up before it takes the runner's turn, however fast the log grows.</summary>
    private const int CatchUpRoundsMax = 20;

    /// <summary>How often it tries to serve where other processes take events in meanwhile: each time it lacks only what came since the last.</summary>
    private const int SwitchRoundsMax = 100;

    private readonly string _name = runner.Projection.Schema.Name;
    private readonly Instant _start = clock.GetCurrentInstant();
    private bool _hasRead;

    /// <summary>Waits for a first build to end; then builds, compares, switches over.</summary>
    /// <exception cref="ProjectionFailedException">The log could not be taken in or the store not written; what serves is left alone.</exception>
    public async Task<RebuildReport> RunAsync(RebuildOptions options, CancellationToken cancellation)
    {
        await runner.View.Begun.WaitAsync(cancellation).ConfigureAwait(false);
        var generation = manifest.NextGeneration(_name);
        IViewStore? store = null;
        var isServing = false;
        try
        {
            store = storage.Create(runner.Projection.Schema, generation, building: true);
            var builder = new ViewBuilder(runner.Projection, store, source);
            var (comparison, reason) = await CompareAsync(builder, cancellation).ConfigureAwait(false);
            if (options.SwitchOver) isServing = await SwitchOverAsync(builder, generation, options, cancellation).ConfigureAwait(false);

            Report(RebuildStage.Done, builder.Position);
            return new RebuildReport(_name, runner.View.Generation, builder.Position, isServing, comparison, reason);
        }
        catch (Exception exception) when (exception is ViewStoreException or EventLogUnavailableException or EventLogCorruptException)
        {
            throw new ProjectionFailedException($"{_name} could not be rebuilt, what served before still does: {exception.Message}", exception);
        }
        finally
        {
            seat.Leave();
            if (!isServing && store is not null) Discard(store, generation);
        }
    }

    /// <summary>Brings the new build to where the view that serves stands, and compares the two there.</summary>
    private async Task<(ViewComparison? Comparison, string? Reason)> CompareAsync(ViewBuilder builder, CancellationToken cancellation)
    {
        if (!runner.View.IsReady) return (null, $"{_name} was stopped before it was ever finished.");

        await FoldToAsync(builder, runner.View.Position, cancellation).ConfigureAwait(false);
        var lease = runner.View.Acquire();
        try
        {
            using var serving = await lease.Store.OpenSnapshotAsync(cancellation).ConfigureAwait(false);
            await FoldToAsync(builder, serving.Position, cancellation).ConfigureAwait(false);
            Report(RebuildStage.Comparing, builder.Position);
            using var rebuilt = await builder.Store.OpenSnapshotAsync(cancellation).ConfigureAwait(false);
            return (ViewComparer.Compare(builder.Store.Schema, serving, rebuilt, cancellation), null);
        }
        catch (ViewStoreException exception) when (exception.IsUnusable)
        {
            return (null, exception.Message);
        }
        finally
        {
            lease.Release();
        }
    }

    private async Task<bool> SwitchOverAsync(ViewBuilder builder, int generation, RebuildOptions options, CancellationToken cancellation)
    {
        await FoldToAsync(builder, source.Log.LastPosition, cancellation).ConfigureAwait(false);
        Report(RebuildStage.Finishing, builder.Position);
        builder.Store.Finish();
        for (var round = 0; round < CatchUpRoundsMax && source.Log.LastPosition - builder.Position > ProjectionRunner.BatchMax; round++)
        {
            await FoldToAsync(builder, source.Log.LastPosition, cancellation).ConfigureAwait(false);
        }

        await runner.TakeTurnAsync(
            async _ =>
            {
                var old = runner.View.Generation;
                for (var round = 0; round < SwitchRoundsMax; round++)
                {
                    // Never behind what readers have seen.
                    await FoldToAsync(builder, Math.Max(source.Log.LastPosition, runner.View.Position), cancellation).ConfigureAwait(false);
                    Report(RebuildStage.Switching, builder.Position);
                    if (manifest.TryServe(_name, generation))
                    {
                        runner.View.Replace(builder.Store, whenGone: () => DeleteOld(old, options));
                        return builder;
                    }

                    // Another server took in what this one has not heard of yet; so it will.
                    await source.Log.WaitForAsync(builder.Position, cancellation).ConfigureAwait(false);
                }

                throw new ProjectionFailedException($"{_name} could not be switched over: other servers were ahead each of {SwitchRoundsMax} times. What served before still does; try again when there is less to do.");
            },
            cancellation).ConfigureAwait(false);
        return true;
    }

    private async Task FoldToAsync(ViewBuilder builder, long position, CancellationToken cancellation)
    {
        if (!_hasRead) await FoldPagesAsync(builder, position, cancellation).ConfigureAwait(false);
        while (builder.Position < position)
        {
            Check(await builder.StepAsync((int)Math.Min(BatchMax, position - builder.Position), cancellation).ConfigureAwait(false));
            Report(RebuildStage.Folding, builder.Position);
        }
    }

    /// <summary>The first and longest stretch, from the reading that is shared with those rebuilt together.</summary>
    private async Task FoldPagesAsync(ViewBuilder builder, long position, CancellationToken cancellation)
    {
        _hasRead = true;
        seat.Take();
        var pages = 0;
        while (builder.Position < position && await seat.NextAsync(cancellation).ConfigureAwait(false) is { } page)
        {
            Check(builder.TakeIn(page, position));
            if (++pages % PagesPerReport == 0) Report(RebuildStage.Folding, builder.Position);
        }

        seat.Leave();
        builder.Commit();
        if (pages > 0) Report(RebuildStage.Folding, builder.Position);
    }

    private void Check(ProjectionStop? stop)
    {
        if (stop is null) return;

        var where = $"{_name} could not be rebuilt, what served before still does. Position {stop.Position}: ";
        throw new ProjectionFailedException(where + stop.Reason) { Stop = stop };
    }

    private void Report(RebuildStage stage, long position)
    {
        if (progress is null) return;

        var (target, seconds) = (Math.Max(position, source.Log.LastPosition), (clock.GetCurrentInstant() - _start).TotalSeconds);
        var rate = seconds > 0 && position > 0 ? position / seconds : (double?)null;
        progress.Report(new RebuildProgress(_name, stage, position, target, rate, rate is { } r ? Duration.FromSeconds((target - position) / r) : null));
    }

    private void DeleteOld(int generation, RebuildOptions options)
    {
        if (!options.KeepOld) DeleteQuietly(generation);
    }

    private void Discard(IViewStore store, int generation)
    {
        store.Dispose();
        DeleteQuietly(generation);
    }

    private void DeleteQuietly(int generation)
    {
        try
        {
            storage.Delete(_name, generation);
        }
        catch (ViewStoreException)
        {
            // A file that nobody reads any more is left; the next opening deletes it when it is newer than what serves.
        }
    }
}
