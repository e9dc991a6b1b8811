using System.Text;
using System.Text.Json;
using Ledger.Testing;

namespace Ledger.EndToEnd.Tests;

/// <summary>One byte of the file's events is changed: the verifier says which event it was.</summary>
public sealed class TamperTests(DemoFixture fixture)
{
    [Fact]
    [Rule("I38")]
    [Rule("E100")]
    public async Task One_changed_byte_of_an_event_is_found_and_named()
    {
        using var folder = new TemporaryFolder();
        var victim = await ChooseAsync();
        ChangeOneDigit(fixture.CopyOfLog(folder), victim.Payload);

        var run = await LedgerProcess.RunAsync("verify", "--json", "--data", folder.Path);
        var report = JsonDocument.Parse(run.Out).RootElement;

        Assert.Equal(4, run.ExitCode);
        Assert.False(report.GetProperty("intact").GetBoolean());
        Assert.Equal(victim.Position, report.GetProperty("firstBad").GetProperty("position").GetInt64());
        Assert.Equal(victim.Stream, report.GetProperty("firstBad").GetProperty("stream").GetString());
        Assert.Equal(victim.Version, report.GetProperty("firstBad").GetProperty("version").GetInt64());
    }

    [Fact]
    [Rule("I38")]
    public async Task A_changed_event_stops_the_replay_of_its_stream()
    {
        using var folder = new TemporaryFolder();
        var victim = await ChooseAsync();
        ChangeOneDigit(fixture.CopyOfLog(folder), victim.Payload);

        var run = await LedgerProcess.RunAsync("replay", victim.Stream, "--data", folder.Path);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains(victim.Stream, run.Error, StringComparison.Ordinal);
    }

    /// <summary>An amount that was paid, somewhere in the middle: who falsifies a ledger changes such a digit.</summary>
    private async Task<(long Position, string Stream, long Version, string Payload)> ChooseAsync()
    {
        var lines = (await LedgerProcess.RunAsync("export", "--data", fixture.Folder)).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var completed = lines.Select(static line => JsonDocument.Parse(line).RootElement).Where(static e => e.GetProperty("type").GetString() == "transaction-completed.1").ToArray();
        var chosen = completed[completed.Length / 2];
        return (chosen.GetProperty("position").GetInt64(), chosen.GetProperty("stream").GetString()!, chosen.GetProperty("version").GetInt64(), chosen.GetProperty("payload").GetString()!);
    }

    private static void ChangeOneDigit(string file, string payload)
    {
        var bytes = File.ReadAllBytes(file);
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(payload));
        Assert.True(at > 0);
        var digit = at + payload.Select(static (c, index) => (c, index)).First(static pair => char.IsAsciiDigit(pair.c)).index;
        bytes[digit] = (byte)(bytes[digit] == '9' ? '8' : bytes[digit] + 1);
        File.WriteAllBytes(file, bytes);
    }
}
