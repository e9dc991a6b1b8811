using System.Text.Json;
using Ledger.Testing;

namespace Ledger.EndToEnd.Tests;

/// <summary>The README's first command, and the commands that read what it left.</summary>
public sealed class DemoTests(DemoFixture fixture)
{
    [Fact]
    public void The_demo_plays_a_trading_day_and_ends_by_itself()
    {
        Assert.True(fixture.Demo.ExitCode == 0, fixture.Demo.Error + fixture.Demo.Out);
        Assert.Equal("", fixture.Demo.Error);
    }

    [Theory]
    [InlineData("Trading day: 0 of 40 sales")]
    [InlineData("Midnight: remittances")]
    [InlineData("Next day: refunds")]
    [InlineData("Credit date")]
    [InlineData("Boulangerie Demo SARL: latest operations")]
    [InlineData("Taxi Demo EI: revenue")]
    [InlineData("Remittance boulangerie-demo-")]
    [InlineData("credited, credit date")]
    [InlineData("Debits less credits: 0,00")]
    [InlineData("Chain verified:")]
    [InlineData("transaction-completed.1")]
    [InlineData("every chain")]
    [InlineData("Reconciled.")]
    [InlineData("Where to look next")]
    public void The_demo_prints_what_it_promises(string promised) => Assert.Contains(promised, fixture.Demo.Out, StringComparison.Ordinal);

    [Fact]
    public void The_demo_meets_every_way_a_sale_can_go()
    {
        var done = fixture.Demo.Out.Split('\n').Last(static line => line.Contains("Done: ", StringComparison.Ordinal));

        foreach (var what in new[] { "declined", "stopped", "in doubt", "reversed", "cancelled", "refunded", "refused", "remittances" })
        {
            var count = done[..done.IndexOf($" {what}", StringComparison.Ordinal)].Split(' ')[^1];
            Assert.NotEqual((what, "0"), (what, count));
        }
    }

    /// <summary>Redirected output is for files and other programs.</summary>
    [Fact]
    public void The_demo_prints_no_escape_codes_where_nobody_watches() => Assert.DoesNotContain('\u001b', fixture.Demo.Out);

    [Fact]
    [Rule("I38")]
    [Rule("I07")]
    [Rule("I36")]
    public async Task Its_log_verifies()
    {
        var run = await LedgerProcess.RunAsync("verify", "--json", "--data", fixture.Folder);
        var report = JsonDocument.Parse(run.Out).RootElement;

        Assert.Equal(0, run.ExitCode);
        Assert.True(report.GetProperty("intact").GetBoolean());
        Assert.True(report.GetProperty("events").GetInt64() > 200);
        Assert.True(report.GetProperty("postings").GetInt64() > 50);
        Assert.Equal(4, report.GetProperty("remittances").GetInt64());
    }

    [Fact]
    [Rule("I20")]
    public async Task A_stream_replays_up_to_a_version_with_its_state_then()
    {
        var stream = fixture.Demo.Out.Split('\n').First(static line => line.Contains("transaction-", StringComparison.Ordinal)).Trim();
        var run = await LedgerProcess.RunAsync("replay", stream, "--version", "3", "--json", "--data", fixture.Folder);
        var replay = JsonDocument.Parse(run.Out).RootElement;

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, replay.GetProperty("version").GetInt64());
        Assert.Equal("Approved", replay.GetProperty("state").GetString());
        Assert.Equal(3, replay.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task A_stream_replays_up_to_an_instant()
    {
        var whole = JsonDocument.Parse((await LedgerProcess.RunAsync("replay", "terminal-DEMO000001", "--json", "--data", fixture.Folder)).Out).RootElement;
        var third = whole.GetProperty("events")[2].GetProperty("recordedAt").GetString()!;
        var until = JsonDocument.Parse((await LedgerProcess.RunAsync("replay", "terminal-DEMO000001", "--at", third, "--json", "--data", fixture.Folder)).Out).RootElement;

        var last = until.GetProperty("events").EnumerateArray().Last();
        Assert.Equal(third, last.GetProperty("recordedAt").GetString());
        Assert.True(until.GetProperty("version").GetInt64() < whole.GetProperty("version").GetInt64());
    }

    [Theory]
    [InlineData("history")]
    [InlineData("journal")]
    [Rule("E35")]
    public async Task A_read_model_folded_anew_is_the_one_that_served(string projection)
    {
        var run = await LedgerProcess.RunAsync("rebuild", projection, "--compare-only", "--json", "--data", fixture.Folder);
        var report = JsonDocument.Parse(run.Out).RootElement;

        Assert.Equal(0, run.ExitCode);
        Assert.True(report.GetProperty("equal").GetBoolean());
        Assert.True(report.GetProperty("rows").GetInt64() > 0);
    }
}
