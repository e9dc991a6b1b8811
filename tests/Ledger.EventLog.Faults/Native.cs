using System.Runtime.InteropServices;

namespace Ledger.EventLog.Faults;

/// <summary>SQLite's file system interface (https://sqlite.org/c3ref/vfs.html), version 3; what we only pass on has no type.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeVfs
{
    public int Version;
    public int FileLength;
    public int PathLengthMax;
    public NativeVfs* Next;
    public byte* Name;
    public nint AppData;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, NativeFile*, int, int*, int> Open;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, int, int> Delete;
    public void* Access;
    public void* FullPathname;
    public void* DlOpen;
    public void* DlError;
    public void* DlSym;
    public void* DlClose;
    public void* Randomness;
    public void* Sleep;
    public void* CurrentTime;
    public void* GetLastError;
    public void* CurrentTimeInt64;
    public void* SetSystemCall;
    public void* GetSystemCall;
    public void* NextSystemCall;
}

/// <summary>https://sqlite.org/c3ref/io_methods.html, version 2: without memory maps, whose writes nobody sees.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMethods
{
    public int Version;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> Close;
    public delegate* unmanaged[Cdecl]<NativeFile*, byte*, int, long, int> Read;
    public delegate* unmanaged[Cdecl]<NativeFile*, byte*, int, long, int> Write;
    public delegate* unmanaged[Cdecl]<NativeFile*, long, int> Truncate;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Sync;
    public delegate* unmanaged[Cdecl]<NativeFile*, long*, int> FileSize;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Lock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Unlock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int*, int> CheckReservedLock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, void*, int> FileControl;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> SectorSize;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> DeviceCharacteristics;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int, int, void**, int> ShmMap;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int, int, int> ShmLock;
    public delegate* unmanaged[Cdecl]<NativeFile*, void> ShmBarrier;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> ShmUnmap;
    public void* Fetch;
    public void* Unfetch;
}

/// <summary>What SQLite knows of an open file. Ours holds a handle behind it, and then the real file system's own.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeFile
{
    public NativeMethods* Methods;

    /// <summary>To our <see cref="OpenFile"/>; there in our own files only.</summary>
    public nint Handle;
}

internal static unsafe partial class NativeSqlite
{
    public const int Ok = 0;
    public const int IoError = 10;
    public const int Full = 13;
    public const int IoErrorRead = IoError | (1 << 8);
    public const int IoErrorWrite = IoError | (3 << 8);
    public const int IoErrorFsync = IoError | (4 << 8);
    public const int IoErrorTruncate = IoError | (6 << 8);
    public const int IoErrorDelete = IoError | (10 << 8);
    public const int OpenMainDatabase = 0x100;
    public const int OpenWriteAheadLog = 0x80000;

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    public static partial NativeVfs* FindVfs(byte* name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    public static partial int RegisterVfs(NativeVfs* vfs, int makeDefault);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_unregister")]
    public static partial int UnregisterVfs(NativeVfs* vfs);
}
