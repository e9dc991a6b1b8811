using System.CommandLine;
using System.Globalization;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Peers.Postgres;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Runtimes;
using Ledger.LoadTests.Traffic;
using Ledger.Testing.Postgres;

namespace Ledger.LoadTests.Measurements;

/// <summary>Every runtime over every log with the same waiting callers: one table. Round after round, each pair in turn.</summary>
internal static class EngineLogs
{
    private const long CommandsFull = 100_000;
    private const long CommandsLeast = 512;

    private static readonly Option<string[]> Logs = new("--log") { Description = "Which logs: sqlite, postgres, memory, or one of --with. Default: all.", AllowMultipleArgumentsPerToken = true };

    private static readonly Option<string[]> Runtimes = new("--runtime") { Description = "Which runtimes: embedded, or one of --with. Default: all.", AllowMultipleArgumentsPerToken = true };

    private static readonly Option<string[]> With = new("--with") { Description = "Assemblies with more logs and runtimes, see benchmarks/README.md.", AllowMultipleArgumentsPerToken = true };

    private static readonly Option<int> Callers = new("--callers") { Description = "How many callers, who each wait for their answer. Default: 256.", DefaultValueFactory = static _ => 256 };

    public static Command Command() => LoadCommands.Measurement("logs", "Runtimes over logs, with callers who wait: one table.", [Logs, Runtimes, With, Callers], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var sources = (arguments.GetValue(With) ?? []).SelectMany(PeerAssembly.Load<IEngineSource>).ToList();
        var logs = Chosen("log", arguments.GetValue(Logs), [.. EngineCatalogue.Logs, .. sources.SelectMany(static source => source.Logs)], static kind => kind.Name);
        var runtimes = Chosen("runtime", arguments.GetValue(Runtimes), [.. EngineCatalogue.Runtimes, .. sources.SelectMany(static source => source.Runtimes)], static kind => kind.Name);
        var (callers, commands) = (arguments.GetValue(Callers), run.Options.Size(CommandsFull, CommandsLeast));
        var report = new RunReport("logs", string.Create(CultureInfo.InvariantCulture, $"Runtimes over logs, {callers} callers who wait, {commands} distinct transactions a round, 1 command = 1 event")) { WarmUp = "a tenth of the commands before each, and one round of all" };

        await using var database = new RunDatabase(run);
        List<Entry> entries =
        [
            .. from log in logs from runtime in runtimes select new Entry(KindOf(log, runtime, run.Options.Engine)),
            .. sources.SelectMany(static source => source.Engines).Select(static kind => new Entry(kind)),
        ];
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            foreach (var entry in entries.Where(static entry => entry.Missing is null)) await entry.RunAsync(run, database, callers, commands, isWarmUp: round == 0, cancellation);
        }

        foreach (var entry in entries) entry.AddTo(report);
        report.Note("Closed loop: latency counts from the sending; what a stall kept from being sent is not in it. Rates and latencies are of the median round.");
        return report;
    }

    private static List<T> Chosen<T>(string what, string[]? names, List<T> all, Func<T, string> nameOf)
    {
        if (names is not { Length: > 0 }) return all;
        return [.. names.Select(name => all.Find(kind => nameOf(kind) == name) ?? throw new UsageException($"There is no {what} « {name} »; there are: {string.Join(", ", all.Select(nameOf))}. Nothing was run."))];
    }

    private static EngineKind KindOf(LogKind log, RuntimeKind runtime, EngineOptions options) => new($"{runtime.Name} on {log.Name}", log.CommandsMax, async (place, cancellation) =>
    {
        var opened = await log.OpenAsync(place, cancellation);
        try
        {
            return new WithLog(await runtime.StartAsync(opened, options, cancellation), opened);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    });

    private sealed class WithLog(IRunningEngine running, IEventLog log) : IRunningEngine
    {
        public ILedgerEngine Engine => running.Engine;

        public async ValueTask DisposeAsync()
        {
            await running.DisposeAsync();
            await log.DisposeAsync();
        }
    }

    /// <summary>A row of the table.</summary>
    private sealed class Entry(EngineKind kind)
    {
        private readonly List<LoadResult> _rounds = [];

        public string? Missing { get; private set; }

        public async Task RunAsync(RunContext run, RunDatabase database, int callers, long commandsWanted, bool isWarmUp, CancellationToken cancellation)
        {
            var folder = Directory.CreateDirectory(run.In($"logs-{Guid.NewGuid():N}")).FullName;
            try
            {
                var commands = Math.Min(commandsWanted, kind.CommandsMax);
                var warmUp = Math.Max(callers, commands / 10);
                await using var running = await kind.OpenAsync(new LogPlace(folder, database.CreateAsync), cancellation);
                await WaitingCallers.RunAsync(running.Engine, callers, warmUp, run.Traffic.Request, cancellation);
                PreparedTraffic.Settle();
                var result = (await WaitingCallers.RunAsync(running.Engine, callers, commands, number => run.Traffic.Request(warmUp + number), cancellation)).Checked();
                if (!isWarmUp) _rounds.Add(result);
            }
            catch (PeerMissingException missing)
            {
                Missing = missing.Message;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        public void AddTo(RunReport report)
        {
            if (Missing is not null)
            {
                report.Note($"{kind.Name}: skipped. {Missing}");
                return;
            }

            var median = Median.Of(_rounds.Select(static one => one.Rate));
            report.Add(kind.Name, _rounds.MinBy(one => Math.Abs(one.Rate - median))!);
        }
    }

    /// <summary>A PostgreSQL server of the run's own, started when a log first asks for one.</summary>
    private sealed class RunDatabase(RunContext run) : IAsyncDisposable
    {
        private PostgresServer? _server;
        private int _databases;

        public async ValueTask<string> CreateAsync(CancellationToken cancellation)
        {
            _server ??= await StartAsync(cancellation);
            var name = string.Create(CultureInfo.InvariantCulture, $"logs{++_databases}");
            await _server.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0", cancellation);
            await _server.ExecuteAsync("CHECKPOINT", cancellation);
            return _server.ConnectionTo(name);
        }

        public async ValueTask DisposeAsync()
        {
            if (_server is not null) await _server.DisposeAsync();
        }

        private async Task<PostgresServer> StartAsync(CancellationToken cancellation)
        {
            try
            {
                return await PostgresServer.StartAsync(PostgresFolders.ForServer(run), [], cancellation);
            }
            catch (PostgresMissingException missing)
            {
                throw new PeerMissingException(missing.Message);
            }
        }
    }
}
