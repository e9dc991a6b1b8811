using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The writing connection with its statements. The log calls it one batch at a time. Written for the common case: a command that was not seen
/// before, on streams that are where the engine says, costs one statement per row and no look at the file. What is refused is taken back.
/// </summary>
internal sealed unsafe class LogWriter : IDisposable
{
    // Streams of a few hundred thousand payments; about 200 bytes each.
    private const int HeadsPerGeneration = 65_536;

    private const int CommandIdLength = 16;

    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _readEpoch;
    private readonly SqliteStatement _findCommand;
    private readonly SqliteStatement _findStream;
    private readonly SqliteStatement _addCommand;
    private readonly SqliteStatement _removeCommand;
    private readonly SqliteStatement _addStream;
    private readonly SqliteStatement _removeStream;
    private readonly SqliteStatement _moveStream;
    private readonly SqliteStatement _addType;
    private readonly SqliteStatement _findType;
    private readonly SqliteStatement _addEvent;
    private readonly StreamHeads _heads = new(HeadsPerGeneration);
    private readonly Dictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly Action<CommitPoint>? _reached;
    private readonly long _epoch;
    private readonly int* _walPages;

    // Filled per unit, kept to save the allocation: the head of each of its writes, and which of them it added.
    private readonly List<StreamHeadEntry> _targets = [];
    private readonly List<StreamHeadEntry> _added = [];

    // Heads whose rows are behind: one update each at the end of the batch, however often the batch moved them.
    private readonly List<StreamHeadEntry> _ahead = [];

    /// <summary>Takes the log over: whoever wrote before is fenced from here on.</summary>
    /// <param name="connection">Its own from here on.</param>
    /// <param name="pagesKept">Pages that the write-ahead log's file keeps when it begins anew.</param>
    /// <param name="reached">Told of each place that an append passes; null when nobody looks.</param>
    public LogWriter(SqliteConnection connection, int pagesKept, Action<CommitPoint>? reached)
    {
        (_connection, _reached) = (connection, reached);
        _walPages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        try
        {
            // FULL: the write-ahead log is synced in every commit, so that what was acknowledged survives a power cut.
            connection.Execute($"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {pagesKept * (long)LogSchema.PageSize}; PRAGMA cache_size = -65536;");
            connection.WatchWriteAheadLog(_walPages);
            connection.Execute("UPDATE meta SET value = value + 1 WHERE key = 'epoch'");
            _epoch = connection.ReadNumber("SELECT value FROM meta WHERE key = 'epoch'");
            _begin = connection.Prepare("BEGIN IMMEDIATE");
            _commit = connection.Prepare("COMMIT");
            _readEpoch = connection.Prepare("SELECT value FROM meta WHERE key = 'epoch'");
            _findCommand = connection.Prepare("SELECT fingerprint, reply, recorded_at FROM commands WHERE id = ?1");
            _findStream = connection.Prepare("SELECT id, version, hash FROM streams WHERE name = ?1");
            _addCommand = connection.Prepare("INSERT INTO commands (id, fingerprint, reply, recorded_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING");
            _removeCommand = connection.Prepare("DELETE FROM commands WHERE id = ?1");
            _addStream = connection.Prepare("INSERT INTO streams (name, id, version, hash) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING");
            _removeStream = connection.Prepare("DELETE FROM streams WHERE name = ?1");
            _moveStream = connection.Prepare("UPDATE streams SET version = ?2, hash = ?3 WHERE name = ?1");
            _addType = connection.Prepare("INSERT INTO event_types (name) VALUES (?1)");
            _findType = connection.Prepare("SELECT id FROM event_types WHERE name = ?1");
            _addEvent = connection.Prepare(
                "INSERT INTO events (position, stream_id, stream, version, type_id, recorded_at, command_id, payload, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
            Position = connection.ReadNumber("SELECT max(position) FROM events");
        }
        catch
        {
            // The connection goes first: until then it may write there.
            connection.Dispose();
            NativeMemory.Free(_walPages);
            throw;
        }
    }

    /// <summary>Position of the last committed event.</summary>
    public long Position { get; private set; }

    /// <summary>Pages in the write-ahead log after the last commit.</summary>
    public int WriteAheadLogPages => *_walPages;

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
            for (var index = 0; index < units.Count; index++)
            {
                results.Add(Append(units[index], ref position));
                _reached?.Invoke(CommitPoint.UnitWritten);
            }

            foreach (var head in _ahead) Move(head);
            _reached?.Invoke(CommitPoint.BeforeCommit);
            _commit.Run();
            _reached?.Invoke(CommitPoint.AfterCommit);
            _ahead.Clear();
        }
        catch
        {
            _connection.Rollback();

            // What this transaction added is gone with it.
            _types.Clear();
            _heads.Clear();
            _ahead.Clear();
            throw;
        }

