using System.Collections.Immutable;
using Ledger.EventLog;
using Ledger.Simulation.Scheduling;

namespace Ledger.Simulation.Storage;

/// <summary>
/// One server's way to the disk. Commits take their time in virtual time, and stall, fail or lose their answer as <see cref="LogWeather"/> has
/// it; reads are answered at once, or not. Opening it fences every log that was opened before.
/// </summary>
internal sealed class SimulatedLog : IEventLog
{
    private readonly Schedule _schedule;
    private readonly SimulatedDisk _disk;
    private readonly LogWeather _weather;
    private IReadOnlyList<AppendUnit>? _onItsWay;
    private bool _isDead;

    public SimulatedLog(Schedule schedule, SimulatedDisk disk, LogWeather weather)
    {
        (_schedule, _disk, _weather) = (schedule, disk, weather);
        disk.Open(this);
    }

    /// <summary>Called when an append has its answer.</summary>
    public Action OnAnswered { get; set; } = static () => { };

    /// <summary>Called in the middle of a commit that the server does not survive.</summary>
    public Action OnCrash { get; set; } = static () => { };

    public long LastPosition => _disk.LastPosition;

    public bool HasOtherWriters => false;

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        _schedule.ThrowUnlessHere();
        cancellation.ThrowIfCancellationRequested();
        AppendCheck.Units(units);
        ImmutableArray<AppendUnit> own = [.. units];
        var answer = new TaskCompletionSource<ImmutableArray<AppendResult>>();
        var fate = _weather.Next();
        _onItsWay = own;
        _schedule.After(fate.Latency, () => Finish(own, fate.Kind, answer));
        return new(answer.Task);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        ThrowIfBad(afterVersion, countMax, cancellation);
        var events = Slice(_disk.Stream(stream), afterVersion, countMax);
        if (events.Length > 0) ChainCheck.Continues(stream, afterVersion, afterVersion == 0 ? ChainHash.Genesis : _disk.Stream(stream)[(int)afterVersion - 1].Hash, events);
        return new(events);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        ThrowIfBad(afterPosition, countMax, cancellation);
        return new(Slice(_disk.Events, afterPosition, countMax));
    }

    /// <summary>Not used in a run, where the schedule wakes the processes: what waits here goes on in the thread pool.</summary>
    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => _disk.Signal.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation)
    {
        ThrowIfBad(0, 1, cancellation);
        return new(_disk.Find(commandId));
    }

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation)
    {
        ThrowIfBad(0, countMax, cancellation);
        return new([.. _disk.Commands.Where(record => afterId is null || record.Id.CompareTo(afterId.Value) > 0).OrderBy(static record => record.Id).Take(countMax)]);
    }

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation)
    {
        ThrowIfBad(0, countMax, cancellation);
        var heads = _disk.Streams
            .Where(name => string.CompareOrdinal(name.ToString(), afterName ?? "") > 0 && _disk.Stream(name).Count > 0)
            .OrderBy(static name => name.ToString(), StringComparer.Ordinal)
            .Take(countMax)
            .Select(name => new StreamHead(name, _disk.Stream(name).Count, _disk.Stream(name)[^1].Hash));
        return new([.. heads]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Its process is killed. What was on its way reached the disk, or did not; nobody hears of it.</summary>
    public void Die()
    {
        _isDead = true;
        if (_onItsWay is { } units && _disk.MayWrite(this) && _weather.ReachesTheDisk()) _disk.Commit(units);
        _onItsWay = null;
        _disk.LosePower();
    }

    private void Finish(ImmutableArray<AppendUnit> units, CommitFate fate, TaskCompletionSource<ImmutableArray<AppendResult>> answer)
    {
        if (_isDead) return;
        if (fate == CommitFate.Crash)
        {
            OnCrash();
            return;
        }

        _onItsWay = null;
        if (!_disk.MayWrite(this)) answer.SetException(new EventLogFencedException("Another server opened the log. Stop this one."));
        else if (fate == CommitFate.Unavailable) answer.SetException(new EventLogUnavailableException("The disk is full."));
        else Commit(units, fate, answer);
        OnAnswered();
    }

    private void Commit(ImmutableArray<AppendUnit> units, CommitFate fate, TaskCompletionSource<ImmutableArray<AppendResult>> answer)
    {
        var results = _disk.Commit(units);
        _schedule.After(_weather.FlushDelay, _disk.Flush);
        if (fate == CommitFate.AnswerLost) answer.SetException(new IOException("The connection to the disk was lost."));
        else answer.SetResult(results);
    }

    private void ThrowIfBad(long after, int countMax, CancellationToken cancellation)
    {
        _schedule.ThrowUnlessHere();
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        if (_weather.ReadFails()) throw new EventLogUnavailableException("The disk does not answer.");
    }

    private static ImmutableArray<RecordedEvent> Slice(IReadOnlyList<RecordedEvent> events, long after, int countMax)
    {
        var count = (int)Math.Min(Math.Max(events.Count - after, 0), countMax);
        var slice = ImmutableArray.CreateBuilder<RecordedEvent>(count);
        for (var index = 0; index < count; index++) slice.Add(events[(int)after + index]);
        return slice.MoveToImmutable();
    }
}

/// <summary>What becomes of one commit.</summary>
internal enum CommitFate
{
    Committed = 1,

    /// <summary>Nothing was written.</summary>
    Unavailable = 2,

    /// <summary>It was written, and the writer does not hear of it.</summary>
    AnswerLost = 3,

    /// <summary>The process dies in the middle of it.</summary>
    Crash = 4,
}
