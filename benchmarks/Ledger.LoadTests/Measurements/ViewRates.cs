using System.CommandLine;
using System.Diagnostics;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.EventLog.Sqlite;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Peers.Postgres;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Projections.Postgres;
using Ledger.Projections.Storage;
using Ledger.Projections.Storage.Sqlite;
using Ledger.Testing.Postgres;
using NodaTime;

namespace Ledger.LoadTests.Measurements;

/// <summary>All read models take in a log, in files beside SQLite's and in the database of PostgreSQL's: at first, after a while away, and beside the engine.</summary>
internal static class ViewRates
{
    private const long TransactionsFull = 50_000;
    private const long TransactionsLeast = 50;

    /// <summary>Of each payment's steps those that the read models have before the others come.</summary>
    private const int FirstSteps = 2;

    /// <summary>As the server reserves them for read models in a database: they wait for it on threads of the pool.</summary>
    private const int ThreadsMin = 40;

    private static readonly string[] Stages = ["filled for the first time", "caught up after a while away: each event changes a row of before", "followed while the engine writes"];

    public static Command Command() => LoadCommands.Measurement(
        "views", "All read models taken in, in files and in PostgreSQL: at first, after a while away, and beside the engine.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, ThreadsMin), completions);
        var transactions = run.Options.Size(TransactionsFull, TransactionsLeast);
        var report = new RunReport("views", $"All read models, {transactions} payments: {FirstSteps} events each at first, one after a while away, one beside the engine") { WarmUp = "one round of each" };
        await using var server = await PostgresServer.StartAsync(PostgresFolders.ForServer(run), [], cancellation);
        var (files, database) = (new List<double[]>(), new List<double[]>());
        using var bar = run.Progress.Start("rounds", run.Options.Rounds + 1, "rounds");
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            await using (var place = await Place.InFilesAsync(run, round)) files.Add(await TakeInAsync(place, run, transactions, cancellation));
            await using (var place = await Place.InDatabaseAsync(server, round, cancellation)) database.Add(await TakeInAsync(place, run, transactions, cancellation));
            bar.Advance(1);
        }

        for (var stage = 0; stage < Stages.Length; stage++)
        {
            var (inFiles, inDatabase) = (Rates(files, stage), Rates(database, stage));
            report.Fact($"{Stages[stage]}: SQLite's files, median", Median.Of(inFiles), "events/s");
            report.Fact($"{Stages[stage]}: PostgreSQL, median", Median.Of(inDatabase), "events/s");
            report.Fact($"{Stages[stage]}: PostgreSQL of the files, median of the rounds' ratios", Median.Of(inDatabase.Zip(inFiles, static (one, other) => one / other)), "×");
        }

        report.Note("Each event counts once, though five read models take it in; the time is that of the slowest. A round's log and read models are its own, on one server.");
        report.Note("Beside the engine the time is from the first command to when all read models have its event: where it is the engine's own they kept up.");
        return report;
    }

    private static double[] Rates(List<double[]> rounds, int stage) => [.. rounds.Skip(1).Select(round => round[stage])];

    /// <returns>Events a second of each stage.</returns>
    private static async Task<double[]> TakeInAsync(Place place, RunContext run, long transactions, CancellationToken cancellation)
    {
        await using var engine = new LedgerEngine(place.Log, EventCodec.Default, SystemClock.Instance, run.Options.Engine);
        await FillAsync(engine, FirstSteps, number => run.Traffic.Step(number / FirstSteps, (int)(number % FirstSteps)));
        var first = await OpenAndCatchUpAsync(transactions * FirstSteps);
        await FillAsync(engine, 1, number => run.Traffic.Step(number, FirstSteps));
        var away = await OpenAndCatchUpAsync(transactions);

        await using var views = await OpenAsync();
        var startedAt = Stopwatch.GetTimestamp();
        await FillAsync(engine, 1, number => run.Traffic.Step(number, FirstSteps + 1));
        await ProjectionRebuild.BeLiveAsync(views, place.Log.LastPosition, run.Progress, cancellation);
        return [first, away, transactions / Stopwatch.GetElapsedTime(startedAt).TotalSeconds];

        Task FillAsync(LedgerEngine into, int steps, Func<long, EngineCommand> make) => Filling.RunAsync(into, transactions * steps, make, run.Progress, cancellation);

        async Task<double> OpenAndCatchUpAsync(long events)
        {
            var openedAt = Stopwatch.GetTimestamp();
            await using var opened = await OpenAsync();
            await ProjectionRebuild.BeLiveAsync(opened, place.Log.LastPosition, run.Progress, cancellation);
            return events / Stopwatch.GetElapsedTime(openedAt).TotalSeconds;
        }

        ValueTask<ReadModels> OpenAsync() => ReadModels.OpenAsync(place.Storage, place.Log, EventCodec.Default, SystemClock.Instance, new ReadModelOptions(), cancellation);
    }

    /// <summary>An empty log and where its read models are.</summary>
    private sealed class Place(IEventLog log, IViewStorage storage, Func<ValueTask> close) : IAsyncDisposable
    {
        public IEventLog Log => log;

        public IViewStorage Storage => storage;

        public static ValueTask<Place> InFilesAsync(RunContext run, int round)
        {
            var folder = Directory.CreateDirectory(run.In($"views{round}")).FullName;
            var log = SqliteEventLog.Open(Path.Combine(folder, "ledger.db"), SqliteEventLogOptions.Default);
            return ValueTask.FromResult(new Place(log, new SqliteViewStorage(Path.Combine(folder, "views")), CloseAsync));

            async ValueTask CloseAsync()
            {
                await log.DisposeAsync();
                Directory.Delete(folder, recursive: true);
            }
        }

        public static async ValueTask<Place> InDatabaseAsync(PostgresServer server, int round, CancellationToken cancellation)
        {
            var name = $"views{round}";
            await server.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0", cancellation);
            var options = new PostgresOptions(server.ConnectionTo(name));
            await PostgresSchema.MigrateAsync(options, cancellation);
            await PostgresViewStorage.MigrateAsync(options, ReadModels.Schemas, cancellation);
            await server.ExecuteAsync("CHECKPOINT", cancellation);
            var database = await PostgresDatabase.OpenAsync(options, cancellation);
            var log = await PostgresEventLog.OpenAsync(database, cancellation);
            return new Place(log, new PostgresViewStorage(database), CloseAsync);

            async ValueTask CloseAsync()
            {
                await log.DisposeAsync();
                await database.DisposeAsync();
            }
        }

        public ValueTask DisposeAsync() => close();
    }
}
