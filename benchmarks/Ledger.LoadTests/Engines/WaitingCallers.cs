using System.Diagnostics;
using Ledger.Engine;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Engines;

/// <summary>Callers that each await their reply before they send the next command: each is a task, as in a program that embeds the engine.</summary>
internal static class WaitingCallers
{
    /// <summary>Histograms are large, so callers share this many.</summary>
    private const int TalliesMax = 16;

    /// <param name="make">From a number, from 0, to its command; each number is sent once.</param>
    public static async Task<LoadResult> RunAsync(ILedgerEngine engine, int callers, long commands, Func<long, EngineCommand> make, CancellationToken cancellation)
    {
        var next = -1L;
        var startedAt = Stopwatch.GetTimestamp();
        Tally[] tallies = [.. Enumerable.Range(0, Math.Min(callers, TalliesMax)).Select(_ => new Tally(startedAt, ClosedLoop.SampleInterval))];
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(tallies[caller % tallies.Length]), cancellation)));
        return LoadResult.Of(startedAt, tallies, ClosedLoop.SampleInterval);

        async Task CallAsync(Tally tally)
        {
            long number;
            while ((number = Interlocked.Increment(ref next)) < commands)
            {
                cancellation.ThrowIfCancellationRequested();
                var command = make(number);
                var sentAt = Stopwatch.GetTimestamp();
                var reply = await engine.ExecuteAsync(command, CancellationToken.None).ConfigureAwait(false);
                var doneAt = Stopwatch.GetTimestamp();
                lock (tally) Count(tally, reply, sentAt, doneAt);
            }
        }
    }

    private static void Count(Tally tally, CommandReply reply, long sentAt, long doneAt)
    {
        tally.Offered++;
        if (reply.Outcome is CommandOutcome.Accepted) tally.Accept(sentAt, doneAt);
        else tally.Fail($"answered {reply.Outcome} {reply.Rejection}");
    }
}
