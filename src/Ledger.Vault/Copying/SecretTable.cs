namespace Ledger.Vault.Copying;

/// <summary>One table of credentials or contacts, as each kind of store has it. The first column is its key, by whose bytes rows are in order.</summary>
/// <param name="Name">In a database, below the schema « ledger ».</param>
/// <param name="NameInFile">In the SQLite file.</param>
/// <param name="IsContacts">In the file of contacts; else in that of credentials.</param>
internal sealed record SecretTable(string Name, string NameInFile, bool IsContacts, params SecretColumn[] Columns)
{
    /// <summary>Keys before what they open, so that a contact that was copied can be read.</summary>
    public static IReadOnlyList<SecretTable> All { get; } =
    [
        new("master_key", "master_key", true, new SecretColumn("fingerprint", SecretType.Bytes)),
        new("contact_keys", "contact_keys", true, new SecretColumn("ref", SecretType.Id), new("key", SecretType.Bytes)),
        new("contacts", "contacts", true, new SecretColumn("ref", SecretType.Id), new("sealed", SecretType.Bytes), new("kept_at", SecretType.Number), new("erased_at", SecretType.Number)),
        new(
            "merchant_credentials", "merchants", false,
            new SecretColumn("merchant", SecretType.Text), new("identifier", SecretType.Text), new("password", SecretType.Text), new("code", SecretType.Text), new("changed_at", SecretType.Number)),
        new(
            "device_tokens", "devices", false,
            new SecretColumn("hash", SecretType.Bytes), new("merchant", SecretType.Text), new("terminal", SecretType.Text), new("device", SecretType.Id), new("issued_at", SecretType.Number), new("revoked_at", SecretType.Number)),
        new(
            "staff_tokens", "staff", false,
            new SecretColumn("hash", SecretType.Bytes), new("name", SecretType.Text), new("role", SecretType.Number), new("issued_at", SecretType.Number), new("revoked_at", SecretType.Number)),
    ];

    public SecretColumn Key => Columns[0];

    public string ColumnList => string.Join(", ", Columns.Select(static column => column.Name));

    /// <summary>Rows after $1 and up to $2, each where it is given, at most the number that follows.</summary>
    public string ReadSql(string table, bool hasAfter, bool hasUpTo)
    {
        var number = 0;
        var after = hasAfter ? $" AND {Key.Name} > ${++number}" : "";
        var upTo = hasUpTo ? $" AND {Key.Name} <= ${++number}" : "";
        return $"SELECT {ColumnList} FROM {table} WHERE true{after}{upTo} ORDER BY {Key.Name} LIMIT ${++number}";
    }

    public string AddSql(string table) => $"INSERT INTO {table} ({ColumnList}) VALUES ({string.Join(", ", Columns.Select(static (_, index) => $"${index + 1}"))})";
}

/// <param name="Name">The same in each kind of store.</param>
internal sealed record SecretColumn(string Name, SecretType Type);

/// <summary>What a column holds; an id is 16 bytes, the most significant first, where there is no type of its own.</summary>
internal enum SecretType
{
    Text = 1,
    Bytes = 2,
    Number = 3,
    Id = 4,
}

/// <summary>One row: for each column a string, a byte array (ids too), a long or null. Compared by content.</summary>
internal sealed class SecretRow(object?[] values)
{
    public object?[] Values { get; } = values;

    public object Key => Values[0]!;

    /// <summary>The key as text, to find it by.</summary>
    public string KeyText => Values[0] as string ?? Convert.ToHexStringLower((byte[])Key);

    public bool IsSameAs(SecretRow other) => Values.Zip(other.Values).All(static pair => pair switch
    {
        (byte[] one, byte[] two) => one.AsSpan().SequenceEqual(two),
        _ => Equals(pair.First, pair.Second),
    });
}
