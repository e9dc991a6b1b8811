using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ledger.EventLog.Sqlite.Commits;

/// <summary>The disk under the commit files; tests put one under them that fails.</summary>
internal abstract class CommitDisk
{
    /// <summary>The machine's own.</summary>
    public static CommitDisk Own { get; } = new OwnDisk();

    /// <summary>For reading and writing; a file that is missing is made.</summary>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: it cannot be had.</exception>
    public abstract ICommitStore Open(string path);

    /// <summary>Nothing when there is none.</summary>
    public abstract void Delete(string path);

    /// <summary>Makes the names of files that were made in it durable.</summary>
    public abstract void SyncFolder(string path);

    private sealed class OwnDisk : CommitDisk
    {
        public override ICommitStore Open(string path) => new OwnStore(path);

        public override void Delete(string path) => File.Delete(path);

        public override void SyncFolder(string path)
        {
            // Elsewhere a folder is no file, and the file system keeps names by itself.
            if (OperatingSystem.IsWindows()) return;
            using var folder = NativeFile.OpenFolder(path, 0);
            if (folder.IsInvalid || NativeFile.Sync(folder) != 0) throw NativeFile.LastError();
        }
    }
}

/// <summary>One commit file, open. Writing and syncing are for one thread at a time.</summary>
internal interface ICommitStore : IDisposable
{
    long Length { get; }

    /// <returns>Bytes read: fewer than asked for at the end only.</returns>
    int Read(Span<byte> bytes, long at);

    /// <exception cref="IOException">Not, or not all, was written.</exception>
    void Write(ReadOnlySpan<byte> bytes, long at);

    /// <summary>All that was written survives a power cut.</summary>
    /// <exception cref="IOException">Nobody knows what of it does, and asking again would not tell.</exception>
    void Sync();
}

internal sealed class OwnStore : ICommitStore
{
    private readonly SafeFileHandle _file;

    public OwnStore(string path) => _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public long Length => RandomAccess.GetLength(_file);

    public int Read(Span<byte> bytes, long at)
    {
        var read = 0;
        while (read < bytes.Length)
        {
            var part = RandomAccess.Read(_file, bytes[read..], at + read);
            if (part == 0) break;
            read += part;
        }

        return read;
    }

    public void Write(ReadOnlySpan<byte> bytes, long at) => RandomAccess.Write(_file, bytes, at);

    public void Sync()
    {
        // fdatasync leaves the times out: a file that does not grow costs the disk its own pages and no entry in the file system's journal.
        if (!OperatingSystem.IsLinux()) RandomAccess.FlushToDisk(_file);
        else if (NativeFile.SyncContents(_file) != 0) throw NativeFile.LastError();
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>What .NET does not offer of the system's file calls (POSIX.1-2017).</summary>
internal static partial class NativeFile
{
    public static IOException LastError() => new(new Win32Exception(Marshal.GetLastPInvokeError()).Message);

    /// <param name="flags">0: O_RDONLY.</param>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle folder);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncContents(SafeFileHandle file);
}
