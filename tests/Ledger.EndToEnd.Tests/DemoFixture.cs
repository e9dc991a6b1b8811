[assembly: AssemblyFixture(typeof(Ledger.EndToEnd.Tests.DemoFixture))]

namespace Ledger.EndToEnd.Tests;

/// <summary>One short demo, played once; the tests read what it printed and left, and never change its folder.</summary>
public sealed class DemoFixture : IAsyncLifetime
{
    /// <summary>The fewest that meet every course a sale can take.</summary>
    public const string Sales = "40";

    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.In("demo");

    public string Log => Path.Combine(Folder, "ledger.db");

    public LedgerRun Demo { get; private set; } = new(-1, "", "");

    public async ValueTask InitializeAsync() => Demo = await LedgerProcess.RunAsync("demo", "--exit", "--port", "0", "--sales", Sales, "--data", Folder);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A copy to tamper with.</summary>
    public string CopyOfLog(TemporaryFolder into)
    {
        File.Copy(Log, into.In("ledger.db"));
        return into.In("ledger.db");
    }
}
