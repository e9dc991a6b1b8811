using Ledger.EventLog;
using Ledger.EventLog.Conformance;

namespace Ledger.Cluster.EventStoreDb.Tests;

/// <summary>The whole of both suites: no test is skipped or relaxed for this log.</summary>
public class EventStoreDbEventLogTests(EventStoreDbFixture fixture) : EventLogConformance
{
    private EventStoreDbOptions? _options;

    protected EventStoreDbFixture Fixture => fixture;

    protected virtual string? IndexFile => null;

    protected override async ValueTask<IEventLog> OpenAsync() => await EventStoreDbEventLog.OpenAsync(_options = fixture.CreateLog() with { IndexFile = IndexFile }, default);

    protected override async ValueTask<IEventLog> ReopenAsync(IEventLog log)
    {
        await log.DisposeAsync();
        return await EventStoreDbEventLog.OpenAsync(_options!, default);
    }

    /// <summary>In the server's own file, while it is down: there is no other way to change an event in it.</summary>
    protected override async ValueTask<IEventLog> TamperAsync(IEventLog log, long position)
    {
        var command = (await log.ReadAllAsync(position - 1, 1, default)).Single().CommandId;
        await fixture.Server.KillAsync(default);
        ChunkFiles.Change(fixture.Server.Data, $"\"command\":\"{command:N}\",\"é\":\"« exact", "exact", "Exact");
        await fixture.Server.StartAgainAsync(default);
        return await ReopenAsync(log);
    }
}

/// <summary>The same with an index in a file, which outlives the log's closing.</summary>
public sealed class EventStoreDbEventLogWithIndexFileTests(EventStoreDbFixture fixture) : EventStoreDbEventLogTests(fixture)
{
    protected override string IndexFile => field ??= Fixture.IndexFile();
}

public sealed class EventStoreDbEventLogReaderTests(EventStoreDbFixture fixture) : EventLogReaderConformance
{
    protected override async ValueTask<IEventLog> OpenAsync() => await EventStoreDbEventLog.OpenAsync(fixture.CreateLog(), default);
}
