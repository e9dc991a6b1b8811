using System.Collections.Immutable;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>The writing connection with its statements. The log calls it one batch at a time.</summary>
internal sealed class LogWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _readEpoch;
    private readonly SqliteStatement _findCommand;
    private readonly SqliteStatement _findStream;
    private readonly SqliteStatement _addCommand;
    private readonly SqliteStatement _addStream;
    private readonly SqliteStatement _moveStream;
    private readonly SqliteStatement _addType;
    private readonly SqliteStatement _findType;
    private readonly SqliteStatement _addEvent;
    private readonly Dictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly Action<CommitPoint>? _reached;
    private readonly long _epoch;

    // Filled per unit, kept to save the allocation: where each of its writes goes.
    private readonly List<(long? StreamId, StreamWrite Write)> _targets = [];

    /// <summary>Takes the log over: whoever wrote before is fenced from here on.</summary>
    public LogWriter(SqliteConnection connection, int checkpointPages, Action<CommitPoint>? reached)
    {
        (_connection, _reached) = (connection, reached);

        // FULL: the write-ahead log is synced in every commit, so that what was acknowledged survives a power cut.
        connection.Execute($"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {checkpointPages}; PRAGMA journal_size_limit = {checkpointPages * 4096L}; PRAGMA cache_size = -65536;");
        connection.Execute("UPDATE meta SET value = value + 1 WHERE key = 'epoch'");
        _epoch = connection.ReadNumber("SELECT value FROM meta WHERE key = 'epoch'");
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _readEpoch = connection.Prepare("SELECT value FROM meta WHERE key = 'epoch'");
        _findCommand = connection.Prepare("SELECT fingerprint, reply, recorded_at FROM commands WHERE id = ?1");
        _findStream = connection.Prepare("SELECT id, version, hash FROM streams WHERE name = ?1");
        _addCommand = connection.Prepare("INSERT INTO commands (id, fingerprint, reply, recorded_at) VALUES (?1, ?2, ?3, ?4)");
        _addStream = connection.Prepare("INSERT INTO streams (name, version, hash) VALUES (?1, ?2, ?3)");
        _moveStream = connection.Prepare("UPDATE streams SET version = ?2, hash = ?3 WHERE id = ?1");
        _addType = connection.Prepare("INSERT INTO event_types (name) VALUES (?1)");
        _findType = connection.Prepare("SELECT id FROM event_types WHERE name = ?1");
        _addEvent = connection.Prepare(
            "INSERT INTO events (position, stream_id, version, type_id, recorded_at, command_id, payload, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        Position = connection.ReadNumber("SELECT max(position) FROM events");
    }

    /// <summary>Position of the last committed event.</summary>
    public long Position { get; private set; }

    /// <summary>One transaction; see <see cref="IEventLog.AppendAsync"/>.</summary>
    public ImmutableArray<AppendResult> Append(IReadOnlyList<AppendUnit> units)
    {
        var results = ImmutableArray.CreateBuilder<AppendResult>(units.Count);
        var position = Position;
        try
        {
            _begin.Run();
            CheckEpoch();
            _reached?.Invoke(CommitPoint.TransactionBegun);
            foreach (var unit in units)
            {
                results.Add(Append(unit, ref position));
                _reached?.Invoke(CommitPoint.UnitWritten);
            }

            _reached?.Invoke(CommitPoint.BeforeCommit);
            _commit.Run();
            _reached?.Invoke(CommitPoint.AfterCommit);
        }
        catch
        {
            _connection.Rollback();

            // Names that were added in this transaction are gone with it.
            _types.Clear();
            throw;
        }

        Position = position;
        return results.MoveToImmutable();
    }

    /// <summary>Takes all of the write-ahead log into the file, so that the file alone is the log.</summary>
    public void Dispose()
    {
        try
        {
            _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (EventLogUnavailableException)
        {
            // A full disk or another reader: the write-ahead log stays beside the file and is taken in at the next start.
        }
        finally
        {
            _connection.Dispose();
        }
    }

    private void CheckEpoch()
    {
        var epoch = _readEpoch.Step() ? _readEpoch.Number(0) : 0;
        _readEpoch.Reset();
        if (epoch != _epoch) throw new EventLogFencedException($"Another process has taken over {_connection.Path} (epoch {epoch}, ours is {_epoch}). This one must not write any more: stop it.");
    }

    private AppendResult Append(AppendUnit unit, ref long position)
    {
        if (FindCommand(unit.Command.Id) is { } existing) return new AppendResult.DuplicateCommand(existing);

        _targets.Clear();
        foreach (var write in unit.Writes)
        {
            var (id, version, follows) = FindStream(write);
            if (version != write.ExpectedVersion || !follows) return new AppendResult.VersionConflict(write.Stream, write.ExpectedVersion, version);
            _targets.Add((id, write));
        }

        // Nothing is written before all was checked: a refused unit leaves no trace in the batch's transaction.
        var command = unit.Command;
        _addCommand.Bind(1, command.Id).Bind(2, command.Fingerprint.Span).Bind(3, command.Reply.Span).Bind(4, ChainHash.ToNanoseconds(command.RecordedAt)).Run();
        foreach (var (id, write) in _targets) Append(id, write, command.Id, ref position);
        return new AppendResult.Appended(position);
    }

    private void Append(long? streamId, StreamWrite write, Guid commandId, ref long position)
    {
        var version = write.ExpectedVersion + write.Events.Length;
        var hash = write.Events[^1].Hash.Span;
        if (streamId is { } known) _moveStream.Bind(1, known).Bind(2, version).Bind(3, hash).Run();
        else _addStream.Bind(1, write.Stream.ToString()).Bind(2, version).Bind(3, hash).Run();

        var id = streamId ?? _connection.LastInsertRowId;
        version = write.ExpectedVersion;
        foreach (var @event in write.Events)
        {
            position++;
            version++;
            var type = TypeId(@event.Type);
            _addEvent.Bind(1, position).Bind(2, id).Bind(3, version).Bind(4, type).Bind(5, ChainHash.ToNanoseconds(@event.RecordedAt))
                .Bind(6, commandId).Bind(7, @event.Payload.Span).Bind(8, @event.Hash.Span).Run();
        }
    }

    private CommandRecord? FindCommand(Guid id)
    {
        try
        {
            return _findCommand.Bind(1, id).Step() ? LogReader.CommandOf(_findCommand, id, _connection) : null;
        }
        finally
        {
            _findCommand.Reset();
        }
    }

    private (long? Id, long Version, bool Follows) FindStream(StreamWrite write)
    {
        try
        {
            return _findStream.Bind(1, write.Stream.ToString()).Step()
                ? (_findStream.Number(0), _findStream.Number(1), write.Follows(_findStream.Bytes(2)))
                : (null, 0, write.Follows(ChainHash.Genesis.Span));
        }
        finally
        {
            _findStream.Reset();
        }
    }

    private long TypeId(string name)
    {
        if (_types.TryGetValue(name, out var id)) return id;

        id = _findType.Bind(1, name).Step() ? _findType.Number(0) : 0;
        _findType.Reset();
        if (id == 0)
        {
            _addType.Bind(1, name).Run();
            id = _connection.LastInsertRowId;
        }

        return _types[name] = id;
    }
}
