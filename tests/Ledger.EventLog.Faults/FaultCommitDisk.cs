using Ledger.EventLog.Sqlite.Commits;

namespace Ledger.EventLog.Faults;

/// <summary>The same disk under the commit files, which the log reads and writes without SQLite.</summary>
internal sealed class FaultCommitDisk(FaultDisk disk) : CommitDisk
{
    public override ICommitStore Open(string path)
    {
        if (disk.IsDead) throw new IOException("Input/output error: the disk is dead.");
        var existed = File.Exists(path);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return new CommitOpenFile(disk, disk.Opened(path, existed), file);
    }

    public override void Delete(string path)
    {
        var code = disk.Deleting(path, isDurable: false, () =>
        {
            File.Delete(path);
            return NativeSqlite.Ok;
        });
        if (code != NativeSqlite.Ok) throw new IOException($"Input/output error, as SQLite's code {code}.");
    }

    public override void SyncFolder(string path) => disk.SyncFolder();
}
