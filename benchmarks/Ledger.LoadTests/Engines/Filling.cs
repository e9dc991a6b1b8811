using Ledger.Engine;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Engines;

/// <summary>Brings a log to the size that a measurement needs, through the engine, so that it is what the engine writes.</summary>
internal static class Filling
{
    /// <summary>Under way at a time.</summary>
    private const int InFlight = 8_192;

    /// <param name="transactions">Distinct ones, from number <paramref name="first"/>.</param>
    /// <param name="steps">Commands of each, in order: 1 to <see cref="CardTraffic.StepsOfPayment"/>.</param>
    public static Task<LoadResult> FillAsync(
        ILedgerEngine engine, CardTraffic traffic, long first, long transactions, int steps, IProgressBoard progress, CancellationToken cancellation) =>
        RunAsync(engine, transactions * steps, number => traffic.Step(first + (number / steps), (int)(number % steps)), progress, cancellation);

    /// <summary>Commands in one order, one worker: those of one transaction follow one another.</summary>
    public static async Task<LoadResult> RunAsync(ILedgerEngine engine, long count, Func<long, EngineCommand> make, IProgressBoard progress, CancellationToken cancellation)
    {
        using var bar = progress.Start("filling the log", count, "commands");
        var result = (await ClosedLoop.RunAsync(engine, [new CommandSource(count, make)], InFlight, bar.Advance, cancellation)).Checked();
        return result.Accepted == count ? result : throw new InvalidOperationException($"{count} commands were sent to fill the log, {result.Accepted} were accepted.");
    }
}
