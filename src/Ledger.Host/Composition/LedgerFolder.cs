namespace Ledger.Host.Composition;

/// <summary>Where one ledger keeps its files. The log is the truth; to-do lists and views follow from it and may be deleted.</summary>
internal sealed record LedgerFolder(string Path)
{
    public const string DefaultPath = "ledger-data";

    /// <summary>Where contacts and credentials are: the same folder, or one that servers of one machine share with each other, as they share a log.</summary>
    public string Secrets { get; init; } = Path;

    public string Log => In("ledger.db");

    /// <summary>Held by the server that has the folder, where the log is not in it.</summary>
    public string Lock => In("server.lock");

    /// <summary>The processes' lists; derived.</summary>
    public string ToDo => In("todo.db");

    /// <summary>Clients' contacts, encrypted. Not derived: back it up, apart from <see cref="MasterKey"/>.</summary>
    public string Contacts => InSecrets("vault.db");

    /// <summary>Wraps the contacts' keys. Not derived: back it up, apart from the vault.</summary>
    public string MasterKey => InSecrets("vault.key");

    /// <summary>Hashes of passwords, codes and tokens. Not derived.</summary>
    public string Credentials => InSecrets("credentials.db");

    /// <summary>The simulated acquirer's own books; in real life these are at the acquirer's.</summary>
    public string HostBooks => In("acquirer.jsonl");

    /// <summary>Read models; derived.</summary>
    public string Views => In("views");

    /// <summary>Tickets that went out, as files: the embedded default of the carrier.</summary>
    public string Outbox => In("outbox");

    /// <summary>Makes the folders, for their owner alone, when they are not there: tickets hold clients' addresses.</summary>
    public void Create()
    {
        foreach (var path in (string[])[Path, Secrets])
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public override string ToString() => Path;

    private string InSecrets(string name) => System.IO.Path.Combine(Secrets, name);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