        Position = position;
        _heads.Trim();
        return results.MoveToImmutable();
    }

    /// <summary>Takes in, on this connection, what is left of the write-ahead log: short, when the checkpointer has been there.</summary>
    public void Checkpoint() => _connection.Checkpoint();

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
            NativeMemory.Free(_walPages);
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
        var command = unit.Command;
        if (!TryAdd(command)) return new AppendResult.DuplicateCommand(Find(command.Id));

        _targets.Clear();
        _added.Clear();
        var next = position + 1;
        foreach (var write in unit.Writes)
        {
            if (Reach(write, next) is { } conflict)
            {
                TakeBack(command);
                return conflict;
            }

            next += write.Events.Length;
        }

        for (var index = 0; index < unit.Writes.Length; index++) Append(_targets[index], unit.Writes[index], command.Id, ref position);
        return new AppendResult.Appended(position);
    }

    /// <summary>Finds the write's stream where the write says that it is, or adds it.</summary>
    /// <param name="firstPosition">Where the write's first event will stand.</param>
    private AppendResult.VersionConflict? Reach(StreamWrite write, long firstPosition)
    {
        var head = _heads.Find(write.Stream);
        if (head is null && write.ExpectedVersion == 0 && TryAdd(write, firstPosition)) return null;

        head ??= FindStream(write.Stream);
        if (head is null || head.Version != write.ExpectedVersion || !write.Follows(head.Hash.Span))
        {
            return new AppendResult.VersionConflict(write.Stream, write.ExpectedVersion, head?.Version ?? 0);
        }

        _targets.Add(head);
        return null;
    }

    private bool TryAdd(StreamWrite write, long firstPosition)
    {
        if (!write.Follows(ChainHash.Genesis.Span)) return false;

        var last = write.Events[^1].Hash;
        Span<byte> name = stackalloc byte[StreamName.LengthMax];
        var length = write.Stream.WriteUtf8(name);
        fixed (byte* nameBytes = name, hash = last.Span)
        {
            _addStream.BindTextInPlace(1, nameBytes, length);
            _addStream.Bind(2, firstPosition).Bind(3, write.Events.Length);
            _addStream.BindInPlace(4, hash, ChainHash.Length);
            _addStream.Run();
        }

        if (_connection.Changes == 0) return false;

        var head = new StreamHeadEntry(write.Stream, firstPosition) { Hash = ChainHash.Genesis };
        _heads.Add(head);
        _added.Add(head);
        _targets.Add(head);
        return true;
    }

    private void Append(StreamHeadEntry head, StreamWrite write, Guid commandId, ref long position)
    {
        var isNew = head.Version == 0;
        foreach (var @event in write.Events)
        {
            position++;
            head.Version++;
            Append(position, head, @event, commandId);
        }

        head.Hash = write.Events[^1].Hash;
        if (isNew || head.IsAhead) return;

        head.IsAhead = true;
        _ahead.Add(head);
    }

    private void Append(long position, StreamHeadEntry head, in NewEvent @event, Guid commandId)
    {
        Span<byte> name = stackalloc byte[StreamName.LengthMax];
        Span<byte> id = stackalloc byte[CommandIdLength];
        commandId.TryWriteBytes(id, bigEndian: true, out _);
        _addEvent.Bind(1, position).Bind(2, head.Id).Bind(4, head.Version).Bind(5, TypeId(@event.Type)).Bind(6, ChainHash.ToNanoseconds(@event.RecordedAt));
        fixed (byte* nameBytes = name, idBytes = id, payload = @event.Payload.Span, hash = @event.Hash.Span)
        {
            if (head.Version == 1) _addEvent.BindTextInPlace(3, nameBytes, head.Stream.WriteUtf8(name));
            else _addEvent.BindNull(3);
            _addEvent.BindInPlace(7, idBytes, CommandIdLength);
            _addEvent.BindInPlace(8, payload, @event.Payload.Length);
            _addEvent.BindInPlace(9, hash, ChainHash.Length);
            _addEvent.Run();
        }
    }

    private void Move(StreamHeadEntry head)
    {
        Span<byte> name = stackalloc byte[StreamName.LengthMax];
        var length = head.Stream.WriteUtf8(name);
        fixed (byte* nameBytes = name, hash = head.Hash.Span)
        {
            _moveStream.BindTextInPlace(1, nameBytes, length);
            _moveStream.Bind(2, head.Version);
            _moveStream.BindInPlace(3, hash, ChainHash.Length);
            _moveStream.Run();
        }

        head.IsAhead = false;
        if (_connection.Changes != 1) throw _connection.Corrupt($"the row of « {head.Stream} » in table streams is gone");
    }

    /// <returns>False when its id was used before.</returns>
    private bool TryAdd(CommandRecord command)
    {
        Span<byte> id = stackalloc byte[CommandIdLength];
        command.Id.TryWriteBytes(id, bigEndian: true, out _);
        fixed (byte* idBytes = id, fingerprint = command.Fingerprint.Span, reply = command.Reply.Span)
        {
            _addCommand.BindInPlace(1, idBytes, CommandIdLength);
            _addCommand.BindInPlace(2, fingerprint, command.Fingerprint.Length);
            if (command.Reply.IsEmpty) _addCommand.Bind(3, ReadOnlySpan<byte>.Empty);
            else _addCommand.BindInPlace(3, reply, command.Reply.Length);
            _addCommand.Bind(4, ChainHash.ToNanoseconds(command.RecordedAt)).Run();
        }

        return _connection.Changes > 0;
    }

    /// <summary>The unit is refused after all: it leaves no trace in the batch's transaction.</summary>
    private void TakeBack(CommandRecord command)
    {
        _removeCommand.Bind(1, command.Id).Run();
        foreach (var head in _added)
        {
            _removeStream.Bind(1, head.Stream.ToString()).Run();
            _heads.Remove(head.Stream);
        }
    }

    private CommandRecord Find(Guid commandId)
    {
        try
        {
            return _findCommand.Bind(1, commandId).Step()
                ? LogReader.CommandOf(_findCommand, commandId, _connection)
                : throw _connection.Corrupt($"command {commandId:N} is there and cannot be found");
        }
        finally
        {
            _findCommand.Reset();
        }
    }

    private StreamHeadEntry? FindStream(StreamName stream)
    {
        try
        {
            if (!_findStream.Bind(1, stream.ToString()).Step()) return null;

            var head = new StreamHeadEntry(stream, _findStream.Number(0)) { Version = _findStream.Number(1), Hash = _findStream.Bytes(2).ToArray() };
            _heads.Add(head);
            return head;
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
