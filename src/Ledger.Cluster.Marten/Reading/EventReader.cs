using System.Collections.Immutable;
using System.Data;
using Ledger.Cluster.Marten.Appending;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.Postgres;
using Npgsql;

namespace Ledger.Cluster.Marten.Reading;

/// <summary>
/// Reads events, heads and command records, past Marten: what it would give is what jsonb kept of an event, and not in the order of positions. Any number of callers, a
/// connection of the pool each.
/// </summary>
internal sealed class EventReader(NpgsqlDataSource source)
{
    public const string LastSql = $"SELECT coalesce(max(position), 0) FROM {SideTables.SchemaName}.positions";

    private const string Columns = "place.position, event.stream_id, event.version, event.type, place.recorded_at, place.command_id, place.payload, place.hash";

    // An event that mt_events has no longer is to be noticed.
    private const string AllSql =
        $"""
        SELECT {Columns}
        FROM {SideTables.SchemaName}.positions AS place LEFT JOIN {SideTables.SchemaName}.mt_events AS event ON event.seq_id = place.seq_id
        WHERE place.position > $1 ORDER BY place.position LIMIT $2
        """;

    private const string StreamSource =
        $"""
        FROM {SideTables.SchemaName}.mt_events AS event JOIN {SideTables.SchemaName}.positions AS place ON place.seq_id = event.seq_id
        WHERE event.stream_id = $1 AND event.version >= $2 ORDER BY event.version LIMIT $3
        """;

    private const string StreamSql = $"SELECT {Columns} {StreamSource}";

    // The last column: whether Marten's projections see what was appended.
    private const string ComparedStreamSql =
        $"""
        SELECT {Columns},
               event.data = CASE WHEN place.is_json THEN convert_from(place.payload, 'UTF8')::jsonb ELSE '{StoredEvent.Placeholder}'::jsonb END
        {StreamSource}
        """;

    /// <summary>Where <see cref="ComparedStreamSql"/> has its comparison.</summary>
    private const int SameColumn = 8;

    private const string CommandColumns = $"SELECT {CommandRow.Columns} FROM {SideTables.SchemaName}.commands";

    // One look into the indexes a stream, however many events each has.
    private const string HeadsSql =
        $"""
        SELECT stream.begins, head.version, head.hash
        FROM (SELECT begins FROM {SideTables.SchemaName}.positions WHERE begins > $1 ORDER BY begins LIMIT $2) AS stream
        CROSS JOIN LATERAL (
            SELECT event.version, place.hash FROM {SideTables.SchemaName}.mt_events AS event JOIN {SideTables.SchemaName}.positions AS place ON place.seq_id = event.seq_id
            WHERE event.stream_id = stream.begins COLLATE "default" ORDER BY event.version DESC LIMIT 1) AS head
        ORDER BY stream.begins
        """;

    public async Task<long> ReadLastPositionAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(LastSql);
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) =>
        ReadAsync(AllSql, static (_, _) => { }, [Parameter.Number(afterPosition), Parameter.Number(countMax)], cancellation);

    public async Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        var differing = (RecordedEvent?)null;
        var events = await ReadStreamAsync(stream, afterVersion, countMax, (row, read) => differing ??= row.GetBoolean(SameColumn) ? null : read, cancellation).ConfigureAwait(false);
        if (events.IsEmpty) return [];

        var previous = ChainHash.Genesis;
        if (afterVersion > 0)
        {
            if (events[0].Version != afterVersion) throw Missing(stream, afterVersion);
            previous = events[0].Hash;
            events = events.RemoveAt(0);
        }

        ChainCheck.Continues(stream, afterVersion, previous, events);
        if (differing is { } changed && changed.Version > afterVersion) throw Changed(changed);
        return events;
    }

    public async Task<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"{CommandColumns} WHERE id = $1");
        command.Parameters.Add(Parameter.Id(commandId));
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellation).ConfigureAwait(false);
        return await rows.ReadAsync(cancellation).ConfigureAwait(false) ? CommandRow.Read(rows) : null;
    }

    public async Task<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(afterId is null ? $"{CommandColumns} ORDER BY id LIMIT $1" : $"{CommandColumns} WHERE id > $2 ORDER BY id LIMIT $1");
        command.Parameters.Add(Parameter.Number(countMax));
        if (afterId is { } after) command.Parameters.Add(Parameter.Id(after));
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var records = ImmutableArray.CreateBuilder<CommandRecord>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) records.Add(CommandRow.Read(rows));
        return records.DrainToImmutable();
    }

    public async Task<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(HeadsSql);
        command.Parameters.Add(Parameter.Text(afterName ?? ""));
        command.Parameters.Add(Parameter.Number(countMax));
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var heads = ImmutableArray.CreateBuilder<StreamHead>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (!StreamName.TryParse(rows.GetString(0), out var stream)) throw new EventLogCorruptException($"The log has a stream whose name is none. {EventLogCorruptException.WhatToDo}");
            heads.Add(new StreamHead(stream, rows.GetInt64(1), rows.Bytes(2)));
        }

        return heads.DrainToImmutable();
    }

    /// <summary>The event before the first is read too: its hash is what the first is chained to.</summary>
    private async Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, Action<NpgsqlDataReader, RecordedEvent> also, CancellationToken cancellation)
    {
        NpgsqlParameter[] Parameters() => [Parameter.Text(stream.ToString()), Parameter.Number(Math.Max(1, afterVersion)), Parameter.Number(afterVersion == 0 ? countMax : countMax + 1L)];
        try
        {
            return await ReadAsync(ComparedStreamSql, also, Parameters(), cancellation).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState.StartsWith(DataExceptions, StringComparison.Ordinal))
        {
            // A payload that was JSON is none any more. Its chain says where.
            return await ReadAsync(StreamSql, static (_, _) => { }, Parameters(), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The class of SQLSTATEs of values that are not of their type.</summary>
    private const string DataExceptions = "22";

    private async Task<ImmutableArray<RecordedEvent>> ReadAsync(string sql, Action<NpgsqlDataReader, RecordedEvent> also, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var events = ImmutableArray.CreateBuilder<RecordedEvent>();
        var row = new EventRow();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var read = Read(rows, row);
            also(rows, read);
            events.Add(read);
        }

        return events.DrainToImmutable();
    }

    private static RecordedEvent Read(NpgsqlDataReader rows, EventRow row) =>
        rows.IsDBNull(1) ? throw EventRow.Damaged(rows.GetInt64(0), "mt_events has no such event any more") : row.Read(rows);

    private static EventLogCorruptException Missing(StreamName stream, long version) =>
        new($"The log is damaged: « {stream} » version {version} is missing. {EventLogCorruptException.WhatToDo}") { Stream = stream, Version = version };

    private static EventLogCorruptException Changed(RecordedEvent recorded) =>
        new($"The log is damaged at position {recorded.Position}, « {recorded.Stream} » version {recorded.Version}: mt_events.data, which projections see, is not what was appended. {EventLogCorruptException.WhatToDo}")
        {
            Position = recorded.Position,
            Stream = recorded.Stream,
            Version = recorded.Version,
        };
}
