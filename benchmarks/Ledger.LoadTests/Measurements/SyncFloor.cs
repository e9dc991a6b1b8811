using System.Diagnostics;
using System.Runtime.InteropServices;
using Ledger.LoadTests.Load;
using Microsoft.Win32.SafeHandles;

namespace Ledger.LoadTests.Measurements;

/// <summary>What the file system alone takes to make 4 KiB durable: write, then fdatasync (where there is none, .NET's flush to disk), one after another.</summary>
internal static partial class SyncFloor
{
    private const int PageLength = 4096;

    /// <summary>Pages of the file that is overwritten in turn, as a write-ahead log is once it has been taken in.</summary>
    private const int PageCount = 4_000;

    /// <summary>On pages that the file has: the file system has no metadata to write.</summary>
    public static Latencies Overwrite(string path, int count) => Run(path, count, isGrowing: false);

    /// <summary>At the file's end, which grows.</summary>
    public static Latencies Append(string path, int count) => Run(path, count, isGrowing: true);

    private static Latencies Run(string path, int count, bool isGrowing)
    {
        var recorder = new LatencyRecorder();
        var page = new byte[PageLength];
        new Random(1).NextBytes(page);
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            if (!isGrowing) Prepare(file, page);
            for (var index = 0; index < count; index++)
            {
                var startedAt = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, page, (long)(isGrowing ? index : index % PageCount) * PageLength);
                Sync(file);
                recorder.Record(startedAt, Stopwatch.GetTimestamp());
            }
        }

        File.Delete(path);
        return recorder.Summarise();
    }

    private static void Prepare(SafeFileHandle file, byte[] page)
    {
        for (var index = 0; index < PageCount; index++) RandomAccess.Write(file, page, (long)index * PageLength);
        RandomAccess.FlushToDisk(file);
    }

    private static void Sync(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux()) RandomAccess.FlushToDisk(file);
        else if (SyncBytes(file) != 0) throw new IOException($"fdatasync failed with {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncBytes(SafeFileHandle file);
}
