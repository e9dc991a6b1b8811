using System.CommandLine;
using System.Diagnostics;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Peers.Postgres;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Testing.Postgres;
using NodaTime;

namespace Ledger.LoadTests.Measurements;

/// <summary>The PostgreSQL log's batches beside a raw COPY of the same rows into the same tables, on one server, and the engine on that log.</summary>
internal static class PostgresRates
{
    private const double RatioTarget = 0.6;
    private const double MicrosecondsTarget = 40;
    private const long CommandsFull = 100_000;
    private const long CommandsLeast = 2_000;

    /// <summary>Callers who each wait for their answer, as those do who compare with an append of Marten.</summary>
    private const int WaitingCount = 256;

    public static Command Command() => LoadCommands.Measurement(
        "postgres", "Batches of 1,000 commands to the PostgreSQL log, beside a raw COPY of the same rows.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        var commands = run.Options.Size(CommandsFull, CommandsLeast);
        var report = new RunReport("postgres", $"PostgreSQL log: {commands} distinct transactions a round, 1 command = 1 event, {PeerCatalogue.FloorBatch} a commit") { WarmUp = "one round of each" };
        await using var server = await PostgresServer.StartAsync(PostgresFolders.ForServer(run), [], cancellation);
        var batches = await RowsAsync(run, commands, cancellation);

        var (log, floor, engine, waiting) = (new List<PostgresRound>(), new List<PostgresRound>(), new List<PostgresRound>(), new List<PostgresRound>());
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            log.Add(await OneAsync(server, $"log{round}", commands, options => AppendAsync(options, batches, run.Progress, cancellation), cancellation));
            floor.Add(await OneAsync(server, $"floor{round}", commands, options => PostgresRowCopy.RunAsync(options.ConnectionString, batches, run.Progress, cancellation), cancellation));
            engine.Add(await OneAsync(server, $"engine{round}", commands, options => SaturateAsync(run, options, commands, cancellation), cancellation));
            waiting.Add(await OneAsync(server, $"waiting{round}", commands, options => WaitAsync(run, options, commands, cancellation), cancellation));
        }

        Fill(report, [.. log.Skip(1)], [.. floor.Skip(1)]);
        AddRow(report, "batches to the log", [.. log.Skip(1)]);
        AddRow(report, "raw COPY of the same rows", [.. floor.Skip(1)]);
        AddRow(report, "engine, saturated, on the log", [.. engine.Skip(1)]);
        AddRow(report, $"engine, {WaitingCount} callers who wait, on the log", [.. waiting.Skip(1)]);
        return report;
    }

    /// <summary>What the engine makes of the traffic, in commits of the floor's size.</summary>
    private static async Task<List<AppendUnit[]>> RowsAsync(RunContext run, long commands, CancellationToken cancellation)
    {
        var recording = new RecordingLog();
        await using (var engine = new LedgerEngine(recording, EventCodec.Default, SystemClock.Instance, run.Options.Engine))
        {
            var source = new CommandSource(commands, run.Traffic.Request);
            (await ClosedLoop.RunAsync(engine, [source], run.Options.InFlight, null, cancellation)).Checked();
        }

        return [.. recording.Units.Chunk(PeerCatalogue.FloorBatch)];
    }

    private static async Task<PostgresRound> OneAsync(PostgresServer server, string database, long commands, Func<PostgresOptions, Task<TimeSpan>> runAsync, CancellationToken cancellation)
    {
        await server.ExecuteAsync($"CREATE DATABASE {database} TEMPLATE template0", cancellation);
        var options = new PostgresOptions(server.ConnectionTo(database));
        await PostgresSchema.MigrateAsync(options, cancellation);
        await server.ExecuteAsync("CHECKPOINT", cancellation);
        PreparedTraffic.Settle();
        using var client = Process.GetCurrentProcess();
        var (clientBefore, serverBefore) = (client.TotalProcessorTime, server.ProcessorTime());
        var took = await runAsync(options);
        client.Refresh();
        var processor = client.TotalProcessorTime - clientBefore;
        return new PostgresRound(commands / took.TotalSeconds, processor / commands, (server.ProcessorTime() - serverBefore) / commands);
    }

    private static async Task<TimeSpan> AppendAsync(PostgresOptions options, List<AppendUnit[]> batches, IProgressBoard progress, CancellationToken cancellation)
    {
        await using var log = await PostgresEventLog.OpenAsync(options, cancellation);
        using var bar = progress.Start("appending", batches.Count, "commits");
        var startedAt = Stopwatch.GetTimestamp();
        foreach (var batch in batches)
        {
            var results = await log.AppendAsync(batch, cancellation);
            if (!results.All(static result => result is AppendResult.Appended)) throw new InvalidOperationException("A unit was refused.");
            bar.Advance(1);
        }

        return Stopwatch.GetElapsedTime(startedAt);
    }

    private static async Task<TimeSpan> SaturateAsync(RunContext run, PostgresOptions options, long commands, CancellationToken cancellation)
    {
        var sources = CommandSource.Share(commands, run.Options.Workers, run.Traffic.Request).Select(static source => source.Prepare()).ToArray();
        using var bar = run.Progress.Start("engine on PostgreSQL", commands, "commands");
        return await OnEngineAsync(run, options, commands, engine => ClosedLoop.RunAsync(engine, sources, run.Options.InFlight, bar.Advance, cancellation), cancellation);
    }

    private static Task<TimeSpan> WaitAsync(RunContext run, PostgresOptions options, long commands, CancellationToken cancellation) =>
        OnEngineAsync(run, options, commands, engine => WaitingCallers.RunAsync(engine, WaitingCount, commands, run.Traffic.Request, cancellation), cancellation);

    private static async Task<TimeSpan> OnEngineAsync(RunContext run, PostgresOptions options, long commands, Func<LedgerEngine, Task<LoadResult>> loadAsync, CancellationToken cancellation)
    {
        await using var log = await PostgresEventLog.OpenAsync(options, cancellation);
        await using var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, run.Options.Engine);
        var startedAt = Stopwatch.GetTimestamp();
        var result = (await loadAsync(engine)).Checked();
        return result.Accepted == commands ? Stopwatch.GetElapsedTime(startedAt) : throw new InvalidOperationException($"{commands} commands were sent, {result.Accepted} were accepted.");
    }

    private static void Fill(RunReport report, PostgresRound[] log, PostgresRound[] floor)
    {
        report.Judge("batches to the log, of a raw COPY of the same rows, median of the rounds' ratios", Median.Of(log.Zip(floor, static (one, other) => one.Rate / other.Rate)), "×", Bound.AtLeast, RatioTarget);
        report.Judge("processor time of client and server, median", Median.Of(log.Select(static one => (one.Client + one.Server).TotalMicroseconds)), "µs an event", Bound.AtMost, MicrosecondsTarget);
        report.Note("Events and command records, with the indexes of the log's schema; each commit synced by the server. A round's database is its own, on one server.");
        report.Note("The engine's processor time has the making of the commands' events and the load's own in it.");
    }

    private static void AddRow(RunReport report, string name, PostgresRound[] rounds)
    {
        report.Fact($"{name}, median", Median.Of(rounds.Select(static one => one.Rate)), "events/s");
        report.Fact($"{name}: processor time of the client", Median.Of(rounds.Select(static one => one.Client.TotalMicroseconds)), "µs an event");
        report.Fact($"{name}: processor time of the server", Median.Of(rounds.Select(static one => one.Server.TotalMicroseconds)), "µs an event");
    }

    /// <param name="Client">Processor time an event.</param>
    private sealed record PostgresRound(double Rate, TimeSpan Client, TimeSpan Server);
}
