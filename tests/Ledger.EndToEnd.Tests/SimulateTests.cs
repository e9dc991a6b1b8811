using System.Text.Json;

namespace Ledger.EndToEnd.Tests;

/// <summary>`ledger simulate` as users call it.</summary>
public sealed class SimulateTests
{
    /// <summary>Two processes, so that nothing of one (hash seeds, addresses) can be what makes a run the same.</summary>
    [Fact]
    public async Task A_seed_plays_the_same_run_in_another_process()
    {
        string[] arguments = ["simulate", "--seed", "7", "--events", "2000", "--runs", "2", "--json"];
        var (first, second) = (await LedgerProcess.RunAsync(arguments), await LedgerProcess.RunAsync(arguments));

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(first.Out, second.Out);
        using var document = JsonDocument.Parse(first.Out);
        Assert.Equal(2, document.RootElement.GetProperty("runsPlayed").GetInt32());
        Assert.True(document.RootElement.GetProperty("counts").GetProperty("commands").GetInt64() >= 2000);
    }

    [Theory]
    [InlineData("--runs", "0", "--runs is a number from 1")]
    [InlineData("--events", "0", "--events is a number not below --runs")]
    [InlineData("--events", "10000000", "--runs 20 or more")]
    public async Task Numbers_out_of_range_are_answered_with_what_to_do(string option, string value, string says)
    {
        var run = await LedgerProcess.RunAsync("simulate", option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }
}
