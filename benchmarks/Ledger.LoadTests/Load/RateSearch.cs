namespace Ledger.LoadTests.Load;

/// <param name="Offered">Calls a second that were meant to be sent.</param>
/// <param name="Accepted">Calls a second that were answered, until the last answer.</param>
/// <param name="LagSeconds">How long after the last call was due the last answer came.</param>
/// <param name="Lost">Calls that were refused or not sent.</param>
internal sealed record RateStep(double Offered, double Accepted, double LagSeconds, long Lost)
{
    /// <summary>A target that falls behind by a fortieth of a step of four seconds is behind by this at its end.</summary>
    public const double LagSecondsMax = 0.1;

    public bool KeepsUp => Lost == 0 && LagSeconds <= LagSecondsMax;

    /// <param name="seconds">How long calls were due.</param>
    public static RateStep Of(double offered, double seconds, LoadResult result) =>
        new(offered, result.Rate, Math.Max(0, result.Seconds - seconds), result.Tally.Refused + result.Tally.Unsent);
}

/// <summary>Looks for the highest offered rate that a target keeps up with, by halving the distance between one that it does and one that it does not.</summary>
internal static class RateSearch
{
    private const int DoublingsMax = 12;

    /// <param name="first">A rate to begin with, above zero: for instance what a closed loop reached.</param>
    /// <param name="halvings">How often the distance is halved.</param>
    /// <returns>The best step that kept up (or the last one tried when none did), and all steps.</returns>
    public static async Task<(RateStep Peak, IReadOnlyList<RateStep> Steps)> RunAsync(double first, int halvings, Func<double, Task<RateStep>> tryAsync)
    {
        var steps = new List<RateStep>();
        var (low, high) = await BracketAsync(first, Try);
        for (var count = 0; count < halvings && low.KeepsUp && high is not null; count++)
        {
            var step = await Try((low.Offered + high.Offered) / 2);
            if (step.KeepsUp) low = step;
            else high = step;
        }

        return (low, steps);

        async Task<RateStep> Try(double rate)
        {
            var step = await tryAsync(rate);
            steps.Add(step);
            return step;
        }
    }

    private static async Task<(RateStep Low, RateStep? High)> BracketAsync(double first, Func<double, Task<RateStep>> tryAsync)
    {
        const double factor = 1.5;
        var step = await tryAsync(first);
        RateStep? before = null;
        for (var count = 0; count < DoublingsMax; count++)
        {
            var next = await tryAsync(step.KeepsUp ? step.Offered * factor : step.Offered / factor);
            before = step;
            step = next;
            if (before.KeepsUp != step.KeepsUp) return before.KeepsUp ? (before, step) : (step, before);
        }

        return (step, before is { KeepsUp: false } ? before : null);
    }
}
