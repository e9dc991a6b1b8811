using Ledger.Cluster.Marten.Reading;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.EventLog.Appending;
using Ledger.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Cluster.Marten.Appending;

/// <summary>What the database has of the streams and command ids of one batch, read under the lock: true until the batch is committed.</summary>
internal static class LockedFacts
{
    private const string LockSql = $"SELECT pg_advisory_xact_lock({SideTables.AppendLock})";

    private const string HeadsSql =
        $"""
        SELECT name, head.version, head.hash
        FROM unnest($1) AS name
        CROSS JOIN LATERAL (
            SELECT event.version, place.hash FROM {SideTables.SchemaName}.mt_events AS event JOIN {SideTables.SchemaName}.positions AS place ON place.seq_id = event.seq_id
            WHERE event.stream_id = name ORDER BY event.version DESC LIMIT 1) AS head
        """;

    private const string CommandsSql = $"SELECT id, fingerprint, reply, recorded_at FROM {SideTables.SchemaName}.commands WHERE id = ANY ($1)";

    /// <summary>
    /// Takes the lock that the transaction holds to its end, and reads, in one round trip. PostgreSQL lets a lock go after its holder's commit can be seen, and each
    /// statement below sees what was committed before it began: whoever has the lock sees all that came before.
    /// </summary>
    public static async Task<BatchFacts> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<AppendUnit> units)
    {
        var streams = BatchFacts.StreamsOf(units);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(EventReader.LastSql));
        batch.BatchCommands.Add(Asking(HeadsSql, NpgsqlDbType.Text, streams.Select(static stream => stream.ToString()).ToArray()));
        batch.BatchCommands.Add(Asking(CommandsSql, NpgsqlDbType.Uuid, units.Select(static unit => unit.Command.Id).Distinct().ToArray()));

        await using var rows = await batch.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
        await rows.NextResultAsync(CancellationToken.None).ConfigureAwait(false);
        await rows.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        var last = rows.GetInt64(0);

        // What the query does not find is a stream without events.
        var heads = streams.ToDictionary(static stream => stream, static _ => BatchHead.None);
        await rows.NextResultAsync(CancellationToken.None).ConfigureAwait(false);
        while (await rows.ReadAsync(CancellationToken.None).ConfigureAwait(false)) heads[StreamName.Parse(rows.GetString(0))] = new BatchHead(rows.GetInt64(1), rows.Bytes(2));

        var commands = new Dictionary<Guid, CommandRecord>();
        await rows.NextResultAsync(CancellationToken.None).ConfigureAwait(false);
        while (await rows.ReadAsync(CancellationToken.None).ConfigureAwait(false)) commands.Add(rows.GetGuid(0), CommandRow.Read(rows));
        return new BatchFacts(last, heads, commands);
    }

    private static NpgsqlBatchCommand Asking<T>(string sql, NpgsqlDbType element, T[] values) =>
        new(sql) { Parameters = { new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | element, TypedValue = values } } };
}
