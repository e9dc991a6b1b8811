using System.Collections.Immutable;
using Ledger.Cluster.EventStoreDb.Indexing;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb.Reading;

/// <summary>Reads events from the server, where the index says that they are. Any number of callers.</summary>
internal sealed class EventReader(LedgerStream stream, LogIndex index)
{
    /// <summary>What lies between two events of a stream is read with them when it is no more than this; two reads cost more.</summary>
    private const int GapMax = 32;

    /// <summary>Reads of one call that are under way at once.</summary>
    private const int ReadsMax = 8;

    /// <summary>Events of one read.</summary>
    private const int PageMax = 4096;

    public async Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        var events = ImmutableArray.CreateBuilder<RecordedEvent>();
        if (afterPosition == long.MaxValue || index.RevisionOf(afterPosition + 1) is not { } revision) return [];

        var position = afterPosition;
        while (events.Count < countMax)
        {
            var wanted = Math.Min(countMax - events.Count, PageMax);
            var page = await stream.ReadAsync(revision, wanted, cancellation).ConfigureAwait(false);
            foreach (var stored in page)
            {
                if (stored.Event is not { } recorded) continue;
                if (recorded.Position != ++position) throw StoredEvent.Damaged(stored.Revision);
                events.Add(recorded);
            }

            if (page.Count < wanted) break;
            revision = page[^1].Revision + 1;
        }

        return events.DrainToImmutable();
    }

    public async Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName name, long afterVersion, int countMax, CancellationToken cancellation)
    {
        // The event before the first is read too: its hash is what the first is chained to.
        var places = index.ReadStream(name, Math.Max(1, afterVersion), afterVersion == 0 ? countMax : countMax + 1L);
        if (places.Count == 0) return [];

        var found = new RecordedEvent[places.Count];
        await Parallel.ForEachAsync(
            Ranges(places),
            new ParallelOptions { MaxDegreeOfParallelism = ReadsMax, CancellationToken = cancellation },
            async (range, token) => await ReadAsync(name, places, range, found, token).ConfigureAwait(false)).ConfigureAwait(false);

        var events = ImmutableArray.Create(found);
        var previous = ChainHash.Genesis;
        if (afterVersion > 0)
        {
            previous = events[0].Hash;
            events = events.RemoveAt(0);
        }

        ChainCheck.Continues(name, afterVersion, previous, events);
        return events;
    }

    /// <summary>Places that one read takes: their indexes, the last one not with them.</summary>
    private static List<(int First, int End)> Ranges(List<IndexedEvent> places)
    {
        var ranges = new List<(int, int)>();
        var first = 0;
        for (var index = 1; index <= places.Count; index++)
        {
            if (index < places.Count && places[index].Revision - places[index - 1].Revision <= GapMax && places[index].Revision - places[first].Revision < PageMax) continue;
            ranges.Add((first, index));
            first = index;
        }

        return ranges;
    }

    private async Task ReadAsync(StreamName name, List<IndexedEvent> places, (int First, int End) range, RecordedEvent[] found, CancellationToken cancellation)
    {
        var begin = places[range.First].Revision;
        var page = await stream.ReadAsync(begin, places[range.End - 1].Revision - begin + 1, cancellation).ConfigureAwait(false);
        for (var index = range.First; index < range.End; index++)
        {
            var (version, revision) = places[index];
            var at = revision - begin;
            if (page.Count <= at || page[(int)at].Revision != revision || page[(int)at].Event is not { } recorded || recorded.Stream != name || recorded.Version != version) throw Missing(name, version);
            found[index] = recorded;
        }
    }

    private static EventLogCorruptException Missing(StreamName stream, long version) =>
        new($"The log is damaged: « {stream} » version {version} is not where it was. {EventLogCorruptException.WhatToDo}") { Stream = stream, Version = version };
}
