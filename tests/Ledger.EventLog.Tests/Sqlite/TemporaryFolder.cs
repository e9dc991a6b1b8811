namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>A folder that goes away with its test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-log-");

    public string Root => _folder.FullName;

    public string Log => Path.Combine(Root, "ledger.db");

    public void Dispose() => _folder.Delete(recursive: true);
}
