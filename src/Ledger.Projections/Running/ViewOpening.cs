using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>Opens each view's serving generation, or begins a new one where that cannot serve. Used once, at the start.</summary>
internal sealed class ViewOpening(IViewStorage storage, ViewManifest manifest, EventSource source, ReadModelOptions options, string? manifestNote)
{
    public async ValueTask<ProjectionRunner> OpenAsync(IProjection projection, CancellationToken cancellation)
    {
        var name = projection.Schema.Name;
        manifest.DeleteRests(name);
        var (store, note) = await OpenServingAsync(projection.Schema, cancellation).ConfigureAwait(false);
        var readyFrom = 0L;
        if (store is null)
        {
            readyFrom = source.Log.LastPosition;
            var generation = manifest.NextGeneration(name);
            store = storage.Create(projection.Schema, generation, building: readyFrom > 0);
            manifest.Serve(name, generation);
        }

        var view = new ServedView(name, store, manifest.Serving(name)!.Value, readyFrom, options);
        return new ProjectionRunner(projection, view, new ViewBuilder(projection, store, source), source, options.Timer, note ?? manifestNote);
    }

    /// <returns>No store, and why as far as there was one, when it must be built anew.</returns>
    private async ValueTask<(IViewStore? Store, string? Note)> OpenServingAsync(ViewSchema schema, CancellationToken cancellation)
    {
        if (manifest.Serving(schema.Name) is not { } generation) return (null, null);

        IViewStore? store = null;
        try
        {
            store = storage.Open(schema, generation);
            var foreign = await IsOfAnotherLogAsync(store.Checkpoint, cancellation).ConfigureAwait(false);
            if (!foreign) return (store, null);

            store.Dispose();
            return (null, $"{schema.Name} was made from another log, or this one was put back to an earlier state: it is built anew.");
        }
        catch (ViewStoreException exception) when (exception.IsUnusable)
        {
            store?.Dispose();
            return (null, $"{exception.Message} It is built anew.");
        }
    }

    private async ValueTask<bool> IsOfAnotherLogAsync(ViewCheckpoint checkpoint, CancellationToken cancellation)
    {
        if (checkpoint.Position == 0) return false;
        if (checkpoint.Position > source.Log.LastPosition) return true;

        var events = await source.Log.ReadAllAsync(checkpoint.Position - 1, 1, cancellation).ConfigureAwait(false);
        return events.Length != 1 || !events[0].Hash.Span.SequenceEqual(checkpoint.Hash.Span);
    }
}
