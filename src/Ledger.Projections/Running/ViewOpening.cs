using Ledger.EventLog;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>Opens each view's serving generation, or begins a new one where that cannot serve. Used once, at the start.</summary>
internal sealed class ViewOpening(IViewStorage storage, ViewManifest manifest, EventSource source, ReadModelOptions options, string? manifestNote)
{
    public async ValueTask<ProjectionRunner> OpenAsync(IProjection projection, CancellationToken cancellation)
    {
        var name = projection.Schema.Name;
        if (!storage.IsShared) manifest.DeleteRests(name);
        var (store, note) = await OpenServingAsync(projection.Schema, cancellation).ConfigureAwait(false);
        if (store is null && storage.IsShared) throw new EventLogRefusedException(note ?? $"The database has no read model « {name} ». Stop the servers and run « ledger migrate ».");

        var readyFrom = store?.ReadyFrom ?? source.Log.LastPosition;
        if (store is null)
        {
            var generation = manifest.NextGeneration(name);
            store = storage.Create(projection.Schema, generation, building: readyFrom > 0);
            manifest.TryServe(name, generation);
        }

        var view = new ServedView(name, store, readyFrom, options);
        return new ProjectionRunner(projection, view, new ViewBuilder(projection, store, source), source, storage.IsShared, options.Timer, note ?? manifestNote);
    }

    /// <returns>No store, and why as far as there was one, when it must be built anew.</returns>
    private async ValueTask<(IViewStore? Store, string? Note)> OpenServingAsync(ViewSchema schema, CancellationToken cancellation)
    {
        if (manifest.Serving(schema.Name) is not { } generation) return (null, null);

        IViewStore? store = null;
        try
        {
            store = storage.Open(schema, generation, source.Log.LastPosition);
            var foreign = await IsOfAnotherLogAsync(store.Checkpoint, cancellation).ConfigureAwait(false);
            if (!foreign) return (store, null);

            store.Dispose();
            return (null, $"{schema.Name} was made from another log, or this one was put back to an earlier state: it is built anew.");
        }
        catch (ViewStoreException exception) when (exception.IsUnusable)
        {
            store?.Dispose();
            return (null, storage.IsShared ? exception.Message : $"{exception.Message} It is built anew.");
        }
    }

    private async ValueTask<bool> IsOfAnotherLogAsync(ViewCheckpoint checkpoint, CancellationToken cancellation)
    {
        if (checkpoint.Position == 0) return false;
        // Where others fold too, one of them may have taken in what this server has not heard of yet.
        if (!await source.Log.HearsOfAsync(checkpoint.Position, cancellation).ConfigureAwait(false)) return true;

        var events = await source.Log.ReadAllAsync(checkpoint.Position - 1, 1, cancellation).ConfigureAwait(false);
        return events.Length != 1 || !events[0].Hash.Span.SequenceEqual(checkpoint.Hash.Span);
    }
}
