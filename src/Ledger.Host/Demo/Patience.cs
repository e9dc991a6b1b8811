using NodaTime;

namespace Ledger.Host.Demo;

/// <summary>
/// Waits for what a process of the server is about to do. The clock stands while it works, so that the same demo gives the same times; only
/// where it is not enough, because a first try failed, the clock moves on.
/// </summary>
internal static class Patience
{
    private const int LooksMax = 1_500;

    /// <summary>About two seconds: a process that got its turn has tried by then.</summary>
    private const int LooksBeforeMoving = 100;

    private static readonly Duration Move = Duration.FromSeconds(30);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);

    /// <param name="what">For the message.</param>
    /// <exception cref="DemoException">It did not come.</exception>
    public static async Task WaitAsync(DemoClock clock, Func<Task<bool>> isThere, string what, CancellationToken cancellation)
    {
        for (var look = 1; look <= LooksMax; look++)
        {
            if (await isThere()) return;

            await Task.Delay(LookPause, cancellation);
            if (look % LooksBeforeMoving == 0) clock.Advance(Move);
        }

        throw new DemoException($"Waited in vain for {what}.");
    }
}
