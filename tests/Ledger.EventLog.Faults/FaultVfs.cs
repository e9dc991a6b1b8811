using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Ledger.EventLog.Faults;

/// <summary>Registers a disk with SQLite as a file system, and passes on to the default one what the disk lets through. Its calls come from any thread.</summary>
internal sealed unsafe class FaultVfs : IDisposable
{
    // Offset of the real file system's part of an open file: behind ours, on a boundary for pointers.
    private const int InnerOffset = 16;

    private static readonly NativeMethods* Methods = CreateMethods();

    private readonly NativeVfs* _vfs;
    private readonly NativeVfs* _inner;
    private readonly GCHandle _disk;

    static FaultVfs() => Batteries_V2.Init();

    public FaultVfs(FaultDisk disk)
    {
        _inner = NativeSqlite.FindVfs(null);
        if (_inner is null || _inner->Version < 3) throw new NotSupportedException("SQLite has no default file system of version 3.");

        _disk = GCHandle.Alloc(disk);
        _vfs = (NativeVfs*)NativeMemory.AllocZeroed((nuint)sizeof(NativeVfs));
        *_vfs = *_inner;
        _vfs->Next = null;
        _vfs->FileLength = InnerOffset + _inner->FileLength;
        _vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(disk.Name);
        _vfs->AppData = GCHandle.ToIntPtr(_disk);
        _vfs->Open = &Open;
        _vfs->Delete = &Delete;
        Check(NativeSqlite.RegisterVfs(_vfs, 0));
    }

    /// <summary>No connection may be open on it.</summary>
    public void Dispose()
    {
        Check(NativeSqlite.UnregisterVfs(_vfs));
        Marshal.FreeCoTaskMem((nint)_vfs->Name);
        NativeMemory.Free(_vfs);
        _disk.Free();
    }

    public static NativeFile* InnerOf(NativeFile* file) => (NativeFile*)((byte*)file + InnerOffset);

    private static void Check(int code)
    {
        if (code != NativeSqlite.Ok) throw new InvalidOperationException($"SQLite did not take the file system: result code {code}.");
    }

    private static OpenFile FileOf(NativeFile* file) => (OpenFile)GCHandle.FromIntPtr(file->Handle).Target!;

    private static FaultDisk DiskOf(NativeVfs* vfs) => (FaultDisk)GCHandle.FromIntPtr(vfs->AppData).Target!;

    private static NativeMethods* CreateMethods()
    {
        var methods = (NativeMethods*)NativeMemory.AllocZeroed((nuint)sizeof(NativeMethods));
        methods->Version = 2;
        methods->Close = &Close;
        methods->Read = &Read;
        methods->Write = &Write;
        methods->Truncate = &Truncate;
        methods->Sync = &Sync;
        methods->FileSize = &FileSize;
        methods->Lock = &Lock;
        methods->Unlock = &Unlock;
        methods->CheckReservedLock = &CheckReservedLock;
        methods->FileControl = &FileControl;
        methods->SectorSize = &SectorSize;
        methods->DeviceCharacteristics = &DeviceCharacteristics;
        methods->ShmMap = &ShmMap;
        methods->ShmLock = &ShmLock;
        methods->ShmBarrier = &ShmBarrier;
        methods->ShmUnmap = &ShmUnmap;
        return methods;
    }

    /// <summary>The C edge: an exception must not pass it.</summary>
    private static int Guarded(FaultDisk disk, Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception)
        {
            disk.Failed(exception);
            return NativeSqlite.IoError;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(NativeVfs* vfs, byte* name, NativeFile* file, int flags, int* flagsOut)
    {
        file->Methods = null;
        var disk = DiskOf(vfs);
        return Guarded(disk, () =>
        {
            if (name is null || disk.IsDead) return NativeSqlite.IoError;
            var path = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
            var existed = File.Exists(path);
            var inner = disk.Vfs._inner;
            var code = inner->Open(inner, name, InnerOf(file), flags, flagsOut);
            if (code != NativeSqlite.Ok) return code;

            var kind = (flags & NativeSqlite.OpenMainDatabase) != 0 ? DiskFile.Database : (flags & NativeSqlite.OpenWriteAheadLog) != 0 ? DiskFile.WriteAheadLog : DiskFile.Journal;
            file->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(new SqliteOpenFile(disk, kind, disk.Opened(path, existed), InnerOf(file))));
            file->Methods = Methods;
            return code;
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(NativeVfs* vfs, byte* name, int syncFolder)
    {
        var disk = DiskOf(vfs);
        return Guarded(disk, () =>
        {
            var inner = disk.Vfs._inner;
            var path = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
            return disk.Deleting(path, syncFolder != 0, () => inner->Delete(inner, name, disk.IsTransparent ? syncFolder : 0));
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(NativeFile* file)
    {
        GCHandle.FromIntPtr(file->Handle).Free();
        return InnerOf(file)->Methods->Close(InnerOf(file));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(NativeFile* file, byte* bytes, int length, long at)
    {
        var open = FileOf(file);
        return Guarded(open.Disk, () => open.Disk.Read(open, length, () => InnerOf(file)->Methods->Read(InnerOf(file), bytes, length, at)));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(NativeFile* file, byte* bytes, int length, long at)
    {
        var open = FileOf(file);
        return Guarded(open.Disk, () => open.Disk.Write(open, new ReadOnlySpan<byte>(bytes, length), at));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(NativeFile* file, long length)
    {
        var open = FileOf(file);
        return Guarded(open.Disk, () => open.Disk.Truncate(open, length));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(NativeFile* file, int flags)
    {
        var open = FileOf(file);
        return Guarded(open.Disk, () => open.Disk.Sync(open, flags));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(NativeFile* file, long* length) => InnerOf(file)->Methods->FileSize(InnerOf(file), length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(NativeFile* file, int level) => InnerOf(file)->Methods->Lock(InnerOf(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(NativeFile* file, int level) => InnerOf(file)->Methods->Unlock(InnerOf(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(NativeFile* file, int* result) => InnerOf(file)->Methods->CheckReservedLock(InnerOf(file), result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(NativeFile* file, int operation, void* argument) => InnerOf(file)->Methods->FileControl(InnerOf(file), operation, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(NativeFile* file) => InnerOf(file)->Methods->SectorSize(InnerOf(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(NativeFile* file) => InnerOf(file)->Methods->DeviceCharacteristics(InnerOf(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(NativeFile* file, int page, int pageLength, int extend, void** mapped) =>
        InnerOf(file)->Methods->ShmMap(InnerOf(file), page, pageLength, extend, mapped);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(NativeFile* file, int offset, int count, int flags) => InnerOf(file)->Methods->ShmLock(InnerOf(file), offset, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(NativeFile* file) => InnerOf(file)->Methods->ShmBarrier(InnerOf(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(NativeFile* file, int delete) => InnerOf(file)->Methods->ShmUnmap(InnerOf(file), delete);
}
