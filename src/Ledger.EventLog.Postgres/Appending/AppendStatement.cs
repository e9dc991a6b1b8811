using Npgsql;
using NpgsqlTypes;

namespace Ledger.EventLog.Postgres.Appending;

/// <summary>A round as the arguments of <c>ledger.append</c>: one array per column, so that a batch of any size is one statement and one round trip.</summary>
internal static class AppendStatement
{
    public const string Sql = "SELECT ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

    public static NpgsqlCommand Make(AppendRound round, long known)
    {
        var command = new NpgsqlCommand(Sql);
        Add(command, NpgsqlDbType.Bigint, known);
        AddCommands(command, round.Accepted);
        AddClaims(command, round);
        AddReads(command, round);
        AddEvents(command, round);
        return command;
    }

    private static void AddCommands(NpgsqlCommand command, List<AppendUnit> units)
    {
        var ids = new Guid[units.Count];
        var fingerprints = new ReadOnlyMemory<byte>[units.Count];
        var replies = new ReadOnlyMemory<byte>[units.Count];
        var recordedAt = new long[units.Count];
        for (var index = 0; index < units.Count; index++)
        {
            var record = units[index].Command;
            (ids[index], fingerprints[index], replies[index], recordedAt[index]) = (record.Id, record.Fingerprint, record.Reply, ChainHash.ToNanoseconds(record.RecordedAt));
        }

        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, ids);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, fingerprints);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, replies);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, recordedAt);
    }

    /// <summary>A stream that has no event yet has none that could be looked for.</summary>
    private static void AddClaims(NpgsqlCommand command, AppendRound round)
    {
        var (streams, versions, hashes) = (new List<string>(), new List<long>(), new List<byte[]?>());
        foreach (var (stream, claim) in round.Claims)
        {
            if (claim.Version == 0) continue;
            streams.Add(stream.ToString());
            versions.Add(claim.Version);
            hashes.Add(claim.Hash.IsEmpty ? null : claim.Hash.ToArray());
        }

        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, streams);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, versions);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, hashes);
    }

    /// <summary>A stream that is written too needs none: its next version would be there twice.</summary>
    private static void AddReads(NpgsqlCommand command, AppendRound round)
    {
        var (streams, versions) = (new List<string>(), new List<long>());
        foreach (var (stream, claim) in round.Claims)
        {
            if (round.Writes(stream)) continue;
            streams.Add(stream.ToString());
            versions.Add(claim.Version);
        }

        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, streams);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, versions);
    }

    private static void AddEvents(NpgsqlCommand command, AppendRound round)
    {
        var count = round.EventCount;
        var (streams, versions, types, recordedAt) = (new string[count], new long[count], new string[count], new long[count]);
        var (commandIds, payloads, hashes) = (new Guid[count], new ReadOnlyMemory<byte>[count], new ReadOnlyMemory<byte>[count]);
        var at = 0;
        foreach (var unit in round.Accepted)
        {
            foreach (var write in unit.Writes)
            {
                var (stream, version) = (write.Stream.ToString(), write.ExpectedVersion);
                foreach (var @event in write.Events)
                {
                    (streams[at], versions[at], types[at], recordedAt[at]) = (stream, ++version, @event.Type, ChainHash.ToNanoseconds(@event.RecordedAt));
                    (commandIds[at], payloads[at], hashes[at]) = (unit.Command.Id, @event.Payload, @event.Hash);
                    at++;
                }
            }
        }

        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, streams);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, versions);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, types);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, recordedAt);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, commandIds);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, payloads);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, hashes);
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, T value) => command.Parameters.Add(new NpgsqlParameter<T> { NpgsqlDbType = type, TypedValue = value });
}
