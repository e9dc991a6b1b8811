using System.CommandLine;
using System.Diagnostics;
using Ledger.Engine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Measurements;

/// <summary>Closed loop on the embedded engine: every caller is a task of its own and waits for its durable reply before it sends the next command.</summary>
internal static class EngineCallers
{
    private const long CommandsFull = 100_000;
    private const long CommandsOfOneCaller = 5_000;

    private static readonly Option<int[]> Callers = new("--callers")
    {
        Description = "How many callers, one run each.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = static _ => [1, 64, 1024],
    };

    public static Command Command() => LoadCommands.Measurement("engine", "The embedded engine with so many waiting callers, beside a 4 KiB write + fdatasync.", [Callers], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var report = new RunReport("engine", "Engine on SQLite, 1 command = 1 event of its own stream, waiting callers") { WarmUp = "a tenth of the commands before each run" };
        report.Note("Closed loop: latency counts from the sending; what a stall kept from being sent is not in it.");
        using var commits = new CommitSizes();
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            report.Add($"round {round}: 4 KiB overwritten + fdatasync, one after another", null, SyncFloor.Overwrite(run.In("sync"), (int)run.Options.Size(1_000)));
            foreach (var callers in arguments.GetValue(Callers)!)
            {
                var commands = run.Options.Size(callers == 1 ? CommandsOfOneCaller : CommandsFull);
                report.Add($"round {round}: engine, {callers} callers", await OneAsync(run, callers, commands, cancellation));
            }
        }

        report.Note($"Commits over all: {commits.Describe()}.");
        return report;
    }

    private static async Task<LoadResult> OneAsync(RunContext run, int callers, long commands, CancellationToken cancellation)
    {
        var path = run.In($"engine-{Guid.NewGuid():N}.db");
        LoadResult result;
        await using (var engine = EmbeddedEngine.Open(path, run.Options.Engine))
        {
            var warmUp = Math.Max(callers, commands / 10);
            await WaitingCallers.RunAsync(engine.Engine, callers, warmUp, run.Traffic.Request, cancellation);
            result = (await WaitingCallers.RunAsync(engine.Engine, callers, commands, number => run.Traffic.Request(warmUp + number), cancellation)).Checked();
        }

        LogFiles.Delete(path);
        return result;
    }
}
