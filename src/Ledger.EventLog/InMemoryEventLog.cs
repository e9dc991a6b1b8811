using System.Collections.Immutable;

namespace Ledger.EventLog;

/// <summary>A log that is gone with its process; for tests and simulations. Keeps all the promises of <see cref="IEventLog"/> but durability.</summary>
public sealed class InMemoryEventLog : IEventLog
{
    private readonly Lock _lock = new();
    private readonly List<RecordedEvent> _events = [];
    private readonly Dictionary<Guid, CommandRecord> _commands = [];
    private readonly Dictionary<StreamName, List<RecordedEvent>> _streams = [];
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly CommitSignal _signal = new(0);

    public long LastPosition => _signal.Position;

    public bool HasOtherWriters => false;

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        AppendCheck.Units(units);
        var results = ImmutableArray.CreateBuilder<AppendResult>(units.Count);
        long last;
        lock (_lock)
        {
            foreach (var unit in units) results.Add(Append(unit));
            last = _events.Count;
        }

        _signal.Advance(last);
        return new(results.MoveToImmutable());
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        ImmutableArray<RecordedEvent> events;
        var previous = ChainHash.Genesis;
        lock (_lock)
        {
            if (!_streams.TryGetValue(stream, out var all) || all.Count <= afterVersion) return new([]);
            if (afterVersion > 0) previous = all[(int)afterVersion - 1].Hash;
            events = [.. all.Skip((int)afterVersion).Take(countMax)];
        }

        ChainCheck.Continues(stream, afterVersion, previous, events);
        return new(events);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(afterPosition);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        lock (_lock)
        {
            if (_events.Count <= afterPosition) return new([]);
            var count = (int)Math.Min(countMax, _events.Count - afterPosition);
            return new([.. _events.GetRange((int)afterPosition, count)]);
        }
    }

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => _signal.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock) return new(_commands.GetValueOrDefault(commandId));
    }

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);

        // Guids compare as their bytes in RFC 9562 order.
        lock (_lock) return new([.. _commands.Values.Where(record => afterId is null || record.Id.CompareTo(afterId.Value) > 0).OrderBy(static record => record.Id).Take(countMax)]);
    }

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        lock (_lock)
        {
            var after = afterName ?? "";
            var names = _names.GetViewBetween(after, "\uffff").Where(name => name != after).Take(countMax);
            return new([.. names.Select(name => Head(StreamName.Parse(name)))]);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private StreamHead Head(StreamName name)
    {
        var last = _streams[name][^1];
        return new StreamHead(name, last.Version, last.Hash);
    }

    private AppendResult Append(AppendUnit unit)
    {
        if (_commands.TryGetValue(unit.Command.Id, out var existing)) return new AppendResult.DuplicateCommand(existing);
        foreach (var read in unit.Reads)
        {
            var actual = _streams.TryGetValue(read.Stream, out var stream) ? stream.Count : 0;
            if (actual != read.Version) return new AppendResult.VersionConflict(read.Stream, read.Version, actual);
        }

        foreach (var write in unit.Writes)
        {
            var actual = _streams.TryGetValue(write.Stream, out var stream) ? stream.Count : 0;
            var head = actual > 0 ? stream![^1].Hash : ChainHash.Genesis;
            if (actual != write.ExpectedVersion || !write.Follows(head.Span)) return new AppendResult.VersionConflict(write.Stream, write.ExpectedVersion, actual);
        }

        _commands.Add(unit.Command.Id, unit.Command);
        foreach (var write in unit.Writes) Append(write, unit.Command.Id);
        return new AppendResult.Appended(_events.Count);
    }

    private void Append(StreamWrite write, Guid commandId)
    {
        if (!_streams.TryGetValue(write.Stream, out var stream))
        {
            _streams[write.Stream] = stream = [];
            _names.Add(write.Stream.ToString());
        }

        foreach (var @new in write.Events)
        {
            var recorded = new RecordedEvent(
                _events.Count + 1, write.Stream, stream.Count + 1, @new.Type, @new.RecordedAt, commandId, @new.Payload, @new.Hash);
            stream.Add(recorded);
            _events.Add(recorded);
        }
    }
}
