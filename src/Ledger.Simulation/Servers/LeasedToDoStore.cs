using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Simulation.Servers;

/// <summary>A to-do store as long as its server has it; then another server does, and this one gets errors.</summary>
internal sealed class LeasedToDoStore(IToDoStore inner) : IToDoStore
{
    private bool _isOver;

    public void End() => _isOver = true;

    public ValueTask<long> ReadCheckpointAsync(string process, CancellationToken cancellation) => Leased().ReadCheckpointAsync(process, cancellation);

    public ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation) =>
        Leased().CommitAsync(process, checkpoint, changes, cancellation);

    public ToDoItem? Find(string process, string key) => Leased().Find(process, key);

    public IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax) => Leased().Scan(process, keyPrefix, countMax);

    public IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax) => Leased().ReadDue(process, now, countMax);

    public ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation) => Leased().RescheduleAsync(process, key, dueAt, cancellation);

    public Instant? NextDue(string process) => Leased().NextDue(process);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IToDoStore Leased() => _isOver ? throw new EventLogUnavailableException("Another server has the to-do lists.") : inner;
}
