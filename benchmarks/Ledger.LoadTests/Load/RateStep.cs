using System.Globalization;

namespace Ledger.LoadTests.Load;

/// <summary>
/// One rate that was offered, and whether the target kept up with it. It does when both hold: of what was due at least <see cref="AnsweredShareMin"/> was
/// accepted, and at some moment of the step's last quarter no more was waiting than falls due in <see cref="BacklogSecondsMax"/>. A target that stalls catches
/// up again and keeps up; one that is too slow has more and more waiting, to the end.
/// </summary>
/// <param name="Offered">Calls a second that were meant to be sent.</param>
/// <param name="Accepted">Calls a second that were answered, until the last answer.</param>
/// <param name="AnsweredShare">Of the calls that were due, those that were accepted at all: not refused, and sent.</param>
/// <param name="BacklogSeconds">What was waiting in the last quarter when it was least, as seconds of the offered rate.</param>
/// <param name="LagSeconds">How long after the last call was due the last answer came; says nothing by itself, as any pause at the end is in it.</param>
internal sealed record RateStep(double Offered, double Accepted, double AnsweredShare, double BacklogSeconds, double LagSeconds)
{
    /// <summary>A stall fills the target's mailbox, and what is due meanwhile is refused: a hundredth is allowed for that.</summary>
    public const double AnsweredShareMin = 0.99;

    /// <summary>In a step of eight seconds a target that is slower than the rate by a sixtieth has this much waiting when the last quarter begins.</summary>
    public const double BacklogSecondsMax = 0.1;

    /// <summary>Where the last quarter begins.</summary>
    private const double LateShare = 0.75;

    public bool KeepsUp => AnsweredShare >= AnsweredShareMin && BacklogSeconds <= BacklogSecondsMax;

    /// <param name="seconds">How long calls were due.</param>
    public static RateStep Of(double offered, double seconds, LoadResult result)
    {
        var share = result.Tally.Offered > 0 ? (double)result.Accepted / result.Tally.Offered : 0;
        return new RateStep(offered, result.Rate, share, BacklogOf(seconds, result), Math.Max(0, result.Seconds - seconds));
    }

    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"offered {Offered:N0}/s, answered {Accepted:N0}/s, {AnsweredShare:P2} of what was due, {BacklogSeconds * 1000:N0} ms waiting at the least, the last {LagSeconds * 1000:N0} ms late: {(KeepsUp ? "keeps up" : "falls behind")}");

    /// <summary>At the end of each interval: what of the accepted calls was due by then, spread evenly, less what was answered by then.</summary>
    private static double BacklogOf(double seconds, LoadResult result)
    {
        const double error = 1e-9;
        if (result.Accepted == 0) return seconds;

        var (answered, least) = (0L, seconds);
        var counts = result.Tally.Throughput.Counts;
        for (var index = 0; index < counts.Count; index++)
        {
            answered += counts[index];
            var at = (index + 1) * result.Tally.Throughput.Interval.TotalSeconds;
            if (at < (seconds * LateShare) - error) continue;
            if (at > seconds + error) break;

            least = Math.Min(least, at - (seconds * answered / result.Accepted));
        }

        return Math.Max(0, least);
    }
}
