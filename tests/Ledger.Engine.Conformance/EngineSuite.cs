using Ledger.EventLog;

namespace Ledger.Engine.Conformance;

/// <summary>What stands before an engine where callers come in.</summary>
/// <param name="Engine">Callers'.</param>
/// <param name="CloseAsync">Takes it away; the engine behind it stays.</param>
public sealed record EngineDoor(ILedgerEngine Engine, Func<ValueTask> CloseAsync);

/// <summary>
/// Tests that every runtime of the engine passes. A runtime's tests inherit each suite and say how one is opened; by itself the embedded engine is its own door.
/// </summary>
public abstract class EngineSuite
{
    /// <summary>Whether the runtime's logs have other writers.</summary>
    protected virtual bool IsShared => false;

    protected virtual Task<EngineDoor> OpenDoorAsync(LedgerEngine engine) => Task.FromResult(new EngineDoor(engine, static () => ValueTask.CompletedTask));

    protected FaultyLog NewLog() => new(new InMemoryEventLog()) { IsShared = IsShared };

    /// <summary>A shop behind the runtime's door.</summary>
    protected async Task<Shop> StartShopAsync(IEventLog? log = null, EngineOptions? options = null)
    {
        var shop = new Shop(log ?? NewLog(), options);
        await shop.OpenDoorAsync(OpenDoorAsync);
        return shop;
    }

    /// <summary>The same, with a merchant and terminals.</summary>
    protected async Task<Shop> OpenShopAsync(IEventLog? log = null, EngineOptions? options = null, int terminals = 1)
    {
        var shop = await StartShopAsync(log, options);
        await shop.OpenAsync(terminals);
        return shop;
    }
}
