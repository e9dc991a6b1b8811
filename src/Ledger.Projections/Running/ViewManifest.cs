using System.Collections.Immutable;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>Which generation of each view serves. Any thread.</summary>
internal sealed class ViewManifest(IViewStorage storage)
{
    private readonly Lock _lock = new();

    /// <summary>What is damaged counts as nothing, because all of it can be built anew.</summary>
    /// <returns>What an operator should know; null when nothing.</returns>
    /// <exception cref="ViewStoreException">It is there and cannot be read.</exception>
    public string? Check()
    {
        lock (_lock)
        {
            _ = Read(out var note);
            return note;
        }
    }

    /// <returns>Null when none serves.</returns>
    public int? Serving(string name)
    {
        lock (_lock) return Read(out _).TryGetValue(name, out var generation) ? generation : null;
    }

    /// <inheritdoc cref="IViewStorage.TryServe"/>
    public bool TryServe(string name, int generation)
    {
        lock (_lock) return storage.TryServe(name, generation);
    }

    /// <summary>Above all that are there, finished or not.</summary>
    public int NextGeneration(string name)
    {
        lock (_lock)
        {
            var used = storage.List().Where(entry => entry.Name == name).Select(static entry => entry.Generation);
            return used.Append(Read(out _).GetValueOrDefault(name)).Max() + 1;
        }
    }

    /// <summary>Deletes builds that a crash broke off: those newer than what serves. Older ones were kept on purpose.</summary>
    public void DeleteRests(string name)
    {
        var serving = Serving(name);
        var rests = storage.List().Where(entry => entry.Name == name && (serving is null || entry.Generation > serving));
        foreach (var (_, generation) in rests) storage.Delete(name, generation);
    }

    private ImmutableDictionary<string, int> Read(out string? note)
    {
        try
        {
            note = null;
            return storage.ReadManifest();
        }
        catch (ViewStoreException exception) when (exception.IsUnusable)
        {
            note = exception.Message;
            return ImmutableDictionary<string, int>.Empty;
        }
    }
}
