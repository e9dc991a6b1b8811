using System.Globalization;
using Ledger.EventLog;
using Ledger.Postgres;
using Ledger.Vault.Copying;
using Npgsql;

namespace Ledger.Vault.Postgres;

/// <summary>The tables of credentials and contacts in a database as rows. Where it cannot be asked, a copy ends with <see cref="EventLogUnavailableException"/>.</summary>
/// <param name="database">Stays the caller's: disposed after this.</param>
public sealed class PostgresSecretTables(PostgresDatabase database) : SecretTables
{
    internal override async ValueTask<IReadOnlyList<SecretRow>> ReadAsync(SecretTable table, object? after, object? upTo, int countMax, CancellationToken cancellation) => await PostgresFaults.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(table.ReadSql(InSchema(table), after is not null, upTo is not null));
        if (after is not null) command.Parameters.Add(Stored(table.Key, after));
        if (upTo is not null) command.Parameters.Add(Stored(table.Key, upTo));
        command.Parameters.Add(Parameter.Number(countMax));
        await using var found = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<SecretRow>();
        while (await found.ReadAsync(cancellation)) rows.Add(new SecretRow([.. table.Columns.Select((_, index) => found.IsDBNull(index) ? null : Read(found.GetValue(index)))]));
        return rows;
    });

    internal override async ValueTask AddAsync(SecretTable table, IReadOnlyList<SecretRow> rows, CancellationToken cancellation)
    {
        var sql = table.AddSql(InSchema(table));
        await PostgresFaults.GuardAsync(() => Statement.RunAsync(
            database.Source, cancellation, [.. rows.Select(row => Statement.Of(sql, [.. table.Columns.Zip(row.Values, static (column, value) => Stored(column, value))]))]));
    }

    private static string InSchema(SecretTable table) => $"ledger.{table.Name}";

    private static object Read(object value) => value switch
    {
        Guid id => id.ToByteArray(bigEndian: true),
        int number => Convert.ToInt64(number, CultureInfo.InvariantCulture),
        _ => value,
    };

    private static NpgsqlParameter Stored(SecretColumn column, object? value) => column.Type switch
    {
        SecretType.Text => Parameter.Text((string?)value),
        SecretType.Number => Parameter.Number((long?)value),
        SecretType.Id => Parameter.Id(value is byte[] id ? new Guid(id, bigEndian: true) : null),
        SecretType.Bytes => new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea, Value = value ?? DBNull.Value },
    };
}
