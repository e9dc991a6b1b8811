using System.Collections.Immutable;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>One reading connection with its statements. Used by one caller at a time; the pool sees to that.</summary>
internal sealed class LogReader : IDisposable
{
    private const string EventColumns = "position, stream_id, stream, version, type_id, recorded_at, command_id, payload, hash";

    // Direct-mapped by stream id, which is where the stream begins: the names of streams that began within as many events are found again without a
    // query, and memory stays bounded (2 MB a connection). A power of two.
    private const int NamesKept = 65_536;

    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _last;
    private readonly SqliteStatement _all;
    private readonly SqliteStatement _first;
    private readonly SqliteStatement _later;
    private readonly SqliteStatement _head;
    private readonly SqliteStatement _name;
    private readonly SqliteStatement _type;
    private readonly SqliteStatement _command;
    private readonly SqliteStatement _commands;
    private readonly SqliteStatement _headsFromFirst;
    private readonly SqliteStatement _headsAfter;
    private readonly (long Id, StreamName Name)[] _names = new (long, StreamName)[NamesKept];
    private readonly Dictionary<long, string> _types = [];

    public LogReader(SqliteConnection connection)
    {
        _connection = connection;
        _begin = connection.Prepare("BEGIN");
        _end = connection.Prepare("COMMIT");
        _last = connection.Prepare("SELECT max(position) FROM events");
        _all = connection.Prepare($"SELECT {EventColumns} FROM events WHERE position > ?1 ORDER BY position LIMIT ?2");
        _first = connection.Prepare($"SELECT {EventColumns} FROM events WHERE position = ?1");

        // « version > 1 » to the letter is what lets SQLite use the index, which holds no first events.
        _later = connection.Prepare($"SELECT {EventColumns} FROM events WHERE stream_id = ?1 AND version > 1 AND version >= ?2 ORDER BY version LIMIT ?3");
        _head = connection.Prepare("SELECT id, version, hash FROM streams WHERE name = ?1");
        _name = connection.Prepare("SELECT stream FROM events WHERE position = ?1");
        _type = connection.Prepare("SELECT name FROM event_types WHERE id = ?1");
        _command = connection.Prepare("SELECT fingerprint, reply, recorded_at FROM commands WHERE id = ?1");

        // An empty id comes before all.
        _commands = connection.Prepare("SELECT fingerprint, reply, recorded_at, id FROM commands WHERE id > coalesce(?1, x'') ORDER BY id LIMIT ?2");

        // Without a condition: a damaged row without a name comes first and is seen. With the first event: a stream must begin where its head says.
        const string heads = "SELECT s.name, s.version, s.hash, f.stream FROM streams s LEFT JOIN events f ON f.position = s.id";
        _headsFromFirst = connection.Prepare($"{heads} ORDER BY s.name LIMIT ?1");
        _headsAfter = connection.Prepare($"{heads} WHERE s.name > ?2 ORDER BY s.name LIMIT ?1");
    }

    public long LastPosition()
    {
        var last = _last.Step() ? _last.Number(0) : 0;
        _last.Reset();
        return last;
    }

    public ImmutableArray<RecordedEvent> ReadAll(long afterPosition, int countMax)
    {
        var events = ImmutableArray.CreateBuilder<RecordedEvent>();
        var position = afterPosition;
        try
        {
            _all.Bind(1, afterPosition).Bind(2, countMax);
            while (_all.Step())
            {
                position++;
                if (_all.Number(0) != position) throw Damaged(position, $"the next event has position {_all.Number(0)}");
                events.Add(Event(_all));
            }
        }
        finally
        {
            _all.Reset();
        }

        return events.DrainToImmutable();
    }

    /// <summary>Reads one snapshot: the events, and the head that the last of them must be.</summary>
    public ImmutableArray<RecordedEvent> ReadStream(StreamName stream, long afterVersion, int countMax)
    {
        _begin.Run();
        try
        {
            return ReadStreamInSnapshot(stream, afterVersion, countMax);
        }
        finally
        {
            _end.Run();
        }
    }

