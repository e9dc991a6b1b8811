using System.Collections.Immutable;
using Ledger.EventLog;

namespace Ledger.Simulation.Storage;

/// <summary>
/// What survives every crash: the events and command records that were committed. Servers reach it through a <see cref="SimulatedLog"/> each.
/// </summary>
/// <param name="broken">Which of the log's promises this disk breaks on purpose.</param>
internal sealed class SimulatedDisk(BrokenGuarantee broken)
{
    private readonly List<RecordedEvent> _events = [];
    private readonly Dictionary<Guid, CommandRecord> _commands = [];
    private readonly Dictionary<StreamName, List<RecordedEvent>> _streams = [];

    /// <summary>Only what <see cref="BrokenGuarantee.AcknowledgesBeforeDurable"/> has promised and not written.</summary>
    private readonly Stack<AppendUnit> _promised = [];

    /// <summary>Told of every unit as it is committed, with its events.</summary>
    public Action<AppendUnit, ReadOnlyMemory<RecordedEvent>> OnCommitted { get; set; } = static (_, _) => { };

    /// <summary>Wakes those who wait for a position.</summary>
    public CommitSignal Signal { get; } = new(0);

    /// <summary>The only log that may write: the one that was opened last.</summary>
    public SimulatedLog? Writer { get; private set; }

    public long LastPosition => _events.Count;

    public IReadOnlyList<RecordedEvent> Events => _events;

    public IEnumerable<StreamName> Streams => _streams.Keys;

    public IReadOnlyList<RecordedEvent> Stream(StreamName stream) => _streams.TryGetValue(stream, out var events) ? events : [];

    public IEnumerable<CommandRecord> Commands => _commands.Values;

    public CommandRecord? Find(Guid command) => _commands.GetValueOrDefault(command);

    /// <summary>A server opens the log: from now on nobody else writes.</summary>
    public void Open(SimulatedLog log)
    {
        Writer = log;
        if (broken == BrokenGuarantee.ForgetsCommandsAtRestart) _commands.Clear();
    }

    public bool MayWrite(SimulatedLog log) => Writer == log || broken == BrokenGuarantee.IgnoresOtherWriters;

    public ImmutableArray<AppendResult> Commit(IReadOnlyList<AppendUnit> units)
    {
        var results = ImmutableArray.CreateBuilder<AppendResult>(units.Count);
        foreach (var unit in units) results.Add(Commit(unit));
        Signal.Advance(_events.Count);
        return results.MoveToImmutable();
    }

    /// <summary>What was promised is written.</summary>
    public void Flush() => _promised.Clear();

    /// <summary>The power is gone: what was only promised never was.</summary>
    public void LosePower()
    {
        while (_promised.TryPop(out var unit))
        {
            _commands.Remove(unit.Command.Id);
            foreach (var write in unit.Writes)
            {
                _streams[write.Stream].RemoveRange((int)write.ExpectedVersion, write.Events.Length);
                _events.RemoveRange(_events.Count - write.Events.Length, write.Events.Length);
            }
        }
    }

    private AppendResult Commit(AppendUnit unit)
    {
        if (_commands.TryGetValue(unit.Command.Id, out var existing)) return new AppendResult.DuplicateCommand(existing);
        if (broken != BrokenGuarantee.IgnoresOtherWriters && FindConflict(unit) is { } conflict) return conflict;

        var first = _events.Count;
        _commands.Add(unit.Command.Id, unit.Command);
        foreach (var write in unit.Writes) Append(write, unit.Command.Id);
        if (broken == BrokenGuarantee.AcknowledgesBeforeDurable) _promised.Push(unit);
        OnCommitted(unit, _events.GetRange(first, _events.Count - first).ToArray());
        return new AppendResult.Appended(_events.Count);
    }

    private AppendResult.VersionConflict? FindConflict(AppendUnit unit)
    {
        foreach (var read in unit.Reads)
        {
            if (Stream(read.Stream).Count != read.Version) return new(read.Stream, read.Version, Stream(read.Stream).Count);
        }

        foreach (var write in unit.Writes)
        {
            var events = Stream(write.Stream);
            var head = events.Count > 0 ? events[^1].Hash : ChainHash.Genesis;
            if (events.Count != write.ExpectedVersion || !write.Follows(head.Span)) return new(write.Stream, write.ExpectedVersion, events.Count);
        }

        return null;
    }

    private void Append(StreamWrite write, Guid command)
    {
        if (!_streams.TryGetValue(write.Stream, out var stream)) _streams[write.Stream] = stream = [];
        var isRightPlace = stream.Count == write.ExpectedVersion;
        foreach (var @new in write.Events)
        {
            var hash = isRightPlace ? @new.Hash : ChainAnew(write.Stream, stream, command, @new);
            var recorded = new RecordedEvent(_events.Count + 1, write.Stream, stream.Count + 1, @new.Type, @new.RecordedAt, command, @new.Payload, hash);
            stream.Add(recorded);
            _events.Add(recorded);
        }
    }

    /// <summary>For <see cref="BrokenGuarantee.IgnoresOtherWriters"/>: a log that lets two winners in hides it well, so it chains what it is given as if it fitted.</summary>
    private static byte[] ChainAnew(StreamName name, List<RecordedEvent> stream, Guid command, NewEvent @new)
    {
        var hash = new byte[ChainHash.Length];
        var previous = stream.Count > 0 ? stream[^1].Hash : ChainHash.Genesis;
        ChainHash.Compute(previous.Span, name, stream.Count + 1, @new.Type, @new.RecordedAt, command, @new.Payload.Span, hash);
        return hash;
    }
}
