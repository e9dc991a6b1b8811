using System.Globalization;
using Ledger.EventLog.Sqlite;

namespace Ledger.EventLog.Faults;

/// <summary>
/// The disk under an SQLite log, as an SQLite file system of its own: what <see cref="Strike"/> says goes wrong, and what was not synced may be lost
/// in a power cut. The files are real ones; only their durability is played, so nothing is synced for real unless asked. Safe for any thread.
/// The commit files beside it are on the same disk. Out of its sight: renames.
/// </summary>
public sealed class FaultDisk : IDisposable
{
    private static int _disks;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ShadowFile> _shadows = new(StringComparer.Ordinal);
    private readonly Dictionary<(DiskFile, DiskAction), int> _counts = [];
    private volatile bool _isCut;
    private volatile bool _isFrozen;

    public FaultDisk()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"ledger-fault-disk-{Interlocked.Increment(ref _disks)}");
        Vfs = new FaultVfs(this);
    }

    /// <summary>What SQLite knows it by.</summary>
    public string Name { get; }

    /// <summary>Asked before each operation, one at a time: what goes wrong with it, or null. Must not use the log.</summary>
    public Func<DiskOperation, DiskFault?> Strike { get; set; } = static _ => null;

    /// <summary>How often something went wrong.</summary>
    public int Strikes { get; private set; }

    /// <summary>True: only watches. Syncs for real and remembers nothing, so it cannot cut the power nor lose what a sync failed on.</summary>
    public bool IsTransparent { get; init; }

    /// <summary>A fault of the disk's own code, which SQLite was told as EIO; null when there was none.</summary>
    public Exception? Broken { get; private set; }

    public bool IsCut => _isCut;

    /// <summary>The log's options for a log on this disk.</summary>
    public SqliteEventLogOptions On(SqliteEventLogOptions options) => options with { VfsName = Name, OnSynced = SyncedOutside, CommitDisk = new FaultCommitDisk(this) };

    internal FaultVfs Vfs { get; }

    /// <summary>Nothing works for the connections that are open now, or while it lasts.</summary>
    internal bool IsDead => _isCut || _isFrozen;

    public void CutPower() => _isCut = true;

    /// <summary>The process is killed: what it has open can do nothing any more, and the files stay as they are, with all that is in the kernel's cache.</summary>
    public void KillProcess() => _isFrozen = true;

    /// <summary>The next process. All connections of the last must be closed.</summary>
    public void StartProcess() => _isFrozen = false;

    /// <summary>Leaves the files as the cut left them. All connections must be closed.</summary>
    /// <param name="random">What of the unsynced is there: whole, in sectors, or not.</param>
    public void RestorePower(Random random)
    {
        lock (_lock)
        {
            foreach (var shadow in _shadows.Values)
            {
                if (shadow.AfterCut(random) is { } bytes) File.WriteAllBytes(shadow.Path, bytes);
                else File.Delete(shadow.Path);

                // The index of the write-ahead log is memory.
                File.Delete(shadow.Path + "-shm");
            }

            _shadows.Clear();
            _isCut = false;
        }
    }

    public void Dispose() => Vfs.Dispose();

    /// <summary>A file was opened; the first time, what it holds counts as durable.</summary>
    internal ShadowFile? Opened(string path, bool existed)
    {
        if (IsTransparent) return null;
        lock (_lock)
        {
            if (_shadows.TryGetValue(path, out var known) && !known.IsDeleted) return known;
            var shadow = _shadows[path] = new ShadowFile(path);
            if (existed) shadow.MakeDurable(Contents(path));
            return shadow;
        }
    }

    /// <summary>The names of all files that are there are durable; nothing can fail here.</summary>
    internal void SyncFolder()
    {
        lock (_lock)
        {
            if (IsDead) throw new IOException("Input/output error: the disk is dead.");
            foreach (var shadow in _shadows.Values) shadow.SyncEntry();
        }
    }

    internal int Deleting(string path, bool isDurable, Func<int> delete)
    {
        lock (_lock)
        {
            if (IsDead) return NativeSqlite.IoErrorDelete;
            var code = delete();
            if (code != NativeSqlite.Ok || !_shadows.TryGetValue(path, out var shadow)) return code;
            if (isDurable) _shadows.Remove(path);
            else shadow.IsDeleted = true;
            return code;
        }
    }

    internal int Read(OpenFile file, int length, Func<int> read)
    {
        var fault = Next(file.Kind, DiskAction.Read, length);
        return fault is null ? read() : NativeSqlite.IoErrorRead;
    }

    internal int Write(OpenFile file, ReadOnlySpan<byte> bytes, long at)
    {
        lock (_lock)
        {
            switch (Next(file.Kind, DiskAction.Write, bytes.Length))
            {
                case null:
                    return WriteThrough(file, bytes, at);
                case DiskFault.DiskFull:
                    return NativeSqlite.Full;
                case DiskFault.ShortWrite:
                    _ = WriteThrough(file, bytes[..(bytes.Length / 2)], at);
                    return NativeSqlite.IoErrorWrite;
                default:
                    return NativeSqlite.IoErrorWrite;
            }
        }
    }

    internal int Truncate(OpenFile file, long length)
    {
        lock (_lock)
        {
            if (Next(file.Kind, DiskAction.Truncate, 0) is not null) return NativeSqlite.IoErrorTruncate;
            var code = file.InnerTruncate(length);
            if (code == NativeSqlite.Ok) file.Shadow?.Truncate(length);
            return code;
        }
    }

    internal int Sync(OpenFile file, int flags)
    {
        lock (_lock)
        {
            switch (Next(file.Kind, DiskAction.Sync, 0))
            {
                case null when IsTransparent:
                    return file.InnerSync(flags);
                case null:
                    file.Shadow?.Sync(withEntry: file.Kind != DiskFile.CommitFile);
                    return NativeSqlite.Ok;
                case DiskFault.SyncFailsAndForgets:
                    file.Shadow?.Forget();
                    return NativeSqlite.IoErrorFsync;
                case DiskFault.SyncFailsAndDrops:
                    if (file.Shadow is { } shadow) Drop(file, shadow);
                    return NativeSqlite.IoErrorFsync;
                default:
                    return NativeSqlite.IoErrorFsync;
            }
        }
    }

    internal void Failed(Exception exception) => Broken ??= exception;

    private static int WriteThrough(OpenFile file, ReadOnlySpan<byte> bytes, long at)
    {
        var code = file.InnerWrite(bytes, at);
        if (code == NativeSqlite.Ok) file.Shadow?.Write(at, bytes);
        return code;
    }

    private static void Drop(OpenFile file, ShadowFile shadow)
    {
        shadow.Forget();
        _ = file.InnerWrite(shadow.Durable, 0);
        _ = file.InnerTruncate(shadow.Durable.Length);
    }

    /// <summary>The log wrote a file again and synced it by itself: all that is in it is durable. Fails as SQLite's own sync does.</summary>
    private void SyncedOutside(string path)
    {
        if (IsTransparent) return;
        lock (_lock)
        {
            if (!_shadows.TryGetValue(path, out var shadow) || shadow.IsDeleted) return;
            if (Next(DiskFile.WriteAheadLog, DiskAction.Sync, 0) is { } fault) throw new IOException($"Input/output error: {fault}");
            shadow.MakeDurable(Contents(path));
        }
    }

    private DiskFault? Next(DiskFile file, DiskAction action, int length)
    {
        lock (_lock)
        {
            if (IsDead) return DiskFault.PowerCut;
            var number = _counts[(file, action)] = _counts.GetValueOrDefault((file, action)) + 1;
            if (Strike(new DiskOperation(file, action, number, length)) is not { } fault) return null;
            if (IsTransparent && fault > DiskFault.ShortWrite) throw new InvalidOperationException($"A transparent disk remembers nothing; it cannot play {fault}.");

            Strikes++;
            if (fault == DiskFault.PowerCut) _isCut = true;
            return fault;
        }
    }

    /// <summary>Opened for sharing: a lock of ours would be one too many.</summary>
    private static byte[] Contents(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
