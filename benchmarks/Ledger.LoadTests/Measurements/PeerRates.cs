using System.CommandLine;
using System.Globalization;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Peers.Sqlite;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Measurements;

/// <summary>Every peer that is on this machine, with the same events, beside the engine that wrote them.</summary>
internal static class PeerRates
{
    private const long CommandsFull = 200_000;

    private static readonly Option<string[]> With = new("--with") { Description = "Assemblies with more peers, see benchmarks/README.md.", AllowMultipleArgumentsPerToken = true };

    public static Command Command() => LoadCommands.Measurement(
        "peers", "SQLite and PostgreSQL with the same events, beside the engine.", [With], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        IReadOnlyList<PeerKind> peers = [.. PeerCatalogue.All, .. (arguments.GetValue(With) ?? []).SelectMany(PeerAssembly.Load)];
        var (source, commands) = (run.In("source.db"), run.Options.Size(CommandsFull, 200));
        var report = new RunReport("peers", $"Peers with the same {commands} events");
        var engine = await EnginePeak.OneAsync(run, source, commands, cancellation);
        report.Add("engine, saturated, which wrote the source", engine);
        foreach (var kind in peers) await AddAsync(run, report, kind, source, commands, cancellation);

        using (var file = RawSqlite.OpenReader(source))
        {
            var tables = LogTable.ReadAll(file).Select(static table => string.Create(CultureInfo.InvariantCulture, $"{table.Name} ({table.RowCount} rows, in the order of {table.Order})"));
            report.Note($"The SQLite peers copy: {string.Join(", ", tables)}.");
        }

        report.Note("A peer's rate counts its commits alone; latencies are of its commits. All sync every commit.");
        return report;
    }

    private static async Task AddAsync(RunContext run, RunReport report, PeerKind kind, string source, long commands, CancellationToken cancellation)
    {
        try
        {
            var rounds = new List<(double Rate, Latencies Commits)>();
            for (var round = 0; round < run.Options.Rounds; round++) rounds.Add(await PeerRun.RunAsync(kind, source, commands, run.In("peer"), run.Progress, cancellation));
            var median = Median.Of(rounds.Select(static one => one.Rate));
            report.Add($"{kind.Name}, median", median, rounds.MinBy(one => Math.Abs(one.Rate - median)).Commits);
        }
        catch (PeerMissingException missing)
        {
            report.Note($"{kind.Name}: skipped. {missing.Message}");
        }
    }
}
