using System.Collections.Immutable;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>Which generation of each view serves. Any thread.</summary>
internal sealed class ViewManifest(IViewStorage storage)
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<string, int> _serving = ImmutableDictionary<string, int>.Empty;

    /// <summary>Reads what is stored; what is damaged counts as nothing, because all of it can be built anew.</summary>
    /// <returns>What an operator should know; null when nothing.</returns>
    /// <exception cref="ViewStoreException">It is there and cannot be read.</exception>
    public string? Load()
    {
        lock (_lock)
        {
            try
            {
                _serving = storage.ReadManifest();
                return null;
            }
            catch (ViewStoreException exception) when (exception.IsUnusable)
            {
                _serving = ImmutableDictionary<string, int>.Empty;
                return exception.Message;
            }
        }
    }

    /// <returns>Null when none serves.</returns>
    public int? Serving(string name)
    {
        lock (_lock) return _serving.TryGetValue(name, out var generation) ? generation : null;
    }

    /// <summary>From now on, also after a crash, this one.</summary>
    public void Serve(string name, int generation)
    {
        lock (_lock)
        {
            var changed = _serving.SetItem(name, generation);
            storage.WriteManifest(changed);
            _serving = changed;
        }
    }

    /// <summary>Above all that are there, finished or not.</summary>
    public int NextGeneration(string name)
    {
        lock (_lock)
        {
            var used = storage.List().Where(entry => entry.Name == name).Select(static entry => entry.Generation);
            return used.Append(_serving.GetValueOrDefault(name)).Max() + 1;
        }
    }

    /// <summary>Deletes builds that a crash broke off: those newer than what serves. Older ones were kept on purpose.</summary>
    public void DeleteRests(string name)
    {
        var serving = Serving(name);
        var rests = storage.List().Where(entry => entry.Name == name && (serving is null || entry.Generation > serving));
        foreach (var (_, generation) in rests) storage.Delete(name, generation);
    }
}
