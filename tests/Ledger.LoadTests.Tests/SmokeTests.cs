using System.Text.Json;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Peers;
using Ledger.Testing.Postgres;

namespace Ledger.LoadTests.Tests;

/// <summary>Every subcommand at a size that takes a moment: it ends well and writes a report that a person and a program can read.</summary>
public sealed class SmokeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("engine", "--callers 1 8")]
    [InlineData("engine-peak", "")]
    [InlineData("engine-latency", "")]
    [InlineData("engine-half-peak", "--peak 2000")]
    [InlineData("projections", "")]
    [InlineData("actor-memory", "")]
    [InlineData("open", "")]
    [InlineData("growth", "")]
    [InlineData("disk", "")]
    [InlineData("steady", "--rate 1000")]
    [InlineData("steady", "--log memory --rate 1000")]
    [InlineData("saturday", "--rate 1000")]
    [InlineData("logs", "--log memory sqlite --callers 4")]
    [InlineData("midnight", "--rate 500")]
    [InlineData("refund-rush", "--rate 500")]
    [InlineData("rebuild", "--rate 500")]
    [InlineData("http", "--phones 2")]
    [InlineData("http-payment", "--phones 2")]
    [InlineData("bulk", "--callers 2 --commands 20")]
    [InlineData("postgres", "")]
    [InlineData("views", "")]
    public async Task It_runs_at_a_tiny_scale_and_writes_a_readable_report(string name, string own)
    {
        if (name is "postgres" or "views" && PostgresServer.Missing is { } missing) Assert.Skip(missing);
        Assert.Equal(0, await RunAsync($"{name} {own}"));

        var markdown = await File.ReadAllTextAsync(_folder.In($"report/{name}.md"));
        Assert.StartsWith("# ", markdown, StringComparison.Ordinal);
        foreach (var expected in new[] { $"-- {name} ", "| kernel |", "| .NET |", "| disk |", "| durability |", "| seed, scale, rounds | 1, " }) Assert.Contains(expected, markdown, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.In($"report/{name}.json")));
        AssertFigures(json.RootElement);
        foreach (var plot in json.RootElement.GetProperty("plots").EnumerateArray())
        {
            Assert.StartsWith("<?xml", await File.ReadAllTextAsync(_folder.In($"report/{plot.GetProperty("file").GetString()}")), StringComparison.Ordinal);
        }
    }

    /// <summary>The peers of the catalogue, and one of another assembly: this one.</summary>
    [Fact]
    public async Task Peers_are_measured_or_the_report_says_why_not()
    {
        Assert.Equal(0, await RunAsync($"peers --with {typeof(SmokeTests).Assembly.Location}"));

        var markdown = await File.ReadAllTextAsync(_folder.In("report/peers.md"));
        foreach (var kind in PeerCatalogue.All) Assert.Contains(kind.Name, markdown, StringComparison.Ordinal);
        Assert.Contains($"| {ForgetfulPeers.Name}, median | 3 | ", markdown, StringComparison.Ordinal);
        Assert.Contains($"{ForgetfulPeers.MissingName}: skipped. It is nowhere.", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_a_run_is_left_but_its_report()
    {
        Assert.Equal(0, await RunAsync("disk"));

        Assert.Equal(["report"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("no-such-subcommand")]
    [InlineData("engine-peak --rounds 0")]
    [InlineData("engine-peak --scale 0")]
    [InlineData("engine-peak --scale 1000")]
    [InlineData("engine-peak --workers 0")]
    [InlineData("http --phones 31")]
    [InlineData("bulk --callers 17")]
    [InlineData("bulk --commands 5001")]
    [InlineData("steady --target Nowhere")]
    [InlineData("steady --log nowhere --rate 1000")]
    [InlineData("saturday --log memory sqlite --rate 1000")]
    [InlineData("logs --runtime nowhere")]
    [InlineData("engine-peak --folder /no/such/folder")]
    [InlineData("http --host /no/such/ledger.dll")]
    [InlineData("peers --with /no/such/peers.dll")]
    public async Task What_cannot_be_done_is_refused_before_anything_is_run(string line)
    {
        Assert.Equal(2, await LoadCommands.RunAsync([.. line.Split(' '), "--output", _folder.In("report"), "--quiet"]));

        Assert.False(Directory.Exists(_folder.In("report")));
    }

    public void Dispose() => _folder.Dispose();

    private Task<int> RunAsync(string line) => LoadCommands.RunAsync(
    [
        .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        "--output", _folder.In("report"), "--folder", _folder.Path, "--host", Path.Combine(AppContext.BaseDirectory, "ledger.dll"),
        "--scale", "0.0005", "--rounds", "1", "--in-flight", "256", "--quiet",
    ]);

    /// <summary>Some figure is there, and none is of nothing.</summary>
    private static void AssertFigures(JsonElement report)
    {
        var rows = report.GetProperty("rows").EnumerateArray().ToList();
        var verdicts = report.GetProperty("verdicts").EnumerateArray().ToList();
        var facts = report.GetProperty("facts").EnumerateArray().ToList();

        Assert.True(rows.Count + verdicts.Count + facts.Count > 0);
        Assert.All(rows, static row => Assert.True(row.GetProperty("latencies").GetProperty("count").GetInt64() > 0, row.ToString()));
        Assert.All(verdicts, static verdict => Assert.True(double.IsFinite(verdict.GetProperty("measured").GetDouble()), verdict.ToString()));
    }
}
