using System.Collections.Immutable;
using Ledger.EventLog.Sqlite.Commits;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The log as the next commit must find it: heads of streams and ids of commands, those that are not in the tables yet included. It decides what of a
/// batch is taken and writes that into a frame; what a failed commit had taken is undone. The log calls it one batch at a time.
/// </summary>
internal sealed class LogFrontier : IDisposable
{
    private static readonly StreamPlace Nowhere = new(0, 0, ChainHash.Genesis.Span);

    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _findCommand;
    private readonly SqliteStatement _findStream;
    private readonly SqliteStatement _lastOfCategory;
    private readonly EpochCheck _epoch;
    private readonly long _ours;
    private readonly StreamHeads _heads;
    private readonly RecentIds _commands;
    private readonly FrameWriter _writer = new();
    private readonly Action<CommitPoint>? _reached;

    // Kept to save the allocation: the heads of the unit at hand, and what to give back when the batch's commit fails.
    private readonly List<StreamPlace> _targets = [];
    private readonly List<Undo> _undo = [];
    private readonly List<Guid> _taken = [];

    /// <param name="connection">Its own from here on; only read.</param>
    /// <param name="tables">As they are after the start: nothing else is committed.</param>
    /// <param name="keptPerGeneration">Places of streams, some 100 bytes each, and ids of commands, some 40.</param>
    /// <param name="reached">Told of each place that an append passes; null when nobody looks.</param>
    public LogFrontier(SqliteConnection connection, LogTables tables, int keptPerGeneration, Action<CommitPoint>? reached)
    {
        (_connection, _reached) = (connection, reached);
        (Position, Sequence, _ours) = (tables.Position, tables.Applied, tables.Epoch);
        _heads = new StreamHeads(keptPerGeneration, LastOfCategory);
        try
        {
            connection.Execute("PRAGMA cache_size = -32768");
            _epoch = new EpochCheck(connection, tables.Epoch);
            _findCommand = connection.Prepare("SELECT fingerprint, reply, recorded_at FROM commands WHERE id = ?1");
            _findStream = connection.Prepare("SELECT id, version, hash FROM streams WHERE name = ?1");
            _lastOfCategory = connection.Prepare("SELECT max(name) FROM streams WHERE name > ?1 AND name < ?2");
            var highest = connection.Prepare("SELECT max(id) FROM commands");
            _commands = new RecentIds(keptPerGeneration, highest.Step() && !highest.IsNull(0) ? highest.Id(0) : null);
            highest.Reset();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Position of the last event.</summary>
    public long Position { get; private set; }

    /// <summary>Of the last commit.</summary>
    public long Sequence { get; private set; }

    /// <summary>Decides the batch and takes what it accepts.</summary>
    /// <param name="awaitTables">Waits until all commits before are in the tables: where the record of one is asked for.</param>
    /// <returns>The frame to commit; null when nothing was accepted. <see cref="Keep"/> or <see cref="TakeBack"/> comes next.</returns>
    /// <exception cref="EventLogFencedException">Another process has taken over.</exception>
    public CommitFrame? Take(IReadOnlyList<AppendUnit> units, Action awaitTables, ImmutableArray<AppendResult>.Builder results)
    {
        _epoch.Run();
        var before = Position;
        _writer.Begin();
        try
        {
            for (var index = 0; index < units.Count; index++)
            {
                results.Add(Take(units, index, awaitTables));
                _reached?.Invoke(CommitPoint.UnitWritten);
            }
        }
        catch
        {
            TakeBack();
            throw;
        }

        return _writer.UnitCount == 0 ? null : _writer.Seal(Sequence + 1, _ours, before + 1, Position);
    }

    /// <summary>The frame is durable.</summary>
    /// <param name="applied">Sequence of the last commit that is in the tables.</param>
    public void Keep(long applied)
    {
        Sequence++;
        _undo.Clear();
        _taken.Clear();
        _heads.Trim(Sequence, applied);
        _commands.Trim(Sequence, applied);
    }

    /// <summary>The frame was not written.</summary>
    public void TakeBack()
    {
        for (var index = _undo.Count - 1; index >= 0; index--) _undo[index].Run(_heads);
        foreach (var id in _taken) _commands.Remove(id);
        if (_undo is [var first, ..]) Position = first.Position;
        _undo.Clear();
        _taken.Clear();
    }

    public void Dispose() => _connection.Dispose();

    private AppendResult Take(IReadOnlyList<AppendUnit> units, int index, Action awaitTables)
    {
        var unit = units[index];
        if (FindCommand(units, index, awaitTables) is { } existing) return new AppendResult.DuplicateCommand(existing);

        foreach (var read in unit.Reads)
        {
            var version = FindPlace(read.Stream).Version;
            if (version != read.Version) return new AppendResult.VersionConflict(read.Stream, read.Version, version);
        }

        _targets.Clear();
        foreach (var write in unit.Writes)
        {
            var place = FindPlace(write.Stream);
            if (place.Version != write.ExpectedVersion || !write.Follows(place.Hash)) return new AppendResult.VersionConflict(write.Stream, write.ExpectedVersion, place.Version);
            _targets.Add(place);
        }

        Accept(unit);
        return new AppendResult.Appended(Position);
    }

    private void Accept(AppendUnit unit)
    {
        var id = unit.Command.Id;
        _commands.Add(id);
        _taken.Add(id);
        _writer.Add(unit.Command, unit.Writes.Length);
        for (var index = 0; index < unit.Writes.Length; index++) Accept(unit.Writes[index], _targets[index]);
    }

    private void Accept(StreamWrite write, in StreamPlace before)
    {
        _undo.Add(new Undo(write.Stream, before, Position));
        var id = before.Version == 0 ? Position + 1 : before.Id;
        _writer.Add(write, id, before.Version + 1);
        _heads.Keep(write.Stream, new StreamPlace(id, before.Version + write.Events.Length, write.Events[^1].Hash.Span));
        Position += write.Events.Length;
    }

    private CommandRecord? FindCommand(IReadOnlyList<AppendUnit> units, int index, Action awaitTables)
    {
        var id = units[index].Command.Id;
        if (_commands.IsNew(id)) return null;
        if (_commands.IsRecent(id))
        {
            for (var earlier = 0; earlier < index; earlier++) if (units[earlier].Command.Id == id && _taken.Contains(id)) return units[earlier].Command;
            awaitTables();
        }

        return ReadCommand(id);
    }

    /// <returns>With version 0 when there is no such stream.</returns>
    private StreamPlace FindPlace(StreamName stream)
    {
        if (_heads.TryFind(stream, out var place)) return place;
        return _heads.IsNew(stream) ? Nowhere : ReadPlace(stream);
    }

    private CommandRecord? ReadCommand(Guid id)
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

    private StreamPlace ReadPlace(StreamName stream)
    {
        try
        {
            if (!_findStream.Bind(1, stream.ToString()).Step()) return Nowhere;
            if (!_findStream.HasKinds("IIB")) throw _connection.Corrupt($"the row of « {stream} » in table streams is not as it was written");
            return new StreamPlace(_findStream.Number(0), _findStream.Number(1), _findStream.Bytes(2));
        }
        finally
        {
            _findStream.Reset();
        }
    }

    private StreamName? LastOfCategory(string category)
    {
        try
        {
            // « . » comes right after « - ».
            if (!_lastOfCategory.Bind(1, category + "-").Bind(2, category + ".").Step() || _lastOfCategory.IsNull(0)) return null;
            return StreamName.TryParse(_lastOfCategory.Text(0), out var name) ? name : null;
        }
        finally
        {
            _lastOfCategory.Reset();
        }
    }

    /// <param name="Before">Where the stream was before one write; version 0 when it was not there.</param>
    /// <param name="Position">The log's position then.</param>
    private readonly record struct Undo(StreamName Stream, StreamPlace Before, long Position)
    {
        public void Run(StreamHeads heads)
        {
            if (Before.Version == 0) heads.Remove(Stream);
            else heads.Keep(Stream, Before);
        }
    }
}
