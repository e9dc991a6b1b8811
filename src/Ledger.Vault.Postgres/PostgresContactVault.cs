using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Postgres;
using NodaTime;
using Npgsql;

namespace Ledger.Vault.Postgres;

/// <summary>
/// The vault in a database that any number of processes share: ciphertexts in one table, keys in another, wrapped by a master key that each process has in a file and
/// the database never sees. Every change is durable when the call returns. Where the database cannot be asked, each member throws <see cref="EventLogUnavailableException"/>.
/// Erasing deletes the key and the text and leaves a tombstone; what the database server itself still keeps of a deleted row is in specs/decisions/0026.
/// </summary>
public sealed class PostgresContactVault : ContactVault
{
    // Both rows or none; none where the reference was used before, or is being used by another who then is first.
    private const string AddSql =
        """
        WITH added AS (INSERT INTO ledger.contacts (ref, sealed, kept_at) VALUES ($1, $2, $3) ON CONFLICT (ref) DO NOTHING RETURNING ref)
        INSERT INTO ledger.contact_keys (ref, key) SELECT ref, $4 FROM added
        """;

    private const string FindSql = "SELECT key, sealed FROM ledger.contacts LEFT JOIN ledger.contact_keys USING (ref) WHERE ref = $1";

    // One statement, because it sees a contact that is kept at the same moment whole or not at all; two would see its key alone, or its text.
    private const string EraseSql =
        """
        WITH key AS (DELETE FROM ledger.contact_keys WHERE ref = $1)
        UPDATE ledger.contacts SET sealed = NULL, erased_at = $2 WHERE ref = $1 AND erased_at IS NULL
        """;

    private const string FingerprintSql = "SELECT fingerprint FROM ledger.master_key WHERE is_row = $1";

    private const string BindSql = "INSERT INTO ledger.master_key (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING";

    private readonly NpgsqlDataSource _source;

    private PostgresContactVault(NpgsqlDataSource source, MasterKey master)
        : base(master) => _source = source;

    /// <summary>A database without a vault takes this key; one that has a vault is opened with its own key alone.</summary>
    /// <param name="database">Stays the caller's: disposed after this.</param>
    /// <param name="keyPath">The master key's file. Made where it is not there and the database has no vault.</param>
    /// <exception cref="VaultFileException">It is not the key that the vault was made with, not there, or no key file. Nothing was changed.</exception>
    /// <exception cref="EventLogUnavailableException">The database cannot be asked.</exception>
    public static async Task<PostgresContactVault> OpenAsync(PostgresDatabase database, string keyPath, CancellationToken cancellation)
    {
        var known = await PostgresFaults.GuardAsync(() => FindFingerprintAsync(database.Source, cancellation));
        if (known is not null && !File.Exists(keyPath))
            throw new VaultFileException($"The database's vault has a master key, and there is no {keyPath}. Copy it from the folder of a server that uses this database, or from its backup.");

        var master = known is null ? MasterKey.ReadOrCreate(keyPath) : MasterKey.Read(keyPath);
        known ??= await PostgresFaults.GuardAsync(() => BindAsync(database.Source, master, cancellation));
        MasterKey.ThrowUnlessSame(known, master, $"{keyPath} is not the key of the database's vault, which");
        return new PostgresContactVault(database.Source, master);
    }

    public override async ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation)
    {
        var erase = Statement.Of(EraseSql, Parameter.Id(reference.Value), Parameter.Number(now.ToUnixTimeTicks()));
        return await PostgresFaults.GuardAsync(() => Statement.RunAsync(_source, cancellation, erase)) == 1;
    }

    internal override async ValueTask<SealedContact?> AddAsync(ContactRef reference, SealedContact contact, Instant now, CancellationToken cancellation)
    {
        var add = Statement.Of(AddSql, Parameter.Id(reference.Value), Parameter.Bytes(contact.Text), Parameter.Number(now.ToUnixTimeTicks()), Parameter.Bytes(contact.Key));
        // What is there is seen by the next statement: rows of contacts are never deleted.
        return await PostgresFaults.GuardAsync(() => Statement.RunAsync(_source, cancellation, add)) == 1 ? null : await FindAsync(reference, cancellation);
    }

    internal override async ValueTask<SealedContact?> FindAsync(ContactRef reference, CancellationToken cancellation) => await PostgresFaults.GuardAsync(() => Statement.FindAsync(
        _source,
        FindSql,
        Parameter.Id(reference.Value),
        static row => new SealedContact(row.IsDBNull(0) ? null : row.Bytes(0), row.IsDBNull(1) ? null : row.Bytes(1)),
        cancellation));

    private static Task<byte[]?> FindFingerprintAsync(NpgsqlDataSource source, CancellationToken cancellation) =>
        Statement.FindAsync(source, FingerprintSql, new NpgsqlParameter<bool> { TypedValue = true }, static row => row.Bytes(0), cancellation);

    /// <returns>The fingerprint that the database has from then on: of several processes at once, the first one's.</returns>
    private static async Task<byte[]> BindAsync(NpgsqlDataSource source, MasterKey master, CancellationToken cancellation)
    {
        await Statement.RunAsync(source, cancellation, Statement.Of(BindSql, Parameter.Bytes(MasterKey.FingerprintOf(master))));
        return (await FindFingerprintAsync(source, cancellation))!;
    }
}
