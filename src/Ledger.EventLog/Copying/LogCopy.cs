using System.Collections.Immutable;

namespace Ledger.EventLog.Copying;

/// <summary>How far a copy is.</summary>
/// <param name="Position">Of the last event that the target has.</param>
/// <param name="Target">Of the source's last event.</param>
public sealed record CopyProgress(long Position, long Target);

/// <param name="Events">Copied by this run.</param>
/// <param name="Commands">Records that this run copied, those without events included.</param>
/// <param name="Position">The last position of both logs.</param>
public sealed record CopyReport(long Events, long Commands, long Position);

/// <summary>
/// Moves a log into another kind of log: the same events at the same positions with the same hashes, and all command records. What the target has already is
/// compared with the source, and the copy goes on after it, so that an interrupted one is simply run again. Neither log may be written by anyone else
/// meanwhile. Verify the target afterwards (<see cref="Verification.LogVerifier"/>): this compares hashes, and recomputes none.
/// </summary>
public sealed class LogCopy(IEventLog source, IEventLog target)
{
    private const int PageSize = 1000;

    /// <summary>Command records that are asked for at a time.</summary>
    private const int LookupsMax = 8;

    private long _events;
    private long _commands;

    /// <param name="progress">Told after every page; null when nobody looks.</param>
    /// <exception cref="EventLogRefusedException">The target has what the source has not: it is no earlier part of it. Nothing more was copied.</exception>
    /// <exception cref="EventLogCorruptException">The source lacks a command's record, or someone else wrote to the target.</exception>
    public async Task<CopyReport> RunAsync(IProgress<CopyProgress>? progress, CancellationToken cancellation)
    {
        var position = await FindSharedAsync(cancellation).ConfigureAwait(false);
        while (await source.ReadAllAsync(position, PageSize, cancellation).ConfigureAwait(false) is { IsEmpty: false } page)
        {
            var units = await UnitsOfAsync(Whole(page), cancellation).ConfigureAwait(false);
            position = await AppendAsync(units, position, cancellation).ConfigureAwait(false);
            progress?.Report(new CopyProgress(position, Math.Max(position, source.LastPosition)));
        }

        await CopyEventlessAsync(cancellation).ConfigureAwait(false);
        await CompareHeadsAsync(cancellation).ConfigureAwait(false);
        return new CopyReport(_events, _commands, position);
    }

    /// <returns>The target's last position, whose event is the source's too; by its chain all before it in its stream are.</returns>
    private async Task<long> FindSharedAsync(CancellationToken cancellation)
    {
        var last = target.LastPosition;
        if (last == 0) return 0;

        var theirs = await target.ReadAllAsync(last - 1, 1, cancellation).ConfigureAwait(false);
        var ours = await source.ReadAllAsync(last - 1, 1, cancellation).ConfigureAwait(false);
        if (ours.IsEmpty || theirs.IsEmpty || !ours[0].Hash.Span.SequenceEqual(theirs[0].Hash.Span))
        {
            throw new EventLogRefusedException($"The target has an event at position {last} that the source does not have there: it is no earlier copy of it. Copy into an empty log; nothing was changed.");
        }

        return last;
    }

    /// <summary>
    /// What a command wrote stands together: the last command of a full page may go on in the next, and waits for it. One with more events than a page
    /// has no end in sight: there is none, for a command writes far fewer.
    /// </summary>
    private static ReadOnlyMemory<RecordedEvent> Whole(ImmutableArray<RecordedEvent> page)
    {
        if (page.Length < PageSize) return page.AsMemory();

        var end = page.Length;
        while (end > 0 && page[end - 1].CommandId == page[^1].CommandId) end--;
        return end > 0 ? page.AsMemory()[..end] : throw new EventLogCorruptException($"Command {page[0].CommandId:N} wrote {PageSize} events and more, which none does. {EventLogCorruptException.WhatToDo}");
    }

