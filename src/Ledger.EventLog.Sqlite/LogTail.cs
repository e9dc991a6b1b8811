using System.Collections.Immutable;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The log's last events in memory, as they were committed: who follows the log takes them from here, all of them the same objects, and neither waits for the
/// tables nor reads them. Filled by the one who appends, after the commit; any thread reads.
/// </summary>
/// <param name="position">Of the log's last event when it was opened.</param>
internal sealed class LogTail(long position)
{
    /// <summary>Events that are kept: about half a megabyte, which the collector moves once. A power of two.</summary>
    public const int EventsMax = 1_024;

    /// <summary>
    /// Events of a commit that is kept. Where commits are larger the log runs so fast that whoever follows it is further behind than this reaches, and reads
    /// large pages, which cost less each event.
    /// </summary>
    public const int CommitEventsMax = 128;

    private readonly Lock _lock = new();
    private readonly RecordedEvent[] _events = new RecordedEvent[EventsMax];

    // Kept are the events after _before, up to _last.
    private long _before = position;
    private long _last = position;

    /// <summary>Takes in what a commit appended.</summary>
    /// <param name="position">Of the log's last event after it.</param>
    public void Add(IReadOnlyList<AppendUnit> units, ImmutableArray<AppendResult> results, long position)
    {
        if (position == _last) return;
        lock (_lock)
        {
            if (position - _last > CommitEventsMax) Forget(position);
            else Keep(units, results);

            if (_last != position) throw new System.Diagnostics.UnreachableException($"The commit ends at {position}, and its events at {_last}.");
            _before = Math.Max(_before, _last - EventsMax);
        }
    }

    /// <summary>The events after <paramref name="afterPosition"/>, at most <paramref name="countMax"/>.</summary>
    /// <returns>False when the tables have to be asked: for older ones.</returns>
    public bool TryRead(long afterPosition, int countMax, out ImmutableArray<RecordedEvent> events)
    {
        lock (_lock)
        {
            events = [];
            if (afterPosition < _before) return false;
            if (afterPosition >= _last) return true;

            var count = (int)Math.Min(countMax, _last - afterPosition);
            var read = new RecordedEvent[count];
            for (var index = 0; index < count; index++) read[index] = _events[PlaceOf(afterPosition + 1 + index)];
            events = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(read);
            return true;
        }
    }

    /// <summary>Nothing is read from here any more.</summary>
    public void Close()
    {
        lock (_lock) Forget(long.MaxValue);
    }

    private static int PlaceOf(long position) => (int)(position & (EventsMax - 1));

    private void Forget(long position)
    {
        Array.Clear(_events);
        (_before, _last) = (position, position);
    }

    private void Keep(IReadOnlyList<AppendUnit> units, ImmutableArray<AppendResult> results)
    {
        for (var index = 0; index < units.Count; index++)
        {
            if (results[index] is not AppendResult.Appended) continue;
            foreach (var write in units[index].Writes) Keep(write, units[index].Command.Id);
        }
    }

    private void Keep(StreamWrite write, Guid command)
    {
        var version = write.ExpectedVersion;
        foreach (var @event in write.Events)
        {
            _last++;
            version++;
            _events[PlaceOf(_last)] = new RecordedEvent(_last, write.Stream, version, @event.Type, @event.RecordedAt, command, @event.Payload, @event.Hash).ForManyReaders();
        }
    }
}
