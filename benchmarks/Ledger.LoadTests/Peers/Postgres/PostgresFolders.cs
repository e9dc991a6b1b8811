using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Peers.Postgres;

/// <summary>Where a run's own PostgreSQL server keeps its files.</summary>
internal static class PostgresFolders
{
    /// <summary>In the run's folder; the server runs as another user where this process is root's, who must get there.</summary>
    public static string ForServer(RunContext run)
    {
        var folder = Directory.CreateDirectory(run.In("server")).FullName;
        if (OperatingSystem.IsLinux()) File.SetUnixFileMode(Path.GetDirectoryName(folder)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        return folder;
    }
}
