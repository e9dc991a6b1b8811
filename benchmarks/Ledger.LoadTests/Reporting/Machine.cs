using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace Ledger.LoadTests.Reporting;

/// <summary>What the figures are of.</summary>
/// <param name="Disk">File system and device under the run's folder.</param>
internal sealed record Machine(string Processor, int Cores, string Memory, string Kernel, string DotNet, string Collector, string Disk)
{
    public static Machine Read(string folder) => new(
        Line("/proc/cpuinfo", "model name") ?? "unknown",
        Environment.ProcessorCount,
        string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:0.0} GB"),
        $"{Environment.OSVersion} ({RuntimeInformation.OSDescription})",
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}",
        $"{(GCSettings.IsServerGC ? "server" : "workstation")} GC, {GCSettings.LatencyMode}",
        DiskOf(folder));

    /// <summary>« ext4 on /dev/vda, mounted at / », from the mount with the longest path above the folder.</summary>
    private static string DiskOf(string folder)
    {
        const string mounts = "/proc/self/mounts";
        if (!File.Exists(mounts)) return new DriveInfo(Path.GetPathRoot(Path.GetFullPath(folder))!).DriveFormat;

        var path = Path.GetFullPath(folder).TrimEnd('/') + "/";
        var mount = File.ReadLines(mounts).Select(static line => line.Split(' ')).Where(cells => path.StartsWith(cells[1].TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(static cells => cells[1].Length);
        return mount is null ? "unknown" : string.Create(CultureInfo.InvariantCulture, $"{mount[2]} on {mount[0]} at {mount[1]} ({mount[3]})");
    }

    private static string? Line(string file, string name) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() : null;
}
