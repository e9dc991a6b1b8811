using Ledger.EventLog.Conformance;
using Ledger.Postgres;
using Ledger.Testing.Postgres;

namespace Ledger.EventLog.Postgres.Tests;

public sealed class PostgresEventLogTests(PostgresFixture fixture) : EventLogConformance
{
    private PostgresOptions? _options;

    protected override async ValueTask<IEventLog> OpenAsync() => await PostgresEventLog.OpenAsync(_options = await fixture.CreateLogAsync(), default);

    protected override async ValueTask<IEventLog> ReopenAsync(IEventLog log)
    {
        await log.DisposeAsync();
        return await PostgresEventLog.OpenAsync(_options!, default);
    }

    protected override async ValueTask<IEventLog> TamperAsync(IEventLog log, long position)
    {
        await PostgresFixture.ExecuteAsync(
            _options!.ConnectionString,
            $"UPDATE ledger.events SET payload = convert_to(replace(convert_from(payload, 'UTF8'), 'exact', 'Exact'), 'UTF8') WHERE position = {position}");
        return log;
    }
}

public sealed class PostgresEventLogReaderTests(PostgresFixture fixture) : EventLogReaderConformance
{
    protected override async ValueTask<IEventLog> OpenAsync() => await PostgresEventLog.OpenAsync(await fixture.CreateLogAsync(), default);
}
