using System.Diagnostics;

namespace Ledger.EventLog.Conformance;

/// <summary>A small file system in memory, to be full or read-only for real. Needs root; a test without it is skipped and says so.</summary>
public sealed class Tmpfs : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-tmpfs-");
    private readonly bool _mounted;

    public Tmpfs(int kilobytes)
    {
        _mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", Root);
        if (_mounted) return;

        _folder.Delete();
        Assert.Skip("Mounting a small tmpfs needs Linux and root.");
    }

    public string Root => _folder.FullName;

    /// <summary>Where a SQLite log goes.</summary>
    public string Log => Path.Combine(Root, "ledger.db");

    public void MakeLarger(int kilobytes) => Assert.True(Run("mount", "-o", $"remount,size={kilobytes}k", Root));

    public void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", Root));

    public void Dispose()
    {
        if (_mounted) Assert.True(Run("umount", Root));
        _folder.Delete(recursive: true);
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
