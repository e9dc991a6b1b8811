using System.CommandLine;
using System.Globalization;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Runtimes;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Measurements;

/// <summary>Every runtime over every log with the same waiting callers: one table. Round after round, each pair in turn.</summary>
internal static class EngineLogs
{
    private const long CommandsFull = 100_000;
    private const long CommandsLeast = 512;

    private static readonly EngineChoice Choice = new();

    private static readonly Option<int> Callers = new("--callers") { Description = "How many callers, who each wait for their answer. Default: 256.", DefaultValueFactory = static _ => 256 };

    private static readonly Option<bool> NoPeers = new("--no-peers") { Description = "Only runtimes over logs, not what else the assemblies of --with bring." };

    public static Command Command() => LoadCommands.Measurement("logs", "Runtimes over logs, with callers who wait: one table.", [.. Choice.Options, Callers, NoPeers], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var (callers, commands) = (arguments.GetValue(Callers), run.Options.Size(CommandsFull, CommandsLeast));
        var report = new RunReport("logs", string.Create(CultureInfo.InvariantCulture, $"Runtimes over logs, {callers} callers who wait, {commands} distinct transactions a round, 1 command = 1 event")) { WarmUp = "a tenth of the commands before each, and one round of all" };

        await using var places = new EnginePlaces(run);
        List<Entry> entries = [.. Choice.Engines(arguments, run.Options.Engine).Concat(arguments.GetValue(NoPeers) ? [] : Choice.Peers(arguments)).Select(static kind => new Entry(kind))];
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            foreach (var entry in entries.Where(static entry => entry.Missing is null)) await entry.RunAsync(run, places, callers, commands, isWarmUp: round == 0, cancellation);
        }

        foreach (var entry in entries) entry.AddTo(report);
        report.Note("Closed loop: latency counts from the sending; what a stall kept from being sent is not in it. Rates, latencies and pauses are of the median round.");
        return report;
    }

    /// <summary>A row of the table.</summary>
    private sealed class Entry(EngineKind kind)
    {
        private readonly List<(LoadResult Result, string Pauses)> _rounds = [];

        public string? Missing { get; private set; }

        public async Task RunAsync(RunContext run, EnginePlaces places, int callers, long commandsWanted, bool isWarmUp, CancellationToken cancellation)
        {
            try
            {
                var commands = Math.Min(commandsWanted, kind.CommandsMax);
                var warmUp = Math.Max(callers, commands / 10);
                await using var running = await places.OpenAsync(kind, cancellation);
                await WaitingCallers.RunAsync(running.Engine, callers, warmUp, run.Traffic.Request, cancellation);
                PreparedTraffic.Settle();
                using var pauses = new CollectorPauses();
                var result = (await WaitingCallers.RunAsync(running.Engine, callers, commands, number => run.Traffic.Request(warmUp + number), cancellation)).Checked();
                if (!isWarmUp) _rounds.Add((result, pauses.Describe()));
            }
            catch (PeerMissingException missing)
            {
                Missing = missing.Message;
            }
        }

        public void AddTo(RunReport report)
        {
            if (Missing is not null)
            {
                report.Note($"{kind.Name}: skipped. {Missing}");
                return;
            }

            var median = Median.Of(_rounds.Select(static one => one.Result.Rate));
            var (result, pauses) = _rounds.MinBy(one => Math.Abs(one.Result.Rate - median));
            report.Add(kind.Name, result);
            report.Note($"{kind.Name}: the collector made {pauses}.");
        }
    }
}
