namespace Ledger.Vault.Copying;

/// <summary>Credentials and contacts as rows, to be moved to another kind of store; what they are encrypted or hashed with stays as it is. One caller at a time.</summary>
public abstract class SecretTables
{
    private protected SecretTables() { }

    /// <param name="after">The key before the first row; null: from the first on.</param>
    /// <param name="upTo">The last row's key at most; null: to the end.</param>
    /// <returns>In the order of their keys.</returns>
    internal abstract ValueTask<IReadOnlyList<SecretRow>> ReadAsync(SecretTable table, object? after, object? upTo, int countMax, CancellationToken cancellation);

    /// <summary>All or none.</summary>
    internal abstract ValueTask AddAsync(SecretTable table, IReadOnlyList<SecretRow> rows, CancellationToken cancellation);
}
