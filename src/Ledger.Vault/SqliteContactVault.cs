using System.Security.Cryptography;
using Ledger.Domain.Transactions;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// The vault in one SQLite file: ciphertexts in one table, keys in another. Erasing deletes the key and the text, overwrites both, empties the
/// write-ahead file and keeps a tombstone. Every change is durable when the call returns. Several processes may share the file.
/// </summary>
public sealed class SqliteContactVault : IContactVault, IDisposable
{
    private const int ApplicationId = 0x4C645663; // « LdVc »: stored, so never changed.

    private const string Schema = """
        CREATE TABLE contacts (ref BLOB PRIMARY KEY, sealed BLOB, kept_at INTEGER NOT NULL, erased_at INTEGER) STRICT, WITHOUT ROWID;
        CREATE TABLE contact_keys (ref BLOB PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE master_key (fingerprint BLOB NOT NULL) STRICT;
        """;

    private readonly VaultFile _file;
    private readonly ContactCipher _cipher;

    private SqliteContactVault(VaultFile file, ContactCipher cipher) => (_file, _cipher) = (file, cipher);

    /// <param name="path">Created, readable by its owner only, when it is not there.</param>
    /// <param name="master">Wraps the contacts' keys; null keeps them as they are. A file stays with what it was made with.</param>
    /// <exception cref="VaultFileException">Another program's file, another version, or made with another master key.</exception>
    public static SqliteContactVault Open(string path, MasterKey? master)
    {
        var file = VaultFile.Open(path, ApplicationId, Schema);
        try
        {
            file.WriteAsync(connection => BindMasterKey(connection, path, master), CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return new SqliteContactVault(file, new ContactCipher(master));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    public async ValueTask KeepAsync(ContactRef reference, Contact contact, Instant now, CancellationToken cancellation)
    {
        ContactRules.ThrowUnlessWellFormed(contact);
        await _file.WriteAsync(connection => Keep(connection, reference, contact, now), cancellation);
    }

    public ValueTask<Contact?> ReadAsync(ContactRef reference, CancellationToken cancellation) =>
        _file.ReadAsync(connection => Read(connection, reference), cancellation);

    public async ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation)
    {
        var wasThere = await _file.WriteAsync(connection => Erase(connection, reference, now), cancellation);
        // The write-ahead file still holds the pages from before: also after an erasure that was interrupted here.
        if (!await _file.EmptyWriteAheadAsync(cancellation))
            throw new VaultBusyException($"Contact {reference} is erased, but another process kept the write-ahead file from being emptied. Erase it again.");

        return wasThere;
    }

    private bool Keep(SqliteConnection connection, ContactRef reference, Contact contact, Instant now)
    {
        if (IsErased(connection, reference)) return false;
        if (Read(connection, reference) is { } kept)
        {
            ContactRules.ThrowUnlessSame(reference, kept, contact);
            return false;
        }

        var stored = _cipher.NewKey(reference, out var key);
        var id = Id(reference);
        VaultFile.Run(connection, "INSERT INTO contact_keys (ref, key) VALUES ($1, $2)", id, stored);
        VaultFile.Run(connection, "INSERT INTO contacts (ref, sealed, kept_at) VALUES ($1, $2, $3)", id, ContactCipher.Encrypt(key, reference, contact), now.ToUnixTimeTicks());
        return true;
    }

    private Contact? Read(SqliteConnection connection, ContactRef reference)
    {
        using var command = VaultFile.Command(connection, "SELECT key, sealed FROM contacts JOIN contact_keys USING (ref) WHERE ref = $1 AND sealed IS NOT NULL", Id(reference));
        using var row = command.ExecuteReader();
        if (!row.Read()) return null;

        var key = _cipher.Unwrap(reference, row.GetFieldValue<byte[]>(0));
        return ContactCipher.Decrypt(key, reference, row.GetFieldValue<byte[]>(1));
    }

    private static bool IsErased(SqliteConnection connection, ContactRef reference)
    {
        using var command = VaultFile.Command(connection, "SELECT 1 FROM contacts WHERE ref = $1 AND erased_at IS NOT NULL", Id(reference));
        return command.ExecuteScalar() is not null;
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
        var expected = master?.Fingerprint ?? [];
        if (command.ExecuteScalar() is byte[] known)
        {
            if (CryptographicOperations.FixedTimeEquals(known, expected)) return false;
            throw new VaultFileException($"{path} was made with {(known.Length == 0 ? "no" : "another")} master key. Restore the key file that belongs to it.");
        }

        VaultFile.Run(connection, "INSERT INTO master_key (fingerprint) VALUES ($1)", expected);
        return true;
    }

    private static byte[] Id(ContactRef reference) => reference.Value.ToByteArray(bigEndian: true);
}
