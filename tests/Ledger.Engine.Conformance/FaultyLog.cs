using System.Collections.Immutable;
using Ledger.EventLog;

namespace Ledger.Engine.Conformance;

/// <summary>A log whose commits fail or wait when the test says so.</summary>
public sealed class FaultyLog(IEventLog inner) : IEventLog
{
    private Gate? _gate;
    private int _appends;
    private int _reads;

    /// <summary>Called with each commit's number, from 1, before it is made; what it gives is thrown.</summary>
    public Func<int, Exception?> BeforeCommit { get; set; } = static _ => null;

    /// <summary>The same, after the commit was made.</summary>
    public Func<int, Exception?> AfterCommit { get; set; } = static _ => null;

    public int Commits => Volatile.Read(ref _appends);

    /// <summary>What a stream's reader gets instead of its events; null leaves them.</summary>
    public Func<StreamName, ImmutableArray<RecordedEvent>, ImmutableArray<RecordedEvent>>? OnRead { get; set; }

    /// <summary>What the engine is told instead of the results.</summary>
    public Func<ImmutableArray<AppendResult>, ImmutableArray<AppendResult>>? OnAppended { get; set; }

    /// <summary>Another engine writes the same log.</summary>
    public bool IsShared { get; init; }

    public IEventLog Inner => inner;

    public int StreamReads => Volatile.Read(ref _reads);

    /// <summary>Units of each commit.</summary>
    public List<int> BatchSizes { get; } = [];

    /// <summary>Holds every commit until <see cref="LetGo"/>.</summary>
    public void Hold() => Volatile.Write(ref _gate, new Gate());

    /// <summary>Until a commit is held: what is sent from then on goes with a later one. That a command is decided does not say so yet.</summary>
    public Task HeldAsync() => _gate!.Reached.WaitAsync(Shop.Soon());

    public void LetGo()
    {
        Interlocked.Exchange(ref _gate, null)?.Open();
    }

    public long LastPosition => inner.LastPosition;

    public bool HasOtherWriters => IsShared || inner.HasOtherWriters;

    public async ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        var number = Interlocked.Increment(ref _appends);
        lock (BatchSizes) BatchSizes.Add(units.Count);
        if (Volatile.Read(ref _gate) is { } gate) await gate.PassAsync();
        if (BeforeCommit(number) is { } before) throw before;
        var results = await inner.AppendAsync(units, cancellation);
        if (AfterCommit(number) is { } after) throw after;
        return OnAppended is { } change ? change(results) : results;
    }

    public async ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _reads);
        var events = await inner.ReadStreamAsync(stream, afterVersion, countMax, cancellation);
        return OnRead is { } change ? change(stream, events) : events;
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) =>
        inner.ReadAllAsync(afterPosition, countMax, cancellation);

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => inner.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => inner.FindCommandAsync(commandId, cancellation);

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => inner.ReadCommandsAsync(afterId, countMax, cancellation);

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) =>
        inner.ReadHeadsAsync(afterName, countMax, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Gate
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Open() => _opened.TrySetResult();

        public Task PassAsync()
        {
            _reached.TrySetResult();
            return _opened.Task;
        }
    }
}
