using Ledger.Engine.Processes;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using Ledger.Simulation.Scheduling;
using NodaTime;

namespace Ledger.Simulation.Servers;

/// <summary>Runs one process of one server on the schedule: when events came, when a row falls due, again after a failure. One thread.</summary>
internal sealed class ProcessLoop(ProcessRunner runner, IToDoStore store, HomeContext home, World world)
{
    private static readonly Duration WakeMin = Duration.FromMilliseconds(50);
    private static readonly Duration WakeMax = Duration.FromSeconds(2);
    private static readonly Duration RetryAfter = Duration.FromSeconds(1);

    private bool _isRunning;
    private bool _isArranged;
    private bool _isWoken;
    private long _dueTicks = long.MaxValue;

    /// <summary>There may be something to do.</summary>
    public void Wake()
    {
        if (_isRunning) _isWoken = true;
        else Arrange(world.Chance.Between(WakeMin, WakeMax));
    }

    private void Arrange(Duration wait)
    {
        if (_isArranged || home.IsDead) return;

        _isArranged = true;
        world.Schedule.After(wait, () =>
        {
            _isArranged = false;
            if (!home.IsDead) _ = RunAsync();
        });
    }

    private async Task RunAsync()
    {
        (_isRunning, _isWoken) = (true, false);
        int acted;
        try
        {
            acted = await runner.RunDueAsync(world.Clock.GetCurrentInstant(), CancellationToken.None).ConfigureAwait(false);
            _isRunning = false;
            if (acted > 0 || _isWoken) Arrange(WakeMin);
            else if (store.NextDue(runner.Name) is { } due) ArrangeDue(due);
        }
        catch (EventLogUnavailableException)
        {
            // The log or the store: the next look may find it there again.
            _isRunning = false;
            Arrange(RetryAfter);
        }
        catch (Exception exception)
        {
            // The process's edge: it must not fail as a whole.
            world.Oracle.Fault($"process {runner.Name}", exception);
        }
    }

    /// <summary>One alarm at a time, the earliest; after a step of the clock it may ring too early, and is set again.</summary>
    private void ArrangeDue(Instant due)
    {
        var at = world.Schedule.NowTicks + Math.Max((due - world.Clock.GetCurrentInstant()).BclCompatibleTicks, 0);
        if (world.Schedule.NowTicks < _dueTicks && _dueTicks <= at) return;

        _dueTicks = at;
        world.Schedule.After(at - world.Schedule.NowTicks, () =>
        {
            if (_dueTicks == at) _dueTicks = long.MaxValue;
            if (!home.IsDead) Wake();
        });
    }
}
