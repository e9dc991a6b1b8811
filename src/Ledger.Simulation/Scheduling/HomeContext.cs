namespace Ledger.Simulation.Scheduling;

/// <summary>
/// Where the continuations of one party (a server process, the town) run: on the schedule's thread, one after another. Those of a party that
/// is dead do not run any more, which is how a crash ends whatever was under way.
/// </summary>
/// <remarks>
/// Only while one of its callbacks runs is it the current context. Everything else, completions above all, runs without any: the runtime then
/// goes on inline with what was awaited by ConfigureAwait(false), and does not hand it to the thread pool.
/// </remarks>
internal sealed class HomeContext(Schedule schedule) : SynchronizationContext
{
    public bool IsDead { get; private set; }

    public void Die() => IsDead = true;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead) schedule.Post(d, state, this);
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing waits inside a step.");

    /// <summary>Begins something that goes on here.</summary>
    public void Begin(Func<Task> work) => Post(static state => ((Func<Task>)state!)(), work);

    public void Run(SendOrPostCallback callback, object? state)
    {
        if (IsDead) return;

        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(null);
        }
    }
}
