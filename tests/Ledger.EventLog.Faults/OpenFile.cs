using Ledger.EventLog.Sqlite.Commits;

namespace Ledger.EventLog.Faults;

/// <summary>One open file of one connection. Results are SQLite's codes.</summary>
/// <param name="shadow">Shared by all who have it open; null on a transparent disk.</param>
internal abstract class OpenFile(FaultDisk disk, DiskFile kind, ShadowFile? shadow)
{
    public FaultDisk Disk => disk;

    public DiskFile Kind => kind;

    public ShadowFile? Shadow => shadow;

    public abstract int InnerWrite(ReadOnlySpan<byte> bytes, long at);

    public abstract int InnerTruncate(long length);

    public abstract int InnerSync(int flags);
}

/// <summary>One that SQLite opened.</summary>
internal sealed unsafe class SqliteOpenFile(FaultDisk disk, DiskFile kind, ShadowFile? shadow, NativeFile* inner) : OpenFile(disk, kind, shadow)
{
    private readonly NativeFile* _inner = inner;

    public override int InnerWrite(ReadOnlySpan<byte> bytes, long at)
    {
        if (bytes.IsEmpty) return NativeSqlite.Ok;
        fixed (byte* first = bytes) return _inner->Methods->Write(_inner, first, bytes.Length, at);
    }

    public override int InnerTruncate(long length) => _inner->Methods->Truncate(_inner, length);

    public override int InnerSync(int flags) => _inner->Methods->Sync(_inner, flags);
}

/// <summary>A commit file, which the log opened by itself.</summary>
internal sealed class CommitOpenFile(FaultDisk disk, ShadowFile? shadow, FileStream inner) : OpenFile(disk, DiskFile.CommitFile, shadow), ICommitStore
{
    public long Length => inner.Length;

    public override int InnerWrite(ReadOnlySpan<byte> bytes, long at)
    {
        RandomAccess.Write(inner.SafeFileHandle, bytes, at);
        return NativeSqlite.Ok;
    }

    public override int InnerTruncate(long length)
    {
        inner.SetLength(length);
        return NativeSqlite.Ok;
    }

    public override int InnerSync(int flags)
    {
        inner.Flush(flushToDisk: true);
        return NativeSqlite.Ok;
    }

    public int Read(Span<byte> bytes, long at)
    {
        var buffer = new byte[bytes.Length];
        var read = 0;
        Check(Disk.Read(this, bytes.Length, () =>
        {
            read = RandomAccess.Read(inner.SafeFileHandle, buffer, at);
            return NativeSqlite.Ok;
        }));
        buffer.CopyTo(bytes);
        return read;
    }

    public void Write(ReadOnlySpan<byte> bytes, long at) => Check(Disk.Write(this, bytes, at));

    public void Sync() => Check(Disk.Sync(this, 0));

    public void Dispose() => inner.Dispose();

    private static void Check(int code)
    {
        if (code != NativeSqlite.Ok) throw new IOException($"Input/output error, as SQLite's code {code}.");
    }
}
