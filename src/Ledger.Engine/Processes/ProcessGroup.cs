using System.Collections.Immutable;
using NodaTime;

namespace Ledger.Engine.Processes;

/// <summary>Processes over one log, whose commands are each other's events. One caller at a time.</summary>
public sealed class ProcessGroup(ImmutableArray<ProcessRunner> runners)
{
    public ImmutableArray<ProcessRunner> Runners { get; } = runners;

    /// <summary>Runs all of them, in turn, until none has anything to do at <paramref name="now"/>.</summary>
    /// <param name="roundsMax">How often all of them are run at most.</param>
    /// <returns>False when there was still something after the last round.</returns>
    public async ValueTask<bool> RunUntilIdleAsync(Instant now, int roundsMax, CancellationToken cancellation)
    {
        for (var round = 0; round < roundsMax; round++)
        {
            var worked = false;
            foreach (var runner in Runners)
            {
                var read = await runner.CatchUpAsync(cancellation).ConfigureAwait(false);
                worked |= read > 0 || await runner.RunDueAsync(now, cancellation).ConfigureAwait(false) > 0;
            }

            if (!worked) return true;
        }

        return false;
    }

    /// <summary>Runs each on its own until cancelled. Never throws.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(Runners.Select(runner => Task.Run(() => runner.RunAsync(cancellation), CancellationToken.None)));
}
