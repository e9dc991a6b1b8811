using NodaTime;

namespace Ledger.Acquiring.FollowUp;

/// <summary>How long the follow-up process waits. All by the ledger's clock, so that they hold across restarts.</summary>
public sealed record FollowUpOptions
{
    public static FollowUpOptions Default { get; } = new();

    /// <summary>Nothing more came from the phone before the question left: Aborted. Counted from the last stage. R038: a payment takes about 60 s.</summary>
    public Duration CardTimeout { get; init; } = Duration.FromSeconds(120);

    /// <summary>
    /// A question that has been out for so long without an outcome was cut off by a crash, and can no longer arrive at the host: « not found » is
    /// believed from then on. Above <see cref="HostTimeouts.Authorise"/>, or answers that are still awaited are taken for lost.
    /// </summary>
    public Duration AnswerTimeout { get; init; } = Duration.FromSeconds(90);

    /// <summary>An approval that the phone does not complete is reversed (E45).</summary>
    public Duration CompletionTimeout { get; init; } = Duration.FromSeconds(120);

    /// <summary>How long the desk's own try has before the process tries as well.</summary>
    public Duration FirstDelay { get; init; } = Duration.FromSeconds(2);

    /// <summary>The wait after the first try; doubled after each, up to <see cref="RetryDelayMax"/>.</summary>
    public Duration RetryDelayMin { get; init; } = Duration.FromSeconds(1);

    /// <summary>Asked for ever at least this often (E26).</summary>
    public Duration RetryDelayMax { get; init; } = Duration.FromMinutes(5);

    /// <summary>From so many tries on, each one raises an alarm.</summary>
    public int AlarmAttempts { get; init; } = 10;

    /// <param name="attempts">Tries before this one.</param>
    internal Duration RetryDelay(int attempts)
    {
        const int doublingsMax = 16;
        var delay = RetryDelayMin * (1 << Math.Min(attempts, doublingsMax));
        return Duration.Min(delay, RetryDelayMax);
    }
}
