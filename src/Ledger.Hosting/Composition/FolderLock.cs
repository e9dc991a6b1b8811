using Ledger.EventLog;

namespace Ledger.Hosting.Composition;

/// <summary>One server per folder where its log is elsewhere: an operating system's lock, freed by the system when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="EventLogRefusedException">Another server has it.</exception>
    public static FolderLock Take(LedgerFolder folder)
    {
        try
        {
            return new FolderLock(new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception)
        {
            throw new EventLogRefusedException($"{folder} is in use by another server. Give each server a folder of its own (--data); nothing was changed.", exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
