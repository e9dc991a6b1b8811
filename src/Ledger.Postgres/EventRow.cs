using Ledger.EventLog;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>Reads rows of events: position, stream, version, type, recorded_at, command_id, payload, hash. Types and the last stream's name are kept, so that a page makes each text once. For one reader.</summary>
internal sealed class EventRow
{
    /// <summary>Type names that are kept; a log has far fewer.</summary>
    private const int TypesMax = 256;

    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private StreamName _stream;

    public RecordedEvent Read(NpgsqlDataReader row)
    {
        var position = row.GetInt64(0);
        var hash = row.Bytes(7);
        if (hash.Length != ChainHash.Length) throw Damaged(position, "its hash has not 32 bytes");

        return new RecordedEvent(
            position,
            Stream(row.GetString(1), position),
            row.GetInt64(2),
            Type(row.GetString(3), position),
            ChainHash.FromNanoseconds(row.GetInt64(4)),
            row.GetGuid(5),
            row.Bytes(6),
            hash);
    }

    private StreamName Stream(string name, long position)
    {
        if (_stream != default && _stream.ToString() == name) return _stream;
        if (!StreamName.TryParse(name, out var stream)) throw Damaged(position, "its stream has no valid name");
        return _stream = stream;
    }

    private string Type(string name, long position)
    {
        if (_types.TryGetValue(name, out var type)) return type;
        if (!StoredType.IsValid(name)) throw Damaged(position, "its type has no valid name");
        if (_types.Count < TypesMax) _types.Add(name, name);
        return name;
    }

    public static EventLogCorruptException Damaged(long position, string why) =>
        new($"The log is damaged at position {position}: {why}. {EventLogCorruptException.WhatToDo}") { Position = position };
}
