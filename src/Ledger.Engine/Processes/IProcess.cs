using Ledger.Domain;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Engine.Processes;

/// <summary>
/// Reacts to events, now or at a time: folds the log into a durable to-do list and acts on what is due.
/// The runner applies one event at a time, and acts on several rows at a time but never while it applies.
/// </summary>
public interface IProcess
{
    /// <summary>Names its checkpoint and its list. Stored, so never renamed.</summary>
    string Name { get; }

    /// <summary>Takes one event in: puts, changes or removes rows. Pure apart from the list; runs again after a crash, so it is a fold.</summary>
    void Apply(RecordedEvent recorded, ILedgerEvent @event, IToDoList list);

    /// <summary>
    /// Does what a due row asks for, by commands whose ids are derived from the row (see <see cref="DerivedId"/>), so that a repeat is harmless.
    /// </summary>
    /// <returns>What becomes of the row; when an event that the action caused removes or replaces it, that wins.</returns>
    ValueTask<ToDoOutcome> ActAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation);
}

public interface IToDoReader
{
    ToDoItem? Find(string key);

    /// <summary>Rows whose key begins with <paramref name="keyPrefix"/>, in ordinal order of key.</summary>
    IReadOnlyList<ToDoItem> Scan(string keyPrefix, int countMax);
}

/// <summary>A process's list while it takes events in: reads see what was put before.</summary>
public interface IToDoList : IToDoReader
{
    /// <param name="dueAt">When to act; null for a row that only remembers.</param>
    void Put(string key, Instant? dueAt, string data);

    void Remove(string key);
}

public abstract record ToDoOutcome
{
    private ToDoOutcome() { }

    /// <summary>Nothing more to do: the row goes.</summary>
    public sealed record Done : ToDoOutcome;

    /// <summary>Not yet, or not reached: act again at that time; the row counts one more attempt.</summary>
    public sealed record Again(Instant At) : ToDoOutcome;
}
