using System.Diagnostics;
using Ledger.EventLog;
using Ledger.Postgres;
using Ledger.Vault;
using Ledger.Vault.Copying;
using Ledger.Vault.Postgres;

namespace Ledger.Hosting.Composition;

/// <summary>What a server keeps apart from its events, in the same place: credentials and contacts. The contacts' master key is in its folder in any case.</summary>
internal sealed record LedgerSecrets(ICredentialStore Credentials, IContactVault Contacts)
{
    /// <param name="database">Where the place is one; stays the caller's.</param>
    /// <param name="hashIterations">Cost of new hashes.</param>
    /// <param name="closers">Gets what has to be closed.</param>
    /// <exception cref="VaultFileException">What is there is another program's, or the master key in the folder is not the one that belongs to it.</exception>
    /// <exception cref="EventLogUnavailableException">The database cannot be asked.</exception>
    public static async Task<LedgerSecrets> OpenAsync(LedgerFolder folder, PostgresDatabase? database, int hashIterations, Closers closers, CancellationToken cancellation)
    {
        if (database is not null) return new LedgerSecrets(closers.Add(new PostgresCredentialStore(database, hashIterations)), await PostgresContactVault.OpenAsync(database, folder.MasterKey, cancellation));

        var credentials = closers.Add(SqliteCredentialStore.Open(folder.Credentials, hashIterations));
        return new LedgerSecrets(credentials, closers.Add(SqliteContactVault.Open(folder.Contacts, MasterKey.ReadOrCreate(folder.MasterKey))));
    }

    /// <summary>Credentials alone, also beside running servers; a folder is made when it is not there.</summary>
    /// <exception cref="VaultFileException">What is there is another program's.</exception>
    /// <exception cref="EventLogUnavailableException">The database cannot be asked.</exception>
    public static async Task<ICredentialStore> OpenCredentialsAsync(LogPlace place, int hashIterations, Closers closers, CancellationToken cancellation)
    {
        switch (place)
        {
            case LogPlace.File file:
                file.Folder.Create();
                return closers.Add(SqliteCredentialStore.Open(file.Folder.Credentials, hashIterations));
            case LogPlace.Database database:
                return closers.Add(new PostgresCredentialStore(closers.Add(await PostgresDatabase.OpenAsync(database.Options, cancellation)), hashIterations));
            default: throw new UnreachableException();
        }
    }

    /// <summary>As rows, to be copied from or to; files are made when they are not there.</summary>
    /// <exception cref="VaultFileException">What is there is another program's.</exception>
    /// <exception cref="EventLogUnavailableException">The database cannot be asked.</exception>
    public static async Task<SecretTables> OpenTablesAsync(LogPlace place, Closers closers, CancellationToken cancellation) => place switch
    {
        LogPlace.File file => closers.Add(SqliteSecretTables.Open(file.Folder.Credentials, file.Folder.Contacts)),
        LogPlace.Database database => new PostgresSecretTables(closers.Add(await PostgresDatabase.OpenAsync(database.Options, cancellation))),
        _ => throw new UnreachableException(),
    };
}
