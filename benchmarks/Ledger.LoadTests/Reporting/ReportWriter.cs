using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Reporting;

/// <summary>A run's report as files: Markdown for people, JSON for programs, SVG plots.</summary>
internal static class ReportWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes « name.md », « name.json » and the plots into the folder (made when it is not there).</summary>
    /// <returns>The Markdown.</returns>
    public static string Write(RunReport report, RunContext run)
    {
        Directory.CreateDirectory(run.Options.Output);
        foreach (var plot in report.Plots) File.WriteAllText(Path.Combine(run.Options.Output, plot.File), SvgPlot.Draw(plot));
        File.WriteAllText(Path.Combine(run.Options.Output, $"{report.Name}.json"), ToJson(report, run));
        var markdown = ToMarkdown(report, run);
        File.WriteAllText(Path.Combine(run.Options.Output, $"{report.Name}.md"), markdown);
        return markdown;
    }

    public static string ToMarkdown(RunReport report, RunContext run)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {report.Title}\n\n`{run.CommandLine}`\n");
        AppendVerdicts(text, report.Verdicts);
        AppendRows(text, report.Rows);
        AppendFacts(text, report.Facts);
        if (report.Notes.Count > 0) text.Append('\n');
        foreach (var note in report.Notes) text.Append(CultureInfo.InvariantCulture, $"- {note}\n");
        foreach (var plot in report.Plots) text.Append(CultureInfo.InvariantCulture, $"\n![{plot.Title}]({plot.File})\n");
        AppendConditions(text, report, run);
        return text.ToString();
    }

    private static void AppendVerdicts(StringBuilder text, IReadOnlyList<Verdict> verdicts)
    {
        if (verdicts.Count == 0) return;

        text.Append("\n| what | measured | target | |\n|---|---:|---:|---|\n");
        foreach (var one in verdicts)
        {
            var bound = one.Bound is Bound.AtLeast ? "at least" : "at most";
            text.Append(CultureInfo.InvariantCulture, $"| {one.What} | {RunReport.Number(one.Measured)} {one.Unit} | {bound} {RunReport.Number(one.Target)} {one.Unit} | {(one.IsMet ? "met" : "**not met**")} |\n");
        }
    }

    private static void AppendRows(StringBuilder text, IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0) return;

        text.Append("\n| what | count | rate /s | mean ms | p50 ms | p90 ms | p99 ms | p99.9 ms | p99.99 ms | max ms |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var row in rows)
        {
            var at = row.Latencies;
            double[] latencies = [at.Mean, at.P50, at.P90, at.P99, at.P999, at.P9999, at.Max];
            var cells = at.Count == 0 ? latencies.Select(static _ => "") : latencies.Select(static value => value.ToString("0.000", CultureInfo.InvariantCulture));
            text.Append(CultureInfo.InvariantCulture, $"| {row.What} | {(at.Count == 0 ? "" : at.Count.ToString("N0", CultureInfo.InvariantCulture))} | {(row.Rate is { } rate ? RunReport.Number(rate) : "")} | {string.Join(" | ", cells)} |\n");
        }
    }

    private static void AppendFacts(StringBuilder text, IReadOnlyList<Fact> facts)
    {
        if (facts.Count == 0) return;

        text.Append("\n| what | value | unit |\n|---|---:|---|\n");
        foreach (var fact in facts) text.Append(CultureInfo.InvariantCulture, $"| {fact.What} | {RunReport.Number(fact.Value)} | {fact.Unit} |\n");
    }

    private static void AppendConditions(StringBuilder text, RunReport report, RunContext run)
    {
        var (machine, options) = (run.Machine, run.Options);
        text.Append("\n## Conditions\n\n| | |\n|---|---|\n");
        (string What, string Value)[] rows =
        [
            ("begun", run.StartedAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
            ("processor", $"{machine.Cores} cores of {machine.Processor}, {machine.Memory}"),
            ("kernel", machine.Kernel),
            (".NET", $"{machine.DotNet}; {machine.Collector}"),
            ("disk", machine.Disk),
            ("durability", "every commit is synced in its commit file (fdatasync) before its replies, and taken into SQLite behind it; chain and command records on"),
            ("commits of embedded engines, all together", run.Commits.Describe()),
            ("warm-up", report.WarmUp),
            ("seed, scale, rounds", string.Create(CultureInfo.InvariantCulture, $"{options.Seed}, {options.Scale}, {options.Rounds}")),
            ("workers, in flight, shards, spacing", string.Create(CultureInfo.InvariantCulture, $"{options.Workers}, {options.InFlight}, {(options.Shards > 0 ? options.Shards : options.Engine.ShardCount)}, {options.Spacing}")),
        ];
        foreach (var (what, value) in rows) text.Append(CultureInfo.InvariantCulture, $"| {what} | {value} |\n");
    }

    private static string ToJson(RunReport report, RunContext run) => JsonSerializer.Serialize(
        new
        {
            report.Name,
            report.Title,
            run.CommandLine,
            run.StartedAt,
            run.Machine,
            report.WarmUp,
            Commits = run.Commits.Describe(),
            Options = new { run.Options.Seed, run.Options.Scale, run.Options.Rounds, run.Options.Workers, run.Options.InFlight, run.Options.Engine.ShardCount, Spacing = run.Options.Spacing.ToString() },
            Verdicts = report.Verdicts.Select(static one => new { one.What, one.Measured, one.Unit, Bound = one.Bound.ToString(), one.Target, one.IsMet }),
            report.Rows,
            report.Facts,
            report.Notes,
            Plots = report.Plots.Select(static plot => new { plot.File, plot.Title, Lines = plot.Lines.Select(static line => new { line.Name, Points = line.Points.Select(static point => new[] { point.X, point.Y }) }) }),
        },
        Json);
}
