namespace Ledger.LoadTests.Load;

internal enum Spacing
{
    /// <summary>As callers who know nothing of one another: exponential gaps.</summary>
    Poisson = 1,

    /// <summary>One gap between all.</summary>
    Even = 2,
}

/// <summary>
/// When each call of an open loop is meant to be sent, whatever became of those before: the same seed gives the same times.
/// Of one worker.
/// </summary>
internal sealed class Arrivals
{
    /// <summary>A rate of nothing is taken as one arrival in this time, so that a curve which touches zero goes on.</summary>
    private const double GapSecondsMax = 1;

    private readonly Func<double, double> _rateAt;
    private readonly Spacing _spacing;
    private readonly double _seconds;
    private readonly Random _chance;
    private double _next;

    /// <param name="rateAt">Calls a second, by seconds since the start.</param>
    /// <param name="seconds">None is due later.</param>
    /// <param name="seed">Of the gaps.</param>
    /// <param name="phase">0 to below 1: shifts even gaps, so that several workers' arrivals lie between one another.</param>
    public Arrivals(Func<double, double> rateAt, Spacing spacing, double seconds, int seed, double phase = 0)
    {
        (_rateAt, _spacing, _seconds, _chance) = (rateAt, spacing, seconds, new Random(seed));
        _next = spacing is Spacing.Even ? phase * Gap(0) : Gap(0);
    }

    /// <param name="seconds">Since the start.</param>
    /// <returns>False when the run is over.</returns>
    public bool TryNext(out double seconds)
    {
        // Gaps add up with an error far below the clock's own step: what would fall on the end is not due any more.
        const double error = 1e-9;
        seconds = _next;
        if (seconds >= _seconds - error) return false;

        _next += Gap(seconds);
        return true;
    }

    private double Gap(double at)
    {
        var rate = _rateAt(at);
        var mean = rate > 0 ? Math.Min(1 / rate, GapSecondsMax) : GapSecondsMax;
        return _spacing switch
        {
            Spacing.Even => mean,
            Spacing.Poisson => -Math.Log(1 - _chance.NextDouble()) * mean,
        };
    }
}
