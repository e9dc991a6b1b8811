using System.Globalization;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Reporting;

/// <summary>What one run found: rows of measured things, ratios with their targets, notes, series for the plots. One thread at a time fills it.</summary>
internal sealed class RunReport(string name, string title)
{
    private readonly List<Row> _rows = [];
    private readonly List<Verdict> _verdicts = [];
    private readonly List<Fact> _facts = [];
    private readonly List<string> _notes = [];
    private readonly List<Plot> _plots = [];

    /// <summary>The subcommand's.</summary>
    public string Name { get; } = name;

    public string Title { get; } = title;

    /// <summary>What was run before anything was measured.</summary>
    public string WarmUp { get; init; } = "none";

    public IReadOnlyList<Row> Rows => _rows;

    public IReadOnlyList<Verdict> Verdicts => _verdicts;

    public IReadOnlyList<Fact> Facts => _facts;

    public IReadOnlyList<string> Notes => _notes;

    public IReadOnlyList<Plot> Plots => _plots;

    public void Add(string what, LoadResult result) => _rows.Add(new Row(what, result.Rate, result.Latencies));

    /// <param name="rate">A second; null where latency alone was looked at.</param>
    public void Add(string what, double? rate, Latencies latencies) => _rows.Add(new Row(what, rate, latencies));

    /// <summary>A figure that has no latency: bytes, seconds, counts.</summary>
    public void Fact(string what, double value, string unit) => _facts.Add(new Fact(what, value, unit));

    /// <summary>A row of the table: what was measured, what it was to be.</summary>
    public void Judge(string what, double measured, string unit, Bound bound, double target) => _verdicts.Add(new Verdict(what, measured, unit, bound, target));

    public void Note(string sentence) => _notes.Add(sentence);

    public void Add(Plot plot) => _plots.Add(plot);

    public static string Number(double value) => value switch
    {
        0 => "0",
        _ when Math.Abs(value) >= 1_000 => value.ToString("N0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 0.01 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00000", CultureInfo.InvariantCulture),
    };
}

/// <param name="Rate">A second.</param>
internal sealed record Row(string What, double? Rate, Latencies Latencies);

internal sealed record Fact(string What, double Value, string Unit);

internal enum Bound
{
    AtLeast = 1,
    AtMost = 2,
}

internal sealed record Verdict(string What, double Measured, string Unit, Bound Bound, double Target)
{
    public bool IsMet => Bound switch
    {
        Bound.AtLeast => Measured >= Target,
        Bound.AtMost => Measured <= Target,
    };
}

/// <param name="File">Name of the SVG, without folder.</param>
/// <param name="IsLogarithmic">The upright axis: for latencies.</param>
internal sealed record Plot(string File, string Title, string Across, string Upright, bool IsLogarithmic, IReadOnlyList<Line> Lines);

internal sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);
