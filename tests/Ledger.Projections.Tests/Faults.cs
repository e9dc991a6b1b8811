using System.Collections.Immutable;
using Ledger.EventLog;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Tests;

/// <summary>A log that can be held back: reads wait while the gate is closed.</summary>
internal sealed class GatedLog(IEventLog inner) : IEventLog
{
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _eventsRead;

    public long LastPosition => inner.LastPosition;

    public bool HasOtherWriters => inner.HasOtherWriters;

    /// <summary>Smallest position that was read after.</summary>
    public long ReadFrom { get; private set; } = long.MaxValue;

    /// <summary>Events that readers of the whole log were given, each as often as it was given.</summary>
    public long EventsRead => Volatile.Read(ref _eventsRead);

    public void Open() => _open.TrySetResult();

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation) => inner.AppendAsync(units, cancellation);

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
        inner.ReadStreamAsync(stream, afterVersion, countMax, cancellation);

    public async ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        ReadFrom = Math.Min(ReadFrom, afterPosition);
        if (countMax > 1) await _open.Task.WaitAsync(cancellation);
        var events = await inner.ReadAllAsync(afterPosition, countMax, cancellation);
        Interlocked.Add(ref _eventsRead, events.Length);
        return events;
    }

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => inner.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => inner.FindCommandAsync(commandId, cancellation);

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => inner.ReadCommandsAsync(afterId, countMax, cancellation);

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) => inner.ReadHeadsAsync(afterName, countMax, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>A log whose disk is gone.</summary>
internal sealed class BrokenLog(IEventLog inner) : IEventLog
{
    public long LastPosition => inner.LastPosition;

    public bool HasOtherWriters => inner.HasOtherWriters;

    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation) => throw Gone();

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) => throw Gone();

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) => throw Gone();

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => inner.WaitForAsync(position, cancellation);

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => throw Gone();

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => throw Gone();

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) => throw Gone();

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static EventLogUnavailableException Gone() => new("The disk is gone.", null);
}

/// <summary>A storage whose writes fail a number of times, as on a full disk.</summary>
internal sealed class FailingStorage(IViewStorage inner) : IViewStorage
{
    private readonly List<string> _lookedUp = [];
    private readonly List<string> _unexpected = [];
    private int _failures;

    /// <summary>Whether it says that a look at a row is a way to a server.</summary>
    public bool IsFar { get; init; }

    /// <summary>Rows that a fold looked for in it, by table and key. Of one thread.</summary>
    public IReadOnlyList<string> LookedUp => _lookedUp;

    /// <summary>Those of them that the transaction was not told to expect.</summary>
    public IReadOnlyList<string> Unexpected => _unexpected;

    /// <summary>How many of the next transactions fail.</summary>
    public void FailNext(int transactions) => Volatile.Write(ref _failures, transactions);

    /// <summary>Whether it says that other processes have the same read models.</summary>
    public bool IsShared { get; init; }

    public ImmutableDictionary<string, int> ReadManifest() => inner.ReadManifest();

    public bool TryServe(string name, int generation) => inner.TryServe(name, generation);

    public IViewStore Create(ViewSchema schema, int generation, bool building) => new Store(this, inner.Create(schema, generation, building));

    public IViewStore Open(ViewSchema schema, int generation, long logPosition) => new Store(this, inner.Open(schema, generation, logPosition));

    public void Delete(string name, int generation) => inner.Delete(name, generation);

    public IReadOnlyList<(string Name, int Generation)> List() => inner.List();

    private void MayFail()
    {
        if (Interlocked.Decrement(ref _failures) >= 0) throw new ViewStoreException("The disk is full: free space.");
    }

    private sealed class Store(FailingStorage storage, IViewStore inner) : IViewStore
    {
        public ViewSchema Schema => inner.Schema;

        public int Generation => inner.Generation;

        public long ReadyFrom => inner.ReadyFrom;

        public ViewCheckpoint Checkpoint => inner.Checkpoint;

        public IViewTransaction Begin() => new Transaction(storage, inner.Begin());

        public ValueTask<IViewSnapshot> OpenSnapshotAsync(CancellationToken cancellation) => inner.OpenSnapshotAsync(cancellation);

        public void Finish() => inner.Finish();

        public void Dispose() => inner.Dispose();
    }

    private sealed class Transaction(FailingStorage storage, IViewTransaction inner) : IViewTransaction
    {
        private readonly HashSet<(ViewTable Table, object Key)> _expected = [];

        public bool IsFar => storage.IsFar;

        public void Expect<TKey, TRow>(ViewTable<TKey, TRow> table, IReadOnlyCollection<TKey> keys)
            where TKey : struct, IEquatable<TKey>
            where TRow : class => _expected.UnionWith(keys.Select(key => ((ViewTable)table, (object)key)));

        public TRow? Find<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
            where TKey : struct, IEquatable<TKey>
            where TRow : class
        {
            if (storage.IsFar)
            {
                var what = $"{table.Name} {key}";
                storage._lookedUp.Add(what);
                if (!_expected.Contains((table, key))) storage._unexpected.Add(what);
            }

            return inner.Find(table, key);
        }

        public void Put<TKey, TRow>(ViewTable<TKey, TRow> table, TRow row)
            where TKey : struct, IEquatable<TKey>
            where TRow : class => inner.Put(table, row);

        public void Remove<TKey, TRow>(ViewTable<TKey, TRow> table, TKey key)
            where TKey : struct, IEquatable<TKey>
            where TRow : class => inner.Remove(table, key);

        public void Commit(ViewCheckpoint checkpoint)
        {
            storage.MayFail();
            inner.Commit(checkpoint);
        }

        public void Dispose() => inner.Dispose();
    }
}

/// <summary>No wait takes any time.</summary>
internal sealed class HastyTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
}
