using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using Ledger.Postgres;

namespace Ledger.Cluster.Marten.Tests;

/// <summary>The whole of both suites: no test is skipped or relaxed for this log.</summary>
public sealed class MartenEventLogTests(MartenFixture fixture) : EventLogConformance
{
    private PostgresOptions? _options;

    protected override async ValueTask<IEventLog> OpenAsync() => await MartenEventLog.OpenAsync(_options = await fixture.CreateLogAsync(), default);

    protected override async ValueTask<IEventLog> ReopenAsync(IEventLog log)
    {
        await log.DisposeAsync();
        return await MartenEventLog.OpenAsync(_options!, default);
    }

    protected override async ValueTask<IEventLog> TamperAsync(IEventLog log, long position)
    {
        await MartenFixture.ExecuteAsync(
            _options!.ConnectionString,
            $"UPDATE ledger_marten.positions SET payload = convert_to(replace(convert_from(payload, 'UTF8'), 'exact', 'Exact'), 'UTF8') WHERE position = {position}");
        return log;
    }
}

public sealed class MartenEventLogReaderTests(MartenFixture fixture) : EventLogReaderConformance
{
    protected override async ValueTask<IEventLog> OpenAsync() => await MartenEventLog.OpenAsync(await fixture.CreateLogAsync(), default);
}
