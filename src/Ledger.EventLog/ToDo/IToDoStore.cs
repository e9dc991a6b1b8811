using NodaTime;

namespace Ledger.EventLog.ToDo;

/// <summary>One thing that a process has to do.</summary>
/// <param name="Key">Names it within its process. Keys are ordered ordinally (by code point).</param>
/// <param name="DueAt">When; null while it waits for something else than time.</param>
/// <param name="Data">What the process needs to do it; never card data nor a clear contact.</param>
/// <param name="Attempts">How often it was put off by <see cref="IToDoStore.RescheduleAsync"/> since it was last put.</param>
public sealed record ToDoItem(string Key, Instant? DueAt, string Data, int Attempts);

/// <summary>What one step of a process's fold changes in its list.</summary>
public abstract record ToDoChange
{
    private ToDoChange() { }

    /// <summary>Adds the item or replaces it; its attempts start at 0.</summary>
    public sealed record Put(string Key, Instant? DueAt, string Data) : ToDoChange;

    /// <summary>Done, or no longer needed. Nothing happens when it is not there.</summary>
    public sealed record Remove(string Key) : ToDoChange;
}

/// <summary>
/// The lists of processes that read the log: what each still has to do, and how far it has read. It can be thrown away: folding the log
/// again from 0 makes it anew. Every store passes tests/Ledger.EventLog.Conformance. Safe for any thread.
/// </summary>
public interface IToDoStore : IAsyncDisposable
{
    /// <summary>The log position up to which the process has folded; 0 at first.</summary>
    ValueTask<long> ReadCheckpointAsync(string process, CancellationToken cancellation);

    /// <summary>Applies the changes in order and moves the checkpoint, in one transaction.</summary>
    /// <param name="checkpoint">At or above the last one: a checkpoint never goes back.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="checkpoint"/> is below the last one; nothing was changed.</exception>
    /// <exception cref="EventLogUnavailableException">The store could not be written; nothing was changed.</exception>
    ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation);

    /// <returns>Null when there is no such item.</returns>
    ToDoItem? Find(string process, string key);

    /// <summary>Items whose key starts with <paramref name="keyPrefix"/>, in order of key (ordinal), at most <paramref name="countMax"/>.</summary>
    IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax);

    /// <summary>Items due at or before <paramref name="now"/>, in order of due instant, then key; at most <paramref name="countMax"/>.</summary>
    IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax);

    /// <summary>Puts an item off and counts the attempt. Nothing happens when it is not there: an event removed it meanwhile.</summary>
    /// <exception cref="EventLogUnavailableException">The store could not be written; nothing was changed.</exception>
    ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation);

    /// <summary>The earliest due instant of all items; null when none has one.</summary>
    Instant? NextDue(string process);
}
