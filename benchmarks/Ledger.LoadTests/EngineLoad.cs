using System.Diagnostics;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using NodaTime;

namespace Ledger.LoadTests;

/// <summary>Closed loop on the embedded engine: every caller waits for its durable reply before it sends the next command.</summary>
internal static class EngineLoad
{
    private static readonly int[] Callers = [1, 64, 1024];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var commands = arguments.Number("--commands", 50_000);
        var rounds = arguments.Number("--rounds", 3);
        var folder = arguments.Text("--folder") ?? Directory.CreateTempSubdirectory("ledger-load-").FullName;
        Report.PrintMachine();

        for (var round = 1; round <= rounds; round++)
        {
            var report = new Report($"Engine on SQLite, 1 command = 1 event of its own stream, synchronous=FULL, chain and command records on; round {round}");
            Sync(report, folder);
            foreach (var callers in Callers) await OneAsync(report, folder, callers, callers == 1 ? Math.Min(commands, 5_000) : commands);
            report.Print();
        }

        return 0;
    }

    /// <summary>What the file system alone takes to make 4 KiB durable.</summary>
    private static void Sync(Report report, string folder)
    {
        const int count = 1_000;
        var path = Path.Combine(folder, "sync");
        var latencies = new double[count];
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var page = new byte[4096];
            for (var index = 0; index < count; index++)
            {
                var start = Stopwatch.GetTimestamp();
                file.Write(page);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
                latencies[index] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        File.Delete(path);
        report.Add("4 KiB write + fsync, one after another", latencies.Sum() / 1_000, latencies);
    }

    private static async Task OneAsync(Report report, string folder, int callers, int commands)
    {
        var path = Path.Combine(folder, $"engine-{Guid.NewGuid():N}.db");
        await using (var log = SqliteEventLog.Open(path, SqliteEventLogOptions.Default))
        await using (var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, new EngineOptions()))
        {
            await CallAsync(engine, callers, Math.Min(commands, 2_000), first: 0);
            var start = Stopwatch.GetTimestamp();
            var latencies = await CallAsync(engine, callers, commands, first: 1_000_000);
            report.Add($"engine, {callers} callers", Stopwatch.GetElapsedTime(start).TotalSeconds, latencies);
        }

        foreach (var left in Directory.EnumerateFiles(folder, Path.GetFileName(path) + "*")) File.Delete(left);
    }

    private static async Task<double[]> CallAsync(LedgerEngine engine, int callers, int commands, long first)
    {
        var latencies = new double[commands];
        var next = -1;
        var fingerprint = new byte[32];
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next)) < commands)
            {
                var id = Samples.IdOf(first + number);
                var start = Stopwatch.GetTimestamp();
                var reply = await engine.ExecuteAsync(EngineCommand.One(id.Value, fingerprint, id.Stream, Samples.RequestOf(id)), CancellationToken.None);
                latencies[number] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (reply.Outcome != CommandOutcome.Accepted) throw new InvalidOperationException($"{id}: {reply.Rejection}");
            }
        })));
        return latencies;
    }
}
