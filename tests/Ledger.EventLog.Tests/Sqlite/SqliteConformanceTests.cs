using Ledger.EventLog.Conformance;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Sqlite.ToDo;
using Ledger.EventLog.ToDo;

namespace Ledger.EventLog.Tests.Sqlite;

public sealed class SqliteEventLogTests : SqliteEventLogConformance;

/// <summary>Everything on the caller's thread, and a checkpoint every few commits.</summary>
public sealed class SqliteEventLogWithoutBackgroundTests : SqliteEventLogConformance
{
    protected override SqliteEventLogOptions Options => new() { WorksInBackground = false, CheckpointPages = 100 };
}

public abstract class SqliteEventLogConformance : EventLogConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected virtual SqliteEventLogOptions Options => SqliteEventLogOptions.Default;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override ValueTask<IEventLog> OpenAsync() => new(SqliteEventLog.Open(_folder.Log, Options));

    protected override async ValueTask<IEventLog> ReopenAsync(IEventLog log)
    {
        await log.DisposeAsync();
        return await OpenAsync();
    }

    protected override async ValueTask<IEventLog> TamperAsync(IEventLog log, long position)
    {
        await log.DisposeAsync();
        Tampering.Execute(_folder.Log, $"UPDATE events SET payload = CAST(replace(CAST(payload AS TEXT), 'exact', 'Exact') AS BLOB) WHERE position = {position}");
        return await OpenAsync();
    }
}

public sealed class SqliteEventLogReaderTests : EventLogReaderConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IEventLog> OpenAsync() => new(SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default));
}

public sealed class SqliteToDoStoreTests : ToDoStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IToDoStore> OpenAsync() => new(SqliteToDoStore.Open(_folder.Log));

    protected override async ValueTask<IToDoStore> ReopenAsync(IToDoStore store)
    {
        await store.DisposeAsync();
        return await OpenAsync();
    }
}
