namespace Ledger.EventLog.Sqlite.Files;

/// <summary>
/// One writer per file: an operating system's lock on a file beside it, freed by the system when the process ends, however it ends.
/// The lock file stays; deleting it while a writer runs lets a second one in, which the epoch in the file then fences.
/// </summary>
internal sealed class WriterLock : IDisposable
{
    private readonly FileStream _file;

    private WriterLock(FileStream file) => _file = file;

    /// <exception cref="EventLogRefusedException">Another writer holds it, or the folder cannot be written.</exception>
    public static WriterLock Take(string path, string name)
    {
        var folder = Path.GetDirectoryName(path);
        if (!Directory.Exists(folder)) throw new EventLogRefusedException($"The folder {folder} does not exist. Create it, or give another path.");
        try
        {
            return new WriterLock(new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new EventLogRefusedException($"{path}.lock may not be written by this user. Give it write access to {folder}, or give another path.", exception);
        }
        catch (IOException exception)
        {
            throw new EventLogRefusedException($"The {name} {path} is in use by another process. Stop that one first, or give another path; nothing was changed.", exception);
        }
    }

    /// <summary>Whether a writer is there now.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            if (File.Exists(path + ".lock")) File.OpenHandle(path + ".lock", FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose() => _file.Dispose();
}
