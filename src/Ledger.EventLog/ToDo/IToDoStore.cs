using NodaTime;

namespace Ledger.EventLog.ToDo;

/// <summary>
/// The durable to-do lists of those who read the log: one list and one checkpoint per process, changed together.
/// A list is derived from the log and can be rebuilt from it. One caller at a time per process.
/// </summary>
public interface IToDoStore : IAsyncDisposable
{
    /// <summary>Position of the last event that the process took in; 0 before the first.</summary>
    ValueTask<long> ReadCheckpointAsync(string process, CancellationToken cancellation);

    /// <summary>Moves the checkpoint and changes the list in one transaction.</summary>
    ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation);

    ToDoItem? Find(string process, string key);

    /// <summary>Rows whose key begins with <paramref name="keyPrefix"/>, in ordinal order of key, at most <paramref name="countMax"/>.</summary>
    IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax);

    /// <summary>Rows that are due at <paramref name="now"/>, earliest first, then by key.</summary>
    IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax);

    /// <summary>When the next row is due; null when none ever is.</summary>
    Instant? NextDue(string process);

    /// <summary>Tries a row again later and counts the attempt; nothing when the row is gone.</summary>
    ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation);
}

/// <param name="DueAt">When to act; null for a row that only remembers.</param>
/// <param name="Data">Small JSON, the process's own.</param>
/// <param name="Attempts">How often it was tried again since it was put.</param>
public sealed record ToDoItem(string Key, Instant? DueAt, string Data, int Attempts);

public abstract record ToDoChange
{
    private ToDoChange() { }

    /// <summary>Adds or replaces a row; its attempts start from 0.</summary>
    public sealed record Put(string Key, Instant? DueAt, string Data) : ToDoChange;

    public sealed record Remove(string Key) : ToDoChange;
}