    private async Task<List<AppendUnit>> UnitsOfAsync(ReadOnlyMemory<RecordedEvent> events, CancellationToken cancellation)
    {
        var groups = new List<ReadOnlyMemory<RecordedEvent>>();
        for (var start = 0; start < events.Length;)
        {
            var end = start + 1;
            while (end < events.Length && events.Span[end].CommandId == events.Span[start].CommandId) end++;
            groups.Add(events[start..end]);
            start = end;
        }

        var units = new AppendUnit[groups.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = LookupsMax, CancellationToken = cancellation };
        await Parallel.ForAsync(0, units.Length, parallel, async (index, token) =>
        {
            var first = groups[index].Span[0];
            var record = await source.FindCommandAsync(first.CommandId, token).ConfigureAwait(false)
                ?? throw new EventLogCorruptException($"The record of command {first.CommandId:N}, which wrote position {first.Position}, is missing. {EventLogCorruptException.WhatToDo}") { Position = first.Position };
            units[index] = new AppendUnit(record, WritesOf(groups[index].Span));
        }).ConfigureAwait(false);
        return [.. units];
    }

    /// <summary>One write per stream, in the order of the events: a command's events of one stream stand together.</summary>
    private static ImmutableArray<StreamWrite> WritesOf(ReadOnlySpan<RecordedEvent> events)
    {
        var writes = ImmutableArray.CreateBuilder<StreamWrite>();
        for (var start = 0; start < events.Length;)
        {
            var first = events[start];
            var made = ImmutableArray.CreateBuilder<NewEvent>();
            for (; start < events.Length && events[start].Stream == first.Stream; start++)
            {
                var recorded = events[start];
                made.Add(new NewEvent(recorded.Type, recorded.RecordedAt, recorded.Payload, recorded.Hash));
            }

            writes.Add(new StreamWrite(first.Stream, first.Version - 1, made.DrainToImmutable()));
        }

        return writes.DrainToImmutable();
    }

    private async Task<long> AppendAsync(List<AppendUnit> units, long position, CancellationToken cancellation)
    {
        var results = await target.AppendAsync(units, cancellation).ConfigureAwait(false);
        for (var index = 0; index < results.Length; index++)
        {
            var events = 0;
            foreach (var write in units[index].Writes) events += write.Events.Length;
            position += events;
            if (results[index] != new AppendResult.Appended(position)) throw NotAlone(position);
            _events += events;
            _commands++;
        }

        return position;
    }

    /// <summary>Records of commands that were refused or had been in effect. Those that are there already are left.</summary>
    private async Task CopyEventlessAsync(CancellationToken cancellation)
    {
        var position = target.LastPosition;
        Guid? after = null;
        while (await source.ReadCommandsAsync(after, PageSize, cancellation).ConfigureAwait(false) is { IsEmpty: false } page)
        {
            after = page[^1].Id;
            foreach (var result in await target.AppendAsync([.. page.Select(static record => new AppendUnit(record, []))], cancellation).ConfigureAwait(false))
            {
                if (result is AppendResult.Appended appended)
                {
                    if (appended.LastPosition != position) throw NotAlone(position);
                    _commands++;
                }
            }
        }
    }

    /// <summary>Every stream ends in the same hash in both, so with their chains verified they hold the same events.</summary>
    private async Task CompareHeadsAsync(CancellationToken cancellation)
    {
        string? after = null;
        while (true)
        {
            var ours = await source.ReadHeadsAsync(after, PageSize, cancellation).ConfigureAwait(false);
            var theirs = await target.ReadHeadsAsync(after, PageSize, cancellation).ConfigureAwait(false);
            for (var index = 0; index < Math.Max(ours.Length, theirs.Length); index++)
            {
                if (index < ours.Length && index < theirs.Length && IsSame(ours[index], theirs[index])) continue;
                var stream = index < ours.Length ? ours[index].Stream : theirs[index].Stream;
                throw new EventLogCorruptException($"« {stream} » ends differently in source and target: one of them was changed, or written meanwhile. Copy into an empty log while no server runs.") { Stream = stream };
            }

            if (ours.Length < PageSize) return;
            after = ours[^1].Stream.ToString();
        }
    }

    private static bool IsSame(StreamHead left, StreamHead right) => left.Stream == right.Stream && left.Version == right.Version && left.Hash.Span.SequenceEqual(right.Hash.Span);

    private static EventLogCorruptException NotAlone(long position) =>
        new($"Someone else writes to the target: position {position} is taken. Stop the servers and copy into an empty log.") { Position = position };
}
