using System.Security.Cryptography;
using System.Text;

namespace Ledger.Vault;

/// <summary>
/// The key that wraps every contact's key, in a file of its own: whoever takes vault.db alone reads nothing. Back it up, apart from the vault.
/// </summary>
public sealed class MasterKey
{
    internal const int Length = 32;
    private const string FirstLine = "ledger-vault-key 1";
    private const int FileLengthMax = 256;

    private MasterKey(byte[] bytes) => Bytes = bytes;

    internal byte[] Bytes { get; }

    /// <summary>Reads the file, or makes it with a new key, readable by its owner only (0600).</summary>
    /// <exception cref="VaultFileException">The file is no key file.</exception>
    public static MasterKey ReadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        return Read(path);
    }

    /// <summary>Reads the file, and makes none.</summary>
    /// <exception cref="VaultFileException">It is not there, or no key file.</exception>
    public static MasterKey Read(string path)
    {
        var lines = !File.Exists(path) || new FileInfo(path).Length > FileLengthMax ? [] : File.ReadAllLines(path);
        var bytes = new byte[Length];
        var isKey = lines.Length == 2 && lines[0] == FirstLine && Convert.TryFromBase64String(lines[1], bytes, out var count) && count == Length;
        if (!isKey) throw new VaultFileException($"{path} is no key file of the vault. Restore it from its backup; without it the contacts are lost.");
        return new MasterKey(bytes);
    }

    public override string ToString() => "(a master key)";

    /// <summary>Tells keys apart; says nothing about the key. Empty for none. Stored, so never changed.</summary>
    internal static byte[] FingerprintOf(MasterKey? master) => master is null ? [] : HMACSHA256.HashData(master.Bytes, "ledger-vault-key-fingerprint"u8);

    /// <param name="known">The fingerprint of the key that a vault was made with.</param>
    /// <param name="place">Where the vault is, for the message.</param>
    /// <exception cref="VaultFileException">It is another key's.</exception>
    internal static void ThrowUnlessSame(byte[] known, MasterKey? master, string place)
    {
        if (CryptographicOperations.FixedTimeEquals(known, FingerprintOf(master))) return;
        throw new VaultFileException($"{place} was made with {(known.Length == 0 ? "no" : "another")} master key. Restore the key file that belongs to it.");
    }

    // Written whole under another name first: a crash leaves no half key, and of two processes the first one's key wins.
    private static void Create(string path)
    {
        // Chance from the system is right here: a key must not be repeatable, and nothing is ever decided by it.
        var bytes = RandomNumberGenerator.GetBytes(Length);
        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.ASCII.GetBytes($"{FirstLine}\n{Convert.ToBase64String(bytes)}\n"));
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }
}
