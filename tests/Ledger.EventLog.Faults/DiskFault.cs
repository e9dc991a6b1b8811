namespace Ledger.EventLog.Faults;

/// <summary>One thing that SQLite or the log asks of the disk.</summary>
/// <param name="Number">How many of this action on this file there were, this one included, since the disk was made.</param>
/// <param name="Length">Bytes to read or write; 0 for the others.</param>
public readonly record struct DiskOperation(DiskFile File, DiskAction Action, int Number, int Length);

public enum DiskFile
{
    Database = 1,
    WriteAheadLog = 2,

    /// <summary>The rollback journal of a file that is being created.</summary>
    Journal = 3,

    /// <summary>Either of the two that a commit is written to first.</summary>
    CommitFile = 4,
}

public enum DiskAction
{
    Read = 1,
    Write = 2,
    Truncate = 3,
    Sync = 4,
}

/// <summary>What goes wrong.</summary>
public enum DiskFault
{
    /// <summary>EIO: nothing is done.</summary>
    IoError = 1,

    /// <summary>ENOSPC: nothing is written.</summary>
    DiskFull = 2,

    /// <summary>The first half is written, then EIO.</summary>
    ShortWrite = 3,

    /// <summary>
    /// fsync fails once and the pages count as clean from then on: they can still be read, and no later fsync brings them to the disk.
    /// What Linux does: https://wiki.postgresql.org/wiki/Fsync_Errors.
    /// </summary>
    SyncFailsAndForgets = 4,

    /// <summary>The same, and the pages leave the cache at once: what was last durable is read again.</summary>
    SyncFailsAndDrops = 5,

    /// <summary>The machine is off: from here on nothing works until <see cref="FaultDisk.RestorePower"/>.</summary>
    PowerCut = 6,
}