    public CommandRecord? FindCommand(Guid commandId)
    {
        try
        {
            return _command.Bind(1, commandId).Step() ? CommandOf(_command, commandId, _connection) : null;
        }
        finally
        {
            _command.Reset();
        }
    }

    /// <param name="afterId">Null: from the first.</param>
    public ImmutableArray<CommandRecord> ReadCommands(Guid? afterId, int countMax)
    {
        var records = ImmutableArray.CreateBuilder<CommandRecord>();
        try
        {
            if (afterId is { } after) _commands.Bind(1, after);
            else _commands.BindNull(1);
            _commands.Bind(2, countMax);
            while (_commands.Step())
            {
                if (_commands.Bytes(3).Length != 16) throw _connection.Corrupt("an id in table commands has not 16 bytes");
                records.Add(CommandOf(_commands, _commands.Id(3), _connection));
            }
        }
        finally
        {
            _commands.Reset();
        }

        return records.DrainToImmutable();
    }

    /// <param name="afterName">Null: from the first.</param>
    public ImmutableArray<StreamHead> ReadHeads(string? afterName, int countMax)
    {
        var heads = ImmutableArray.CreateBuilder<StreamHead>();
        var rows = afterName is null ? _headsFromFirst : _headsAfter.Bind(2, afterName);
        try
        {
            rows.Bind(1, countMax);
            while (rows.Step())
            {
                if (!rows.HasKinds("TIB") || !StreamName.TryParse(rows.Text(0), out var name)) throw _connection.Corrupt("a row of table streams is not as it was written");
                if (!rows.Bytes(3).SequenceEqual(rows.Bytes(0))) throw NotWhereItBegins(name);
                heads.Add(new StreamHead(name, rows.Number(1), rows.Bytes(2).ToArray()));
            }
        }
        finally
        {
            rows.Reset();
        }

        return heads.DrainToImmutable();
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>The record that a row « fingerprint, reply, recorded_at » holds.</summary>
    public static CommandRecord CommandOf(SqliteStatement row, Guid commandId, SqliteConnection connection)
    {
        if (!row.HasKinds("BBI")) throw connection.Corrupt($"the record of command {commandId:N} is not as it was written");
        return new CommandRecord(commandId, row.Bytes(0).ToArray(), row.Bytes(1).ToArray(), ChainHash.FromNanoseconds(row.Number(2)));
    }

    private ImmutableArray<RecordedEvent> ReadStreamInSnapshot(StreamName stream, long afterVersion, int countMax)
    {
        if (Head(stream) is not var (id, head) || head.Version <= afterVersion) return [];

        // The event before the first is read too: its hash is what the first is chained to.
        var events = ReadVersions(id, Math.Max(1, afterVersion), afterVersion == 0 ? countMax : countMax + 1L);
        var previous = ChainHash.Genesis;
        if (afterVersion > 0)
        {
            if (events is not [var before, ..] || before.Version != afterVersion) throw Missing(stream, afterVersion);
            previous = before.Hash;
            events = events.RemoveAt(0);
        }

        ChainCheck.Continues(stream, afterVersion, previous, events);
        var reached = afterVersion + events.Length;
        if (events.Length < countMax && reached != head.Version) throw Missing(stream, reached + 1);
        if (reached == head.Version && !events[^1].Hash.Span.SequenceEqual(head.Hash.Span)) throw Missing(stream, reached);
        return events;
    }

    private (long Id, StreamHead Head)? Head(StreamName stream)
    {
        try
        {
            if (!_head.Bind(1, stream.ToString()).Step()) return null;
            if (!_head.HasKinds("IIB")) throw _connection.Corrupt("a row of table streams is not as it was written");
            return (_head.Number(0), new StreamHead(stream, _head.Number(1), _head.Bytes(2).ToArray()));
        }
        finally
        {
            _head.Reset();
        }
    }

    private ImmutableArray<RecordedEvent> ReadVersions(long streamId, long fromVersion, long countMax)
    {
        var events = ImmutableArray.CreateBuilder<RecordedEvent>();
        if (fromVersion <= 1) Read(_first.Bind(1, streamId), events);
        if (events.Count < countMax) Read(_later.Bind(1, streamId).Bind(2, fromVersion).Bind(3, countMax - events.Count), events);
        return events.DrainToImmutable();
    }

    private void Read(SqliteStatement rows, ImmutableArray<RecordedEvent>.Builder events)
    {
        try
        {
            while (rows.Step()) events.Add(Event(rows));
        }
        finally
        {
            rows.Reset();
        }
    }

    private RecordedEvent Event(SqliteStatement row)
    {
        var position = row.Number(0);
        var isFirst = !row.IsNull(2);
        if (!row.HasKinds(isFirst ? "IITIIIBBB" : "II-IIIBBB")) throw Damaged(position, "a value of its row is of another kind than was written");

        // Each value is asked for once: the calls are most of what an event costs to read.
        var (streamId, version) = (row.Number(1), row.Number(3));
        var commandId = row.Bytes(6);
        var hash = row.Bytes(8);
        if (commandId.Length != 16 || hash.Length != ChainHash.Length) throw Damaged(position, "its command id or hash is of another length than was written");
        if (isFirst != (version == 1) || isFirst != (position == streamId)) throw Damaged(position, "a stream's first event, and it alone, has version 1, names the stream and stands where the stream begins");

        return new RecordedEvent(
            position,
            isFirst ? Keep(position, row.Text(2), position) : Name(streamId, position),
            version,
            Type(row.Number(4), position),
            ChainHash.FromNanoseconds(row.Number(5)),
            new Guid(commandId, bigEndian: true),
            row.Bytes(7).ToArray(),
            hash.ToArray());
    }

    private StreamName Name(long id, long position)
    {
        var kept = _names[(int)(id & (NamesKept - 1))];
        return kept.Id == id && kept.Name != default ? kept.Name : Keep(id, ReadText(_name, id), position);
    }

    private StreamName Keep(long id, string? text, long position)
    {
        ref var kept = ref _names[(int)(id & (NamesKept - 1))];
        if (kept.Id == id && kept.Name.ToString() == text) return kept.Name;
        if (!StreamName.TryParse(text, out var name)) throw Damaged(position, string.IsNullOrEmpty(text) ? $"its stream begins at position {id}, where none does" : $"its stream {id} has no valid name");

        kept = (id, name);
        return name;
    }

    private string Type(long id, long position)
    {
        if (_types.TryGetValue(id, out var type)) return type;

        type = ReadText(_type, id);
        if (!StoredType.IsValid(type)) throw Damaged(position, type is null ? $"it names type {id}, which is not in table event_types" : $"its type {id} has no valid name");
        return _types[id] = type!;
    }

    private static string? ReadText(SqliteStatement statement, long id)
    {
        try
        {
            return statement.Bind(1, id).Step() ? statement.Text(0) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    private EventLogCorruptException NotWhereItBegins(StreamName stream) =>
        new($"{_connection.Path} is damaged: « {stream} » does not begin where its head in table streams tells. {EventLogCorruptException.WhatToDo}") { Stream = stream };

    private EventLogCorruptException Missing(StreamName stream, long version) =>
        new($"{_connection.Path} is damaged: « {stream} » version {version} is missing or not the one that its head in table streams tells of. {EventLogCorruptException.WhatToDo}")
        {
            Stream = stream,
            Version = version,
        };

    private EventLogCorruptException Damaged(long position, string why) =>
        new($"{_connection.Path} is damaged at position {position}: {why}. {EventLogCorruptException.WhatToDo}") { Position = position };
}
