using Ledger.Testing;

namespace Ledger.Crashes.Tests;

/// <summary>The engine's process is killed with -9 under load, at every named point of the commit pipeline and at any instant. More: tests/Ledger.Crashes.</summary>
public sealed class CrashTests
{
    /// <summary>Every named point at least once, then by chance.</summary>
    private const int Kills = 20;

    [Fact]
    [Rule("I11")]
    [Rule("I07")]
    [Rule("E32")]
    public async Task Whatever_was_acknowledged_before_a_kill_is_there_once_balances_and_is_answered_alike()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-crashes-").FullName;
        var report = await new CrashRun(folder, Environment.TickCount).RunAsync(Kills, progress: null);

        Assert.All(KillPoints.Named, point => Assert.True(report.Kills.ContainsKey(point), $"No kill at {point}."));
        Assert.True(report.Acknowledged > 0 && report.Survived > 0, $"{report}: no load.");

        // After a failure it stays, as evidence.
        Directory.Delete(folder, recursive: true);
    }
}
