using System.Runtime.InteropServices;
using Ledger.EventLog.Sqlite.Commits;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The writing connection with its statements: takes commits that are durable already into the tables, many in one transaction. What it meets there that
/// the commits do not allow for is damage. One caller at a time.
/// </summary>
internal sealed unsafe class LogTables : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly EpochCheck _epoch;
    private readonly SqliteStatement _moveApplied;
    private readonly SqliteStatement _addCommand;
    private readonly SqliteStatement _addStream;
    private readonly SqliteStatement _moveStream;
    private readonly SqliteStatement _addType;
    private readonly SqliteStatement _findType;
    private readonly SqliteStatement _addEvent;
    private readonly Dictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _typesByText;
    private readonly int* _walPages;

    // Streams that the open transaction moves: where its last write of each stands. One update each, however often they are moved.
    private readonly Dictionary<long, MovedHead> _moved = [];
    private bool _isDurable = true;
    private bool _isClosed;

    /// <summary>Takes the log over: whoever wrote before is fenced from here on.</summary>
    /// <param name="connection">Its own from here on.</param>
    /// <param name="pagesKept">Pages that the write-ahead log's file keeps when it begins anew.</param>
    public LogTables(SqliteConnection connection, int pagesKept)
    {
        _connection = connection;
        _walPages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        try
        {
            connection.Execute($"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {pagesKept * (long)LogSchema.PageSize}; PRAGMA cache_size = -65536;");
            connection.WatchWriteAheadLog(_walPages);
            connection.Execute($"BEGIN IMMEDIATE; UPDATE meta SET value = value + 1 WHERE key = '{LogSchema.EpochKey}'; UPDATE meta SET value = 1 WHERE key = '{LogSchema.CommitFilesKey}'; COMMIT;");
            Epoch = LogSchema.ReadMeta(connection, LogSchema.EpochKey);
            Applied = LogSchema.ReadMeta(connection, LogSchema.AppliedKey);
            Position = connection.ReadNumber("SELECT max(position) FROM events");
            _begin = connection.Prepare("BEGIN IMMEDIATE");
            _commit = connection.Prepare("COMMIT");
            _epoch = new EpochCheck(connection, Epoch);
            _moveApplied = connection.Prepare($"UPDATE meta SET value = ?1 WHERE key = '{LogSchema.AppliedKey}'");
            _addCommand = connection.Prepare("INSERT INTO commands (id, fingerprint, reply, recorded_at) VALUES (?1, ?2, ?3, ?4)");
            _addStream = connection.Prepare("INSERT INTO streams (name, id, version, hash) VALUES (?1, ?2, ?3, ?4)");
            _moveStream = connection.Prepare("UPDATE streams SET version = ?2, hash = ?3 WHERE name = ?1 AND id = ?4");
            _addType = connection.Prepare("INSERT INTO event_types (name) VALUES (?1)");
            _findType = connection.Prepare("SELECT id FROM event_types WHERE name = ?1");
            _addEvent = connection.Prepare(
                "INSERT INTO events (position, stream_id, stream, version, type_id, recorded_at, command_id, payload, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
            _typesByText = _types.GetAlternateLookup<ReadOnlySpan<char>>();
        }
        catch
        {
            // The connection goes first: until then it may write there.
            connection.Dispose();
            NativeMemory.Free(_walPages);
            throw;
        }
    }

    /// <summary>Of this writer; a higher one in the file has taken over.</summary>
    public long Epoch { get; }

    /// <summary>Sequence of the last commit that is in the tables.</summary>
    public long Applied { get; private set; }

    /// <summary>Position of the last event that is.</summary>
    public long Position { get; private set; }

    /// <summary>Pages in SQLite's write-ahead log after the last transaction.</summary>
    public int WriteAheadLogPages => *_walPages;

    /// <summary>Takes the frames in, which follow each other and what is there, in one transaction; it may be none.</summary>
    /// <param name="isDurable">For good: true, it survives a power cut without the commit files. False: it may be undone by one, whole.</param>
    /// <exception cref="EventLogFencedException">Another process has taken over; nothing was taken in.</exception>
    /// <exception cref="EventLogUnavailableException">Nothing was taken in.</exception>
    public void Apply(IReadOnlyList<CommitFrame> frames, bool isDurable)
    {
        SetDurable(isDurable);
        try
        {
            _begin.Run();
            _epoch.Run();
            foreach (var frame in frames) Apply(frame);
            foreach (var (id, head) in _moved) Move(id, head);
            _moved.Clear();
            _moveApplied.Bind(1, frames.Count > 0 ? frames[^1].Sequence : Applied).Run();
            _commit.Run();
        }
        catch
        {
            _connection.Rollback();

            // What this transaction added is gone with it.
            _types.Clear();
            _moved.Clear();
            throw;
        }

        if (frames.Count > 0) (Applied, Position) = (frames[^1].Sequence, frames[^1].LastPosition);
    }

    /// <summary>Takes in, on this connection, what is left of SQLite's write-ahead log: short, when the checkpointer has been there.</summary>
    public void Checkpoint() => _connection.Checkpoint();

    /// <summary>The tables alone are the log from here on: the commit files are not needed any more.</summary>
    /// <exception cref="EventLogFencedException">Another process has taken over; nothing was changed.</exception>
    public void Close()
    {
        SetDurable(true);
        try
        {
            _begin.Run();
            _epoch.Run();
            _connection.Execute($"UPDATE meta SET value = 0 WHERE key = '{LogSchema.CommitFilesKey}'");
            _commit.Run();
        }
        catch
        {
            _connection.Rollback();
            throw;
        }

        _isClosed = true;
    }

    /// <summary>From here on nothing more is taken into the file, not by closing either: what SQLite believes to be in its write-ahead log may not be there.</summary>
    public void Freeze() => _connection.KeepWriteAheadLog();

    /// <summary>Takes all of SQLite's write-ahead log into the file, where the tables alone are the log.</summary>
    public void Dispose()
    {
        try
        {
            if (_isClosed) _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (EventLogUnavailableException exception)
        {
            // A full disk or another reader: the write-ahead log stays beside the file and is taken in at the next start.
            if (SqliteFailure.IsFsync(exception)) Freeze();
        }

        _connection.Dispose();
        NativeMemory.Free(_walPages);
    }

    private void SetDurable(bool isDurable)
    {
        if (isDurable == _isDurable) return;
        _connection.Execute(isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        _isDurable = isDurable;
    }

    private void Apply(CommitFrame frame)
    {
        var position = frame.FirstPosition;
        var rows = new FrameReader(frame.Body);
        for (var unit = 0; unit < frame.UnitCount; unit++)
        {
            var command = rows.ReadCommand();
            Add(command);
            for (var write = 0; write < command.WriteCount; write++) Apply(ref rows, command.Id, frame, ref position);
        }

        if (position != frame.LastPosition + 1) throw _connection.Corrupt($"commit {frame.Sequence} has not the events that it says");
    }

    private void Apply(ref FrameReader rows, ReadOnlySpan<byte> commandId, CommitFrame frame, ref long position)
    {
        var write = rows.ReadWrite();
        FrameEvent last = default;
        for (var index = 0; index < write.EventCount; index++)
        {
            last = rows.ReadEvent();
            Add(position++, write, write.FirstVersion + index, last, commandId);
        }

        var version = write.FirstVersion + write.EventCount - 1;
        if (write.FirstVersion == 1) AddStream(write, version, last.Hash);
        else _moved[write.StreamId] = new MovedHead(frame, OffsetIn(frame, write.Name), write.Name.Length, version, OffsetIn(frame, last.Hash));
    }

    private void Add(in FrameCommand command)
    {
        fixed (byte* id = command.Id, fingerprint = command.Fingerprint, reply = command.Reply)
        {
            _addCommand.BindInPlace(1, id, command.Id.Length);
            _addCommand.BindInPlace(2, fingerprint, command.Fingerprint.Length);
            if (command.Reply.IsEmpty) _addCommand.Bind(3, ReadOnlySpan<byte>.Empty);
            else _addCommand.BindInPlace(3, reply, command.Reply.Length);
            _addCommand.Bind(4, command.RecordedAt).Run();
        }
    }

    private void Add(long position, in FrameWrite write, long version, in FrameEvent @event, ReadOnlySpan<byte> commandId)
    {
        _addEvent.Bind(1, position).Bind(2, write.StreamId).Bind(4, version).Bind(5, TypeId(@event.Type)).Bind(6, @event.RecordedAt);
        fixed (byte* name = write.Name, id = commandId, payload = @event.Payload, hash = @event.Hash)
        {
            if (version == 1) _addEvent.BindTextInPlace(3, name, write.Name.Length);
            else _addEvent.BindNull(3);
            _addEvent.BindInPlace(7, id, commandId.Length);
            _addEvent.BindInPlace(8, payload, @event.Payload.Length);
            _addEvent.BindInPlace(9, hash, ChainHash.Length);
            _addEvent.Run();
        }
    }

    private void AddStream(in FrameWrite write, long version, ReadOnlySpan<byte> hash)
    {
        fixed (byte* name = write.Name, last = hash)
        {
            _addStream.BindTextInPlace(1, name, write.Name.Length);
            _addStream.Bind(2, write.StreamId).Bind(3, version);
            _addStream.BindInPlace(4, last, ChainHash.Length);
            _addStream.Run();
        }
    }

    private void Move(long id, in MovedHead head)
    {
        fixed (byte* bytes = head.Frame.Bytes)
        {
            _moveStream.BindTextInPlace(1, bytes + head.NameAt, head.NameLength);
            _moveStream.Bind(2, head.Version).Bind(4, id);
            _moveStream.BindInPlace(3, bytes + head.HashAt, ChainHash.Length);
            _moveStream.Run();
        }

        if (_connection.Changes != 1) throw _connection.Corrupt($"the row of the stream that begins at {id} in table streams is gone");
    }

    private long TypeId(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[name.Length];
        System.Text.Encoding.ASCII.GetChars(name, text);
        if (_typesByText.TryGetValue(text, out var id)) return id;

        var type = text.ToString();
        id = _findType.Bind(1, type).Step() ? _findType.Number(0) : 0;
        _findType.Reset();
        if (id == 0)
        {
            _addType.Bind(1, type).Run();
            id = _connection.LastInsertRowId;
        }

        return _types[type] = id;
    }

    private static int OffsetIn(CommitFrame frame, ReadOnlySpan<byte> part) =>
        (int)System.Runtime.CompilerServices.Unsafe.ByteOffset(ref MemoryMarshal.GetReference(frame.Bytes), ref MemoryMarshal.GetReference(part));

    /// <summary>Where a stream's name and new head stand in a frame.</summary>
    private readonly record struct MovedHead(CommitFrame Frame, int NameAt, int NameLength, long Version, int HashAt);
}
