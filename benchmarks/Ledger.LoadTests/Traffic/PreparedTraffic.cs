using Ledger.Engine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Traffic;

/// <summary>Distinct transactions for an open loop, made beforehand up to <see cref="PreparedMax"/>; beyond, the sender makes them. Each worker takes its own.</summary>
internal sealed class PreparedTraffic
{
    /// <summary>About a gigabyte.</summary>
    public const long PreparedMax = 2_000_000;

    private const double WarmUpShare = 0.1;

    private readonly CommandSource[] _sources;
    private readonly CommandSource[] _warmUp;

    /// <param name="first">Number of the first transaction.</param>
    public PreparedTraffic(RunContext run, OpenLoad load, long first = 0)
    {
        Load = load;
        var count = Math.Max(load.CountMax, 2L * load.Workers);
        var perSource = count / load.Workers * 2;
        _sources = [.. Enumerable.Range(0, load.Workers).Select(worker => new CommandSource(perSource, number => run.Traffic.Request(first + worker + (number * load.Workers))))];
        _warmUp = [.. Enumerable.Range(0, load.Workers).Select(worker => new CommandSource(perSource, number => run.Traffic.Request(first + CardTraffic.WarmUpFirst + worker + (number * load.Workers))))];
        foreach (var source in _sources) source.Prepare(Math.Min(count, PreparedMax) / load.Workers);
        Settle();
    }

    /// <summary>Runs an engine in, on transactions of its own, for a tenth of the time and at half the rate that come next: compiling takes longer than the first answers should.</summary>
    public Task WarmUpAsync(ILedgerEngine engine, double rate, double seconds, RunOptions options, CancellationToken cancellation) =>
        OpenLoop.RunAsync(engine, OpenLoad.Steady(rate / 2, seconds * WarmUpShare, options), NextWarmUp, cancellation);

    /// <summary>Moves what is there into the collector's oldest generation, so that no collection of the measured time has to.</summary>
    public static void Settle()
    {
        for (var generation = 0; generation <= GC.MaxGeneration; generation++) GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    }

    public OpenLoad Load { get; }

    public EngineCommand? Next(int worker, long number) => _sources[worker].Next();

    private EngineCommand? NextWarmUp(int worker, long number) => _warmUp[worker].Next();
}
