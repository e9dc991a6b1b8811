using NodaTime;

namespace Ledger.Engine.Processes;

/// <summary>A runner's bounds.</summary>
public sealed record ProcessOptions
{
    /// <summary>Events taken in per transaction of the to-do store. Default 500.</summary>
    public int EventsPerBatchMax { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(EventsPerBatchMax)); } = 500;

    /// <summary>Due rows acted on before the log is looked at again. Default 100.</summary>
    public int RowsPerRoundMax { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(RowsPerRoundMax)); } = 100;

    /// <summary>Rows acted on at the same time; 1 keeps strict order, as a simulation needs. Default 4.</summary>
    public int ConcurrencyMax { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(ConcurrencyMax)); } = 4;

    /// <summary>Measures <see cref="ActionTimeout"/> and waits; a simulation hands its own in. Default the system's.</summary>
    public TimeProvider Timers { get; init; } = TimeProvider.System;

    /// <summary>How long one row may take; then it counts as failed. By <see cref="Timers"/>, not the clock. Default 2 minutes.</summary>
    public Duration ActionTimeout { get; init; } = Duration.FromMinutes(2);

    /// <summary>Wait after a row's first failure; doubled with each further one. Default 1 second.</summary>
    public Duration BackoffMin { get; init; } = Duration.FromSeconds(1);

    /// <summary>Longest wait after a failure. Default 5 minutes.</summary>
    public Duration BackoffMax { get; init; } = Duration.FromMinutes(5);

    /// <summary>Longest sleep of <see cref="ProcessRunner.RunAsync"/>, by <see cref="Timers"/>: small for a clock that jumps or runs fast. Default 1 second.</summary>
    public Duration PollMax { get; init; } = Duration.FromSeconds(1);

    /// <summary>
    /// Least time between two batches of events while more keep coming, by <see cref="Timers"/>: actions are that much later and batches that much larger.
    /// Default zero: every commit of the log is taken in at once.
    /// </summary>
    public Duration GatherFor { get; init => field = value >= Duration.Zero ? value : throw new ArgumentOutOfRangeException(nameof(GatherFor)); } = Duration.Zero;

    /// <summary>How long to wait after so many failures.</summary>
    /// <param name="failures">0 after the first.</param>
    public Duration BackoffAfter(int failures)
    {
        const int doublingsMax = 30;
        var wait = BackoffMin * (1L << Math.Clamp(failures, 0, doublingsMax));
        return wait < BackoffMax ? wait : BackoffMax;
    }
}

/// <summary>Hears of what went wrong, for the operator's log. Must not throw. Any thread.</summary>
public interface IProcessObserver
{
    /// <summary>One row failed and is tried again later; the others run on.</summary>
    void ActionFailed(string process, string key, Exception error);

    /// <summary>The process could not take events in or reach its store; it tries again.</summary>
    void RunFailed(string process, Exception error);
}
