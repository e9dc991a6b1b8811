using Ledger.EventLog;
using Ledger.EventLog.Faults;

namespace Ledger.Crashes;

/// <summary>Where the process is killed. The first are the pipeline's own points, the next what SQLite asks of the disk, within its commit or at the start.</summary>
internal enum KillPoint
{
    BatchFormed = CommitPoint.BatchFormed,
    TransactionBegun = CommitPoint.TransactionBegun,
    UnitWritten = CommitPoint.UnitWritten,
    BeforeCommit = CommitPoint.BeforeCommit,
    AfterCommit = CommitPoint.AfterCommit,
    BeforeReplies = CommitPoint.BeforeReplies,
    AfterReplies = CommitPoint.AfterReplies,

    /// <summary>Before a part of SQLite's write-ahead log is written.</summary>
    LogWrite = 11,

    /// <summary>SQLite's write-ahead log is written and not synced.</summary>
    LogSync = 12,

    /// <summary>A checkpoint has begun: before one of its pages is written to the file.</summary>
    CheckpointWrite = 13,

    /// <summary>A checkpoint is about to end: all pages are written and not synced.</summary>
    CheckpointSync = 14,

    /// <summary>Before the write-ahead log is cut to its limit.</summary>
    LogTruncate = 15,

    /// <summary>Before a commit, or the zeros that it will stand on, is written to its file.</summary>
    CommitWrite = 16,

    /// <summary>All of a commit is written to its file and not synced.</summary>
    CommitSync = 17,

    /// <summary>From outside, whatever the process is at.</summary>
    AnyInstant = 99,
}

internal static class KillPoints
{
    /// <summary>All that have a name.</summary>
    public static readonly KillPoint[] Named = [.. Enum.GetValues<KillPoint>().Where(static point => point != KillPoint.AnyInstant)];

    /// <summary>The most passes before the kill: within a fraction of a second of load, whatever the point.</summary>
    public static int PassMax(KillPoint point) => point switch
    {
        KillPoint.UnitWritten or KillPoint.LogWrite => 600,
        KillPoint.CheckpointWrite => 300,
        KillPoint.CheckpointSync or KillPoint.LogTruncate or KillPoint.LogSync => 4,
        _ => 50,
    };

    /// <summary>The point that an operation of the disk is; null for those that are none.</summary>
    public static KillPoint? Of(DiskOperation operation) => (operation.File, operation.Action) switch
    {
        (DiskFile.WriteAheadLog, DiskAction.Write) => KillPoint.LogWrite,
        (DiskFile.WriteAheadLog, DiskAction.Sync) => KillPoint.LogSync,
        (DiskFile.WriteAheadLog, DiskAction.Truncate) => KillPoint.LogTruncate,
        (DiskFile.CommitFile, DiskAction.Write) => KillPoint.CommitWrite,
        (DiskFile.CommitFile, DiskAction.Sync) => KillPoint.CommitSync,
        (DiskFile.Database, DiskAction.Write) => KillPoint.CheckpointWrite,
        (DiskFile.Database, DiskAction.Sync) => KillPoint.CheckpointSync,
        _ => null,
    };
}
