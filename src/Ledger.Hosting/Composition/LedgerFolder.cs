namespace Ledger.Hosting.Composition;

/// <summary>Where one ledger keeps its files. The log is the truth; to-do lists and views follow from it and may be deleted.</summary>
internal sealed record LedgerFolder(string Path)
{
    public const string DefaultPath = "ledger-data";

    public string Log => In("ledger.db");

    /// <summary>Held by the server that has the folder, where the log is not in it.</summary>
    public string Lock => In("server.lock");

    /// <summary>The processes' lists; derived.</summary>
    public string ToDo => In("todo.db");

    /// <summary>Clients' contacts, encrypted. Not derived: back it up, apart from <see cref="MasterKey"/>.</summary>
    public string Contacts => In("vault.db");

    /// <summary>Wraps the contacts' keys, also those in a database. Not derived: back it up, apart from the vault.</summary>
    public string MasterKey => In("vault.key");

    /// <summary>Hashes of passwords, codes and tokens. Not derived.</summary>
    public string Credentials => In("credentials.db");

    /// <summary>The simulated acquirer's own books; in real life these are at the acquirer's.</summary>
    public string HostBooks => In("acquirer.jsonl");

    /// <summary>Read models; derived.</summary>
    public string Views => In("views");

    /// <summary>Tickets that went out, as files: the embedded default of the carrier.</summary>
    public string Outbox => In("outbox");

    /// <summary>Makes the folder, for its owner alone, when it is not there: tickets hold clients' addresses.</summary>
    public void Create()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
        else Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public override string ToString() => Path;

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
