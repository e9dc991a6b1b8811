using NodaTime;

namespace Ledger.EventLog.ToDo;

/// <summary>A list that is gone with its process; for tests and simulations.</summary>
public sealed class InMemoryToDoStore : IToDoStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProcessList> _lists = new(StringComparer.Ordinal);

    public ValueTask<long> ReadCheckpointAsync(string process, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock) return new(List(process).Checkpoint);
    }

    public ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var list = List(process);
            ArgumentOutOfRangeException.ThrowIfLessThan(checkpoint, list.Checkpoint);
            list.Checkpoint = checkpoint;
            foreach (var change in changes) list.Apply(change);
        }

        return ValueTask.CompletedTask;
    }

    public ToDoItem? Find(string process, string key)
    {
        lock (_lock) return List(process).Items.GetValueOrDefault(key);
    }

    public IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax)
    {
        lock (_lock) return [.. List(process).Items.Values.Where(item => item.Key.StartsWith(keyPrefix, StringComparison.Ordinal)).Take(countMax)];
    }

    public IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax)
    {
        lock (_lock) return [.. List(process).Due.TakeWhile(due => due.At <= now).Take(countMax).Select(due => List(process).Items[due.Key])];
    }

    public ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (List(process).Items.TryGetValue(key, out var item)) List(process).Set(item with { DueAt = dueAt, Attempts = item.Attempts + 1 });
        }

        return ValueTask.CompletedTask;
    }

    public Instant? NextDue(string process)
    {
        lock (_lock) return List(process).Due is { Count: > 0 } due ? due.Min.At : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ProcessList List(string process)
    {
        if (!_lists.TryGetValue(process, out var list)) _lists[process] = list = new ProcessList();
        return list;
    }

    private sealed class ProcessList
    {
        public long Checkpoint { get; set; }

        public SortedDictionary<string, ToDoItem> Items { get; } = new(StringComparer.Ordinal);

        public SortedSet<(Instant At, string Key)> Due { get; } = new(Comparer<(Instant At, string Key)>.Create(static (left, right) =>
            left.At != right.At ? left.At.CompareTo(right.At) : string.CompareOrdinal(left.Key, right.Key)));

        public void Apply(ToDoChange change)
        {
            switch (change)
            {
                case ToDoChange.Put put: Set(new ToDoItem(put.Key, put.DueAt, put.Data, 0)); break;
                case ToDoChange.Remove remove: Remove(remove.Key); break;
                default: throw new System.Diagnostics.UnreachableException();
            }
        }

        public void Set(ToDoItem item)
        {
            Remove(item.Key);
            Items[item.Key] = item;
            if (item.DueAt is { } due) Due.Add((due, item.Key));
        }

        private void Remove(string key)
        {
            if (Items.Remove(key, out var item) && item.DueAt is { } due) Due.Remove((due, key));
        }
    }
}
