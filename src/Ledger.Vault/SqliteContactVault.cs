using Ledger.Domain.Transactions;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// The vault in one SQLite file: ciphertexts in one table, keys in another. Erasing deletes the key and the text, overwrites both, empties the
/// write-ahead file and keeps a tombstone. Every change is durable when the call returns. Several processes may share the file.
/// </summary>
public sealed class SqliteContactVault : ContactVault, IDisposable
{
    private const int ApplicationId = 0x4C645663; // « LdVc »: stored, so never changed.

    private const string Schema = """
        CREATE TABLE contacts (ref BLOB PRIMARY KEY, sealed BLOB, kept_at INTEGER NOT NULL, erased_at INTEGER) STRICT, WITHOUT ROWID;
        CREATE TABLE contact_keys (ref BLOB PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE master_key (fingerprint BLOB NOT NULL) STRICT;
        """;

    private readonly VaultFile _file;

    private SqliteContactVault(VaultFile file, MasterKey? master)
        : base(master) => _file = file;

    /// <param name="path">Created, readable by its owner only, when it is not there.</param>
    /// <param name="master">Wraps the contacts' keys; null keeps them as they are. A file stays with what it was made with.</param>
    /// <exception cref="VaultFileException">Another program's file, another version, or made with another master key.</exception>
    public static SqliteContactVault Open(string path, MasterKey? master)
    {
        var file = OpenFile(path);
        try
        {
            file.WriteAsync(connection => BindMasterKey(connection, path, master), CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return new SqliteContactVault(file, master);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Whatever its master key is.</summary>
    /// <exception cref="VaultFileException">Another program's file, or another version.</exception>
    internal static VaultFile OpenFile(string path) => VaultFile.Open(path, ApplicationId, Schema);

    public override async ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation)
    {
        var wasThere = await _file.WriteAsync(connection => Erase(connection, reference, now), cancellation);
        // The write-ahead file still holds the pages from before: also after an erasure that was interrupted here.
        if (!await _file.EmptyWriteAheadAsync(cancellation))
            throw new VaultBusyException($"Contact {reference} is erased, but another process kept the write-ahead file from being emptied. Erase it again.");

        return wasThere;
    }

    internal override ValueTask<SealedContact?> AddAsync(ContactRef reference, SealedContact contact, Instant now, CancellationToken cancellation) => _file.WriteAsync(connection =>
    {
        if (Find(connection, reference) is { } there) return there;

        var id = Id(reference);
        VaultFile.Run(connection, "INSERT INTO contact_keys (ref, key) VALUES ($1, $2)", id, contact.Key!);
        VaultFile.Run(connection, "INSERT INTO contacts (ref, sealed, kept_at) VALUES ($1, $2, $3)", id, contact.Text!, now.ToUnixTimeTicks());
        return null;
    }, cancellation);

    internal override ValueTask<SealedContact?> FindAsync(ContactRef reference, CancellationToken cancellation) =>
        _file.ReadAsync(connection => Find(connection, reference), cancellation);

    private static SealedContact? Find(SqliteConnection connection, ContactRef reference)
    {
        using var command = VaultFile.Command(connection, "SELECT key, sealed FROM contacts LEFT JOIN contact_keys USING (ref) WHERE ref = $1", Id(reference));
        using var row = command.ExecuteReader();
        return row.Read() ? new SealedContact(row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1)) : null;
    }

    private static bool Erase(SqliteConnection connection, ContactRef reference, Instant now)
    {
        var id = Id(reference);
        VaultFile.Run(connection, "DELETE FROM contact_keys WHERE ref = $1", id);
        return VaultFile.Run(connection, "UPDATE contacts SET sealed = NULL, erased_at = $2 WHERE ref = $1 AND erased_at IS NULL", id, now.ToUnixTimeTicks()) == 1;
    }

    private static bool BindMasterKey(SqliteConnection connection, string path, MasterKey? master)
    {
        using var command = VaultFile.Command(connection, "SELECT fingerprint FROM master_key");
        if (command.ExecuteScalar() is byte[] known)
        {
            MasterKey.ThrowUnlessSame(known, master, path);
            return false;
        }

        VaultFile.Run(connection, "INSERT INTO master_key (fingerprint) VALUES ($1)", MasterKey.FingerprintOf(master));
        return true;
    }

    private static byte[] Id(ContactRef reference) => reference.Value.ToByteArray(bigEndian: true);
}
