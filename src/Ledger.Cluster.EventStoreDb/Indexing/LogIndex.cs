using System.Collections.Immutable;
using Ledger.Cluster.EventStoreDb.Reading;
using Ledger.EventLog;
using Ledger.EventLog.Appending;
using Microsoft.Data.Sqlite;

namespace Ledger.Cluster.EventStoreDb.Indexing;

/// <summary>How far an index has the log.</summary>
/// <param name="Revision">Of the last event of the log's stream that is in it; -1 for none.</param>
/// <param name="EventId">That event's.</param>
/// <param name="Position">The log's last position there.</param>
internal sealed record IndexEnd(long Revision, Guid EventId, long Position);

/// <param name="Revision">Its place in the log's stream.</param>
internal readonly record struct IndexedEvent(long Version, long Revision);

/// <summary>
/// Where in the log's one stream each stream's events are, the streams' heads, and the command records: what EventStoreDB cannot be asked for. Holds nothing that the log
/// has not. Any thread.
/// </summary>
internal sealed class LogIndex : IDisposable
{
    private const string CommandColumns = "SELECT id, fingerprint, reply, recorded_at FROM commands";

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly IndexWriter _writer;
    private readonly IndexStatement _head;
    private readonly IndexStatement _heads;
    private readonly IndexStatement _events;
    private readonly IndexStatement _shift;
    private readonly IndexStatement _command;
    private readonly IndexStatement _firstCommands;
    private readonly IndexStatement _nextCommands;
    private IndexEnd _end;

    private LogIndex(SqliteConnection connection)
    {
        _connection = connection;
        _head = new IndexStatement(connection, "SELECT version, hash FROM streams WHERE name = ?1", 1);
        _heads = new IndexStatement(connection, "SELECT name, version, hash FROM streams WHERE name > ?1 ORDER BY name LIMIT ?2", 2);
        _events = new IndexStatement(connection, "SELECT version, revision FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?1) AND version >= ?2 ORDER BY version LIMIT ?3", 3);
        _shift = new IndexStatement(connection, "SELECT shift FROM shifts WHERE position <= ?1 ORDER BY position DESC LIMIT 1", 1);
        _command = new IndexStatement(connection, $"{CommandColumns} WHERE id = ?1", 1);
        _firstCommands = new IndexStatement(connection, $"{CommandColumns} ORDER BY id LIMIT ?1", 1);
        _nextCommands = new IndexStatement(connection, $"{CommandColumns} WHERE id > ?2 ORDER BY id LIMIT ?1", 2);
        _writer = new IndexWriter(connection);
        _end = _writer.ReadEnd();
    }

    /// <summary>The last that was taken in.</summary>
    public IndexEnd End => Volatile.Read(ref _end);

    /// <exception cref="EventLogRefusedException">The file cannot be used.</exception>
    public static LogIndex Open(string? file, string logStream)
    {
        var connection = IndexFile.Open(file, logStream);
        try
        {
            return new LogIndex(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Takes in what follows; what is known already is passed over.</summary>
    /// <param name="events">In the order of their revisions.</param>
    /// <exception cref="EventLogCorruptException">One does not continue the log. Then none was taken in.</exception>
    public void Apply(IReadOnlyList<StoredEvent> events)
    {
        lock (_lock)
        {
            if (events.Count == 0 || events[^1].Revision <= _end.Revision) return;
            Volatile.Write(ref _end, _writer.Apply(_end, events));
        }
    }

    /// <summary>What is known of a batch's streams and commands, and the end at which that is so.</summary>
    public (BatchFacts Facts, IndexEnd End) ReadFacts(IReadOnlyList<AppendUnit> units)
    {
        var streams = BatchFacts.StreamsOf(units);
        lock (_lock)
        {
            var heads = streams.ToDictionary(static stream => stream, HeadOf);
            var commands = new Dictionary<Guid, CommandRecord>();
            foreach (var unit in units)
            {
                if (Find(unit.Command.Id) is { } record) commands[record.Id] = record;
            }

            return (new BatchFacts(_end.Position, heads, commands), _end);
        }
    }

    /// <summary>A stream's events from a version on, in order.</summary>
    public List<IndexedEvent> ReadStream(StreamName stream, long fromVersion, long countMax)
    {
        lock (_lock)
        {
            var events = new List<IndexedEvent>();
            using var rows = _events.Ask(stream.ToString(), fromVersion, countMax);
            while (rows.Read()) events.Add(new IndexedEvent(rows.GetInt64(0), rows.GetInt64(1)));
            return events;
        }
    }

    /// <returns>Null for a position that is not known.</returns>
    public long? RevisionOf(long position)
    {
        lock (_lock)
        {
            if (position < 1 || _end.Position < position) return null;

            using var rows = _shift.Ask(position);
            return rows.Read() ? position + rows.GetInt64(0) : null;
        }
    }

    public CommandRecord? FindCommand(Guid id)
    {
        lock (_lock) return Find(id);
    }

    /// <summary>In order of their ids' bytes.</summary>
    public ImmutableArray<CommandRecord> ReadCommands(Guid? afterId, int countMax)
    {
        lock (_lock)
        {
            using var rows = afterId is { } after ? _nextCommands.Ask(countMax, IdBytes(after)) : _firstCommands.Ask(countMax);
            var records = ImmutableArray.CreateBuilder<CommandRecord>();
            while (rows.Read()) records.Add(Record(rows));
            return records.DrainToImmutable();
        }
    }

    /// <summary>In order of their names.</summary>
    public ImmutableArray<StreamHead> ReadHeads(string? afterName, int countMax)
    {
        lock (_lock)
        {
            using var rows = _heads.Ask(afterName ?? "", countMax);
            var heads = ImmutableArray.CreateBuilder<StreamHead>();
            while (rows.Read()) heads.Add(new StreamHead(StreamName.Parse(rows.GetString(0)), rows.GetInt64(1), rows.GetFieldValue<byte[]>(2)));
            return heads.DrainToImmutable();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _writer.Dispose();
            foreach (var statement in new[] { _head, _heads, _events, _shift, _command, _firstCommands, _nextCommands }) statement.Dispose();
            _connection.Dispose();
        }
    }

    /// <summary>RFC 9562 order: the bytes sort as the ids do.</summary>
    internal static byte[] IdBytes(Guid id) => id.ToByteArray(bigEndian: true);

    private BatchHead HeadOf(StreamName stream)
    {
        using var rows = _head.Ask(stream.ToString());
        return rows.Read() ? new BatchHead(rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)) : BatchHead.None;
    }

    private CommandRecord? Find(Guid id)
    {
        using var rows = _command.Ask(IdBytes(id));
        return rows.Read() ? Record(rows) : null;
    }

    private static CommandRecord Record(SqliteDataReader rows) =>
        new(new Guid(rows.GetFieldValue<byte[]>(0), bigEndian: true), rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2), ChainHash.FromNanoseconds(rows.GetInt64(3)));
}
