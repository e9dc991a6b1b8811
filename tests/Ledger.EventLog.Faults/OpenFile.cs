namespace Ledger.EventLog.Faults;

/// <summary>One open file of one connection.</summary>
/// <param name="shadow">Shared by all who have it open; null on a transparent disk.</param>
internal sealed unsafe class OpenFile(FaultDisk disk, DiskFile kind, ShadowFile? shadow, NativeFile* inner)
{
    private readonly NativeFile* _inner = inner;

    public FaultDisk Disk => disk;

    public DiskFile Kind => kind;

    public ShadowFile? Shadow => shadow;

    public int InnerWrite(ReadOnlySpan<byte> bytes, long at)
    {
        if (bytes.IsEmpty) return NativeSqlite.Ok;
        fixed (byte* first = bytes) return _inner->Methods->Write(_inner, first, bytes.Length, at);
    }

    public int InnerTruncate(long length) => _inner->Methods->Truncate(_inner, length);

    public int InnerSync(int flags) => _inner->Methods->Sync(_inner, flags);
}
