using System.CommandLine;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Measurements;

/// <summary>Bytes of managed memory that one live transaction actor takes: the heap with so many of them less the heap without, over their number.</summary>
internal static class ActorMemory
{
    private const double BytesTarget = 400;
    private const long ActorsFull = 1_000_000;
    private const int ReadsInFlight = 2_048;

    /// <summary>Room that one may take at most; what is not used is not taken.</summary>
    private const long PackedBytesMax = 800;

    public static Command Command() => LoadCommands.Measurement(
        "actor-memory", "Bytes per live transaction actor, over 1,000,000 of them.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        var actors = run.Options.Size(ActorsFull, 2_000);
        var report = new RunReport("actor-memory", $"Memory of a live transaction actor, over {actors}") { WarmUp = "4,096 transactions" };
        var requested = await DecidedAsync(run, "requested.db", actors, steps: 1, cancellation);
        var loaded = await LoadedAsync(run, "requested.db", actors, cancellation);
        var completed = await DecidedAsync(run, "completed.db", actors, CardTraffic.StepsOfPayment, cancellation);
        var completedLoaded = await LoadedAsync(run, "completed.db", actors, cancellation);
        report.Judge("a transaction that was requested, as its command left it", requested, "bytes", Bound.AtMost, BytesTarget);
        report.Judge("a transaction that was requested, as read from the log", loaded, "bytes", Bound.AtMost, BytesTarget);
        report.Judge("a completed transaction, as its commands left it", completed, "bytes", Bound.AtMost, BytesTarget);
        report.Judge("a completed transaction, as read from the log", completedLoaded, "bytes", Bound.AtMost, BytesTarget);
        report.Note("Everything that the engine holds for it: actor, state, name, its place in the table. An Akka.NET actor: 1,765 bytes.");
        report.Note("Nearly all of them wait as bytes, those with gaps of what was unpacked and packed again included.");
        return report;
    }

    private static EngineOptions OptionsFor(RunContext run, long actors) => run.Options.Engine with { PackedActorBytesMax = checked((int)(PackedBytesMax * (actors + (3 * CardTraffic.TerminalCount)))), RecentCommandsMax = 1 };

    private static async Task<double> DecidedAsync(RunContext run, string file, long actors, int steps, CancellationToken cancellation)
    {
        await using var engine = EmbeddedEngine.Open(run.In(file), OptionsFor(run, actors));
        await Filling.FillAsync(engine.Engine, run.Traffic, actors, CardTraffic.TerminalCount, steps, run.Progress, cancellation);
        var before = (Heap(), engine.Engine.Status.ActorCount);
        await Filling.FillAsync(engine.Engine, run.Traffic, 0, actors, steps, run.Progress, cancellation);
        return BytesEach(before, (Heap(), engine.Engine.Status.ActorCount), actors);
    }

    private static async Task<double> LoadedAsync(RunContext run, string file, long actors, CancellationToken cancellation)
    {
        await using var engine = EmbeddedEngine.Open(run.In(file), OptionsFor(run, actors));
        await ReadAsync(run, engine.Engine, actors, CardTraffic.TerminalCount, cancellation);
        var before = (Heap(), engine.Engine.Status.ActorCount);
        await ReadAsync(run, engine.Engine, 0, actors, cancellation);
        return BytesEach(before, (Heap(), engine.Engine.Status.ActorCount), actors);
    }

    private static double BytesEach((long Heap, int Actors) before, (long Heap, int Actors) after, long actors)
    {
        // Completions bring their terminals' actors in: the warm-up has one on each terminal, so these were there before.
        if (after.Actors - before.Actors != actors) throw new InvalidOperationException($"{actors} transactions made {after.Actors - before.Actors} actors: the figure would be of something else.");
        return (after.Heap - before.Heap) / (double)actors;
    }

    private static async Task ReadAsync(RunContext run, ILedgerEngine engine, long first, long count, CancellationToken cancellation)
    {
        using var bar = run.Progress.Start("reading actors in", count, "streams");
        var reads = new Queue<Task>();
        for (var number = first; number < first + count; number++)
        {
            if (reads.Count == ReadsInFlight) await reads.Dequeue();
            reads.Enqueue(engine.ReadAsync<TransactionState>(run.Traffic.IdOf(number).Stream, cancellation).AsTask());
            bar.Advance(1);
        }

        await Task.WhenAll(reads);
    }

    private static long Heap()
    {
        const int collections = 3;
        for (var count = 0; count < collections; count++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
