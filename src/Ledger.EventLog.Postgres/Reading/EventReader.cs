using System.Collections.Immutable;
using System.Data;
using Ledger.Postgres;
using Npgsql;

namespace Ledger.EventLog.Postgres.Reading;

/// <summary>Reads events and heads. Any number of callers, a connection of the pool each.</summary>
internal sealed class EventReader(NpgsqlDataSource source)
{
    private const string Columns = "position, stream, version, type, recorded_at, command_id, payload, hash";

    private const string AllSql = $"SELECT {Columns} FROM ledger.events WHERE position > $1 ORDER BY position LIMIT $2";

    private const string StreamSql = $"SELECT {Columns} FROM ledger.events WHERE stream = $1 AND version >= $2 ORDER BY version LIMIT $3";

    private const string CommandSql = $"SELECT {CommandRow.Columns} FROM ledger.commands WHERE id = $1";

    private const string CommandsSql = $"SELECT {CommandRow.Columns} FROM ledger.commands ORDER BY id LIMIT $1";

    private const string CommandsAfterSql = $"SELECT {CommandRow.Columns} FROM ledger.commands WHERE id > $2 ORDER BY id LIMIT $1";

    private const string LastSql = "SELECT coalesce(max(position), 0) FROM ledger.events";

    // One look into the index a stream, however many events each has.
    private const string HeadsSql =
        """
        WITH RECURSIVE names (stream) AS (
            (SELECT stream FROM ledger.events WHERE stream > $1 ORDER BY stream LIMIT 1)
            UNION ALL
            SELECT (SELECT next.stream FROM ledger.events AS next WHERE next.stream > names.stream ORDER BY next.stream LIMIT 1) FROM names WHERE names.stream IS NOT NULL)
        SELECT names.stream, head.version, head.hash
        FROM (SELECT stream FROM names WHERE stream IS NOT NULL LIMIT $2) AS names
        CROSS JOIN LATERAL (SELECT version, hash FROM ledger.events WHERE stream = names.stream ORDER BY version DESC LIMIT 1) AS head
        """;

    public async Task<long> ReadLastPositionAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(LastSql);
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) =>
        ReadAsync(AllSql, [Parameter.Number(afterPosition), Parameter.Number(countMax)], cancellation);

    public async Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        // The event before the first is read too: its hash is what the first is chained to.
        var events = await ReadAsync(StreamSql, [Parameter.Text(stream.ToString()), Parameter.Number(Math.Max(1, afterVersion)), Parameter.Number(afterVersion == 0 ? countMax : countMax + 1L)], cancellation).ConfigureAwait(false);
        if (events.IsEmpty) return [];

        var previous = ChainHash.Genesis;
        if (afterVersion > 0)
        {
            if (events[0].Version != afterVersion) throw Missing(stream, afterVersion);
            previous = events[0].Hash;
            events = events.RemoveAt(0);
        }

        ChainCheck.Continues(stream, afterVersion, previous, events);
        return events;
    }

    public async Task<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(CommandSql);
        command.Parameters.Add(Parameter.Id(commandId));
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellation).ConfigureAwait(false);
        return await rows.ReadAsync(cancellation).ConfigureAwait(false) ? CommandRow.Read(rows) : null;
    }

    public async Task<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(afterId is null ? CommandsSql : CommandsAfterSql);
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

    private async Task<ImmutableArray<RecordedEvent>> ReadAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var events = ImmutableArray.CreateBuilder<RecordedEvent>();
        var row = new EventRow();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) events.Add(row.Read(rows));
        return events.DrainToImmutable();
    }

    private static EventLogCorruptException Missing(StreamName stream, long version) =>
        new($"The log is damaged: « {stream} » version {version} is missing. {EventLogCorruptException.WhatToDo}") { Stream = stream, Version = version };
}
