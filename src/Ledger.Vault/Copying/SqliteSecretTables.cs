namespace Ledger.Vault.Copying;

/// <summary>The files of credentials and contacts as rows.</summary>
public sealed class SqliteSecretTables : SecretTables, IDisposable
{
    private readonly VaultFile _credentials;
    private readonly VaultFile _contacts;

    private SqliteSecretTables(VaultFile credentials, VaultFile contacts) => (_credentials, _contacts) = (credentials, contacts);

    /// <summary>Makes the files, readable by their owner only, when they are not there.</summary>
    /// <exception cref="VaultFileException">A file is another program's or another version's.</exception>
    public static SqliteSecretTables Open(string credentialsPath, string contactsPath)
    {
        var credentials = SqliteCredentialStore.OpenFile(credentialsPath);
        try
        {
            return new SqliteSecretTables(credentials, SqliteContactVault.OpenFile(contactsPath));
        }
        catch
        {
            credentials.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _credentials.Dispose();
        _contacts.Dispose();
    }

    internal override ValueTask<IReadOnlyList<SecretRow>> ReadAsync(SecretTable table, object? after, object? upTo, int countMax, CancellationToken cancellation) => FileOf(table).ReadAsync<IReadOnlyList<SecretRow>>(
        connection =>
        {
            object[] parameters = [.. new[] { after, upTo, countMax }.OfType<object>()];
            using var command = VaultFile.Command(connection, table.ReadSql(table.NameInFile, after is not null, upTo is not null), parameters);
            using var found = command.ExecuteReader();
            var rows = new List<SecretRow>();
            while (found.Read()) rows.Add(new SecretRow([.. table.Columns.Select((_, index) => found.IsDBNull(index) ? null : found.GetValue(index))]));
            return rows;
        },
        cancellation);

    internal override async ValueTask AddAsync(SecretTable table, IReadOnlyList<SecretRow> rows, CancellationToken cancellation) => await FileOf(table).WriteAsync(
        connection =>
        {
            foreach (var row in rows) VaultFile.Run(connection, table.AddSql(table.NameInFile), [.. row.Values.Select(static value => value ?? DBNull.Value)]);
            return rows.Count;
        },
        cancellation);

    private VaultFile FileOf(SecretTable table) => table.IsContacts ? _contacts : _credentials;
}
