namespace Ledger.Vault.Copying;

/// <param name="Credentials">Rows of credentials and tokens that this run copied.</param>
/// <param name="Contacts">Contacts that this run copied, the erased included.</param>
public sealed record SecretCopyReport(long Credentials, long Contacts);

/// <summary>
/// Moves credentials and contacts into another kind of store, row by row as they are: hashes, ciphertexts, wrapped keys, tombstones. What the target has already is
/// compared with the source first, and only what it lacks is added, so that an interrupted copy is simply run again. Neither may be written by anyone else meanwhile.
/// The master key is no part of it: its file goes with the contacts by hand.
/// </summary>
public sealed class SecretCopy(SecretTables source, SecretTables target)
{
    /// <summary>Rows that are compared or added at a time.</summary>
    private const int PageSize = 500;

    /// <exception cref="VaultFileException">The target has rows that the source has not, or has otherwise. Nothing was changed.</exception>
    public async Task<SecretCopyReport> RunAsync(CancellationToken cancellation)
    {
        foreach (var table in SecretTable.All) await WalkAsync(table, isAdding: false, cancellation);

        var (credentials, contacts) = (0L, 0L);
        foreach (var table in SecretTable.All)
        {
            var added = await WalkAsync(table, isAdding: true, cancellation);
            if (!table.IsContacts) credentials += added;
            if (table.Name == "contacts") contacts = added;
        }

        return new SecretCopyReport(credentials, contacts);
    }

    /// <returns>Rows that the target lacked.</returns>
    private async Task<long> WalkAsync(SecretTable table, bool isAdding, CancellationToken cancellation)
    {
        var (lacking, after, isLast) = (0L, (object?)null, false);
        while (!isLast)
        {
            // Every page but the last moves on by its size.
            var page = await source.ReadAsync(table, after, null, PageSize, cancellation);
            isLast = page.Count < PageSize;
            var upTo = isLast ? null : page[^1].Key;
            var there = await target.ReadAsync(table, after, upTo, PageSize + 1, cancellation);
            var missing = Missing(table, page, there);
            if (isAdding && missing.Count > 0) await target.AddAsync(table, missing, cancellation);
            (lacking, after) = (lacking + missing.Count, upTo);
        }

        return lacking;
    }

    private static List<SecretRow> Missing(SecretTable table, IReadOnlyList<SecretRow> page, IReadOnlyList<SecretRow> there)
    {
        var known = page.ToDictionary(static row => row.KeyText);
        foreach (var row in there)
        {
            // Not named: what is in a row is nobody's business.
            if (known.Remove(row.KeyText, out var same) && same.IsSameAs(row)) continue;
            throw new VaultFileException($"The target has other contacts or credentials than the source ({table.Name}). Copy into an empty one, or into what an interrupted copy left; nothing was changed.");
        }

        return [.. known.Values];
    }
}
