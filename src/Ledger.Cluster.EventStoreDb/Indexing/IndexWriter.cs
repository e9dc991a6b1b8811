using Ledger.Cluster.EventStoreDb.Reading;
using Ledger.EventLog;
using Microsoft.Data.Sqlite;

namespace Ledger.Cluster.EventStoreDb.Indexing;

/// <summary>Writes what follows into the index, a transaction a call, and checks that it does follow. One caller at a time: the index's lock is held.</summary>
internal sealed class IndexWriter(SqliteConnection connection) : IDisposable
{
    /// <summary>Below every shift: that of the log's first event is -1.</summary>
    private const long NoShift = -2;

    private readonly IndexStatement _stream = new(connection, "SELECT id, version FROM streams WHERE name = ?1", 1);
    private readonly IndexStatement _begin = new(connection, "INSERT INTO streams (id, name, version, hash) VALUES (?1, ?2, ?3, ?4)", 4);
    private readonly IndexStatement _advance = new(connection, "UPDATE streams SET version = ?2, hash = ?3 WHERE id = ?1", 3);
    private readonly IndexStatement _event = new(connection, "INSERT INTO events VALUES (?1, ?2, ?3)", 3);
    private readonly IndexStatement _shift = new(connection, "INSERT INTO shifts VALUES (?1, ?2)", 2);
    private readonly IndexStatement _command = new(connection, "INSERT INTO commands VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", 4);
    private readonly IndexStatement _mark = new(connection, "UPDATE mark SET revision = ?1, event_id = ?2, position = ?3", 3);

    private long? _streams;
    private long? _shifted;

    private IEnumerable<IndexStatement> All => [_stream, _begin, _advance, _event, _shift, _command, _mark];

    public IndexEnd ReadEnd()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT revision, event_id, position FROM mark";
        using var rows = command.ExecuteReader();
        rows.Read();
        return new IndexEnd(rows.GetInt64(0), new Guid(rows.GetFieldValue<byte[]>(1), bigEndian: true), rows.GetInt64(2));
    }

    /// <returns>The end with them.</returns>
    /// <exception cref="EventLogCorruptException">One does not follow. Then nothing was written.</exception>
    public IndexEnd Apply(IndexEnd end, IReadOnlyList<StoredEvent> events)
    {
        _streams ??= Number("SELECT coalesce(max(id), 0) FROM streams");
        _shifted ??= Number($"SELECT coalesce((SELECT shift FROM shifts ORDER BY position DESC LIMIT 1), {NoShift})");
        using var transaction = connection.BeginTransaction();
        foreach (var statement in All) statement.Transaction = transaction;
        try
        {
            foreach (var stored in events)
            {
                if (stored.Revision > end.Revision) end = Apply(end, stored);
            }

            _mark.Run(end.Revision, LogIndex.IdBytes(end.EventId), end.Position);
            transaction.Commit();
            return end;
        }
        catch
        {
            // What was counted meanwhile is rolled back with the rest.
            (_streams, _shifted) = (null, null);
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var statement in All) statement.Dispose();
    }

    private IndexEnd Apply(IndexEnd end, StoredEvent stored)
    {
        if (stored.Revision != end.Revision + 1) throw StoredEvent.Damaged(end.Revision + 1);

        var position = end.Position;
        if (!stored.IsForeign)
        {
            if (stored.Event is not null) position++;
            if (stored.Position != position) throw StoredEvent.Damaged(stored.Revision);
        }

        if (stored.Event is { } recorded) Apply(stored, recorded);
        if (stored.Command is { } command && _command.Run(LogIndex.IdBytes(command.Id), Bytes(command.Fingerprint), Bytes(command.Reply), ChainHash.ToNanoseconds(command.RecordedAt)) == 0) throw StoredEvent.Damaged(stored.Revision);
        return new IndexEnd(stored.Revision, stored.EventId, position);
    }

    private void Apply(StoredEvent stored, RecordedEvent recorded)
    {
        var (stream, version) = Find(recorded.Stream);
        if (recorded.Version != version + 1) throw StoredEvent.Damaged(stored.Revision);

        if (version > 0) _advance.Run(stream, recorded.Version, Bytes(recorded.Hash));
        else _begin.Run(stream, recorded.Stream.ToString(), recorded.Version, Bytes(recorded.Hash));
        _event.Run(stream, recorded.Version, stored.Revision);

        var shift = stored.Revision - recorded.Position;
        if (shift == _shifted) return;
        _shift.Run(recorded.Position, shift);
        _shifted = shift;
    }

    /// <returns>The stream's number here, a new one for a stream without events.</returns>
    private (long Stream, long Version) Find(StreamName name)
    {
        using (var rows = _stream.Ask(name.ToString()))
        {
            if (rows.Read()) return (rows.GetInt64(0), rows.GetInt64(1));
        }

        _streams++;
        return (_streams!.Value, 0);
    }

    private long Number(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>SQLite takes arrays. Most are whole ones already.</summary>
    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out var whole) && whole.Offset == 0 && whole.Count == whole.Array!.Length ? whole.Array : memory.ToArray();
}
