using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Engine.Processes;

/// <summary>One batch's changes on top of the stored list: what was put before is read back. Used by one runner, then thrown away.</summary>
internal sealed class ToDoOverlay(IToDoStore store, string process) : IToDoList
{
    private readonly Dictionary<string, ToDoItem?> _changed = new(StringComparer.Ordinal);

    /// <summary>The last change of each key.</summary>
    public IReadOnlyList<ToDoChange> Changes =>
        [.. _changed.Select(static change => change.Value is { } item ? (ToDoChange)new ToDoChange.Put(item.Key, item.DueAt, item.Data) : new ToDoChange.Remove(change.Key))];

    public void Put(string key, Instant? dueAt, string data) => _changed[key] = new ToDoItem(key, dueAt, data, Attempts: 0);

    public void Remove(string key) => _changed[key] = null;

    public ToDoItem? Find(string key) => _changed.TryGetValue(key, out var item) ? item : store.Find(process, key);

    public IReadOnlyList<ToDoItem> Scan(string keyPrefix, int countMax)
    {
        var changed = _changed.Where(change => change.Key.StartsWith(keyPrefix, StringComparison.Ordinal)).ToArray();
        var stored = store.Scan(process, keyPrefix, countMax + changed.Length).Where(item => !_changed.ContainsKey(item.Key));
        return [.. stored.Concat(changed.Select(static change => change.Value).OfType<ToDoItem>()).OrderBy(static item => item.Key, StringComparer.Ordinal).Take(countMax)];
    }
}

/// <summary>The stored list while rows are acted on. A store serves one caller at a time, rows several.</summary>
internal sealed class ToDoReader(IToDoStore store, string process) : IToDoReader
{
    private readonly Lock _lock = new();

    public ToDoItem? Find(string key)
    {
        lock (_lock) return store.Find(process, key);
    }

    public IReadOnlyList<ToDoItem> Scan(string keyPrefix, int countMax)
    {
        lock (_lock) return store.Scan(process, keyPrefix, countMax);
    }
}
