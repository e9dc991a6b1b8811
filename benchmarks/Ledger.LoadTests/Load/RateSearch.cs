namespace Ledger.LoadTests.Load;

/// <summary>
/// Looks for the highest offered rate that a target keeps up with (<see cref="RateStep"/> says what that is), by halving the distance between one that it does
/// and one that it does not. A failed step ends the way up for good, so it counts only when it fails <see cref="AttemptsMax"/> times.
/// </summary>
internal static class RateSearch
{
    /// <summary>How often one rate is tried before it counts as not kept up with.</summary>
    public const int AttemptsMax = 2;

    private const int BracketStepsMax = 12;

    /// <param name="first">A rate to begin with, above zero: for instance what a closed loop reached.</param>
    /// <param name="halvings">How often the distance is halved.</param>
    /// <returns>The best step that kept up (or the last one tried when none did), and all steps, repeats included.</returns>
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
            for (var attempt = 1; ; attempt++)
            {
                var step = await tryAsync(rate);
                steps.Add(step);
                if (step.KeepsUp || attempt == AttemptsMax) return step;
            }
        }
    }

    private static async Task<(RateStep Low, RateStep? High)> BracketAsync(double first, Func<double, Task<RateStep>> tryAsync)
    {
        const double factor = 1.5;
        var step = await tryAsync(first);
        RateStep? before = null;
        for (var count = 0; count < BracketStepsMax; count++)
        {
            var next = await tryAsync(step.KeepsUp ? step.Offered * factor : step.Offered / factor);
            before = step;
            step = next;
            if (before.KeepsUp != step.KeepsUp) return before.KeepsUp ? (before, step) : (step, before);
        }

        return (step, before is { KeepsUp: false } ? before : null);
    }
}
