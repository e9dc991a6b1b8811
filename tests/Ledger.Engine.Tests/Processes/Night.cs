using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Engine.Processes;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Engine.Tests.Processes;

/// <summary>A shop with processes on its log; time is what the test says.</summary>
internal sealed class Night : IProcessObserver
{
    public const int RoundsMax = 1000;

    private readonly Func<ILedgerEngine, IProcess> _create;

    /// <param name="engine">What the processes command; the shop's own engine unless a test puts something in between.</param>
    public Night(Shop shop, Func<ILedgerEngine, IProcess> create, IToDoStore? store = null, ILedgerEngine? engine = null)
    {
        (Shop, _create, Store) = (shop, create, store ?? new InMemoryToDoStore());
        Restart(engine);
    }

    public Shop Shop { get; }

    public IToDoStore Store { get; }

    public ProcessRunner Runner { get; private set; } = null!;

    public ProcessOptions Options { get; init; } = new();

    public ConcurrentQueue<(string Key, Exception Error)> Failures { get; } = [];

    /// <summary>The process's next life: only what is stored is left.</summary>
    public void Restart(ILedgerEngine? engine = null) =>
        Runner = new ProcessRunner(_create(engine ?? new CurrentEngine(Shop)), Shop.Log, EventCodec.Default, Store, Shop.Clock, Options, this);

    public async Task RunAsync(Instant now)
    {
        Shop.Clock.Now = now;
        Assert.True(await Runner.RunUntilIdleAsync(now, RoundsMax, Shop.Soon()));
    }

    public void ActionFailed(string process, string key, Exception error) => Failures.Enqueue((key, error));

    public void RunFailed(string process, Exception error) => Failures.Enqueue((process, error));

    /// <summary>The shop's engine of the moment: it may be restarted.</summary>
    private sealed class CurrentEngine(Shop shop) : ILedgerEngine
    {
        public ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation) => shop.Engine.ExecuteAsync(command, cancellation);

        public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
            where TState : class
            => shop.Engine.ReadAsync<TState>(stream, cancellation);

        public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
            where TState : class
            => shop.Engine.ReadAtAsync<TState>(stream, version, cancellation);
    }
}

/// <summary>An engine whose calls are counted, so that a test can break off at each of them, before or after it took effect.</summary>
internal sealed class BreakingEngine(ILedgerEngine inner, int breaksAt, bool after) : ILedgerEngine
{
    private int _calls;

    public int Calls => _calls;

    public bool HasBroken => _calls >= breaksAt;

    public async ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
    {
        var call = Interlocked.Increment(ref _calls);
        if (call > breaksAt || (call == breaksAt && !after)) throw new BrokenOffException();
        var reply = await inner.ExecuteAsync(command, cancellation);
        return call == breaksAt ? throw new BrokenOffException() : reply;
    }

    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class
        => HasBroken ? throw new BrokenOffException() : inner.ReadAsync<TState>(stream, cancellation);

    public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class
        => inner.ReadAtAsync<TState>(stream, version, cancellation);
}

internal sealed class BrokenOffException : Exception;
