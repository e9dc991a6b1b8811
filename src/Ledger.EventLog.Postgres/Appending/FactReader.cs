using Ledger.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.EventLog.Postgres.Appending;

/// <summary>Asks what a refused round has to know, in one round trip.</summary>
internal static class FactReader
{
    private const string HeadsSql =
        """
        SELECT name, head.version, head.hash
        FROM unnest($1) AS name
        CROSS JOIN LATERAL (SELECT version, hash FROM ledger.events WHERE stream = name ORDER BY version DESC LIMIT 1) AS head
        """;

    private const string CommandsSql = $"SELECT {CommandRow.Columns} FROM ledger.commands WHERE id = ANY ($1)";

    public static async Task<AppendFacts> ReadAsync(NpgsqlDataSource source, IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        var streams = units.SelectMany(static unit => unit.Writes.Select(static write => write.Stream).Concat(unit.Reads.Select(static read => read.Stream))).Distinct().ToArray();
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(Asking(HeadsSql, NpgsqlDbType.Text, streams.Select(static stream => stream.ToString()).ToArray()));
        batch.BatchCommands.Add(Asking(CommandsSql, NpgsqlDbType.Uuid, units.Select(static unit => unit.Command.Id).Distinct().ToArray()));

        // What the first query does not find is a stream without events.
        var heads = streams.ToDictionary(static stream => stream, static _ => new AppendHead(0, ChainHash.Genesis));
        var commands = new Dictionary<Guid, CommandRecord>();
        await using var rows = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) heads[StreamName.Parse(rows.GetString(0))] = new AppendHead(rows.GetInt64(1), rows.Bytes(2));
        await rows.NextResultAsync(cancellation).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) commands.Add(rows.GetGuid(0), CommandRow.Read(rows));
        return new AppendFacts(heads, commands);
    }

    private static NpgsqlBatchCommand Asking<T>(string sql, NpgsqlDbType element, T[] values) =>
        new(sql) { Parameters = { new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = values } } };
}
