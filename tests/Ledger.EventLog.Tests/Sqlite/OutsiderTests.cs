using System.Diagnostics;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Verification;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>The program of specs/events/chain.md, run as an outsider would: with Python and nothing of ours.</summary>
public sealed class OutsiderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Rule("I38")]
    public async Task An_outsider_verifies_the_file_and_finds_the_bad_event()
    {
        await using (var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default)) await SampleLog.FillAsync(log, rounds: 2);
        await File.WriteAllTextAsync(Path.Combine(_folder.Root, "verify.py"), ChainHashTests.Block("python"));
        Assert.Equal("102 events in 14 streams are sound", Run());

        Tampering.Execute(_folder.Log, "UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 60");
        Assert.Equal("bad event: position 60, transaction-2 version 11", Run());
    }

    private string Run()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(_folder.Root, "verify.py"), _folder.Log]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = python.StandardOutput.ReadToEnd() + python.StandardError.ReadToEnd();
            python.WaitForExit();
            return said.Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed.");
            throw;
        }
    }
}
