using System.Runtime.InteropServices;
using Ledger.EventLog.Conformance;
using Ledger.EventLog.ToDo;

namespace Ledger.EventLog.Tests.Memory;

public sealed class InMemoryEventLogTests : EventLogConformance
{
    protected override ValueTask<IEventLog> OpenAsync() => new(new InMemoryEventLog());

    protected override ValueTask<IEventLog> ReopenAsync(IEventLog log) => new(log);

    protected override async ValueTask<IEventLog> TamperAsync(IEventLog log, long position)
    {
        var recorded = Assert.Single(await log.ReadAllAsync(position - 1, 1, default));
        Assert.True(MemoryMarshal.TryGetArray(recorded.Payload, out var bytes));
        bytes.Array![bytes.Offset + (bytes.Count / 2)] ^= 1;
        return log;
    }
}

public sealed class InMemoryEventLogReaderTests : EventLogReaderConformance
{
    protected override ValueTask<IEventLog> OpenAsync() => new(new InMemoryEventLog());
}

public sealed class InMemoryToDoStoreTests : ToDoStoreConformance
{
    protected override ValueTask<IToDoStore> OpenAsync() => new(new InMemoryToDoStore());

    protected override ValueTask<IToDoStore> ReopenAsync(IToDoStore store) => new(store);
}
