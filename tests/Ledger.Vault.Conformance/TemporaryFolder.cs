namespace Ledger.Vault.Conformance;

/// <summary>A folder of its own, gone with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-vault-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>All bytes of the file and what SQLite keeps beside it, also while it is open.</summary>
    public byte[] AllBytes(string name) =>
        [.. _folder.GetFiles($"{name}*").SelectMany(static file =>
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        })];

    public void Dispose() => _folder.Delete(recursive: true);
}
