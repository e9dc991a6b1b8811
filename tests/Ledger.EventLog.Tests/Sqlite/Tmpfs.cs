using System.Diagnostics;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>A small file system in memory, to be full or read-only for real. Needs root; a test without it is skipped and says so.</summary>
internal sealed class Tmpfs : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly bool _mounted;

    public Tmpfs(int kilobytes)
    {
        _mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", Root);
        if (_mounted) return;

        _folder.Dispose();
        Assert.Skip("Mounting a small tmpfs needs Linux and root.");
    }

    public string Root => _folder.Root;

    public string Log => _folder.Log;

    public void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", Root));

    public void Dispose()
    {
        if (_mounted) Assert.True(Run("umount", Root));
        _folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
