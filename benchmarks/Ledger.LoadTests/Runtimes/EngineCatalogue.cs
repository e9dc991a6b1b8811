using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.EventLog.Sqlite;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using NodaTime;

namespace Ledger.LoadTests.Runtimes;

/// <summary>The logs and runtimes of this program; others come with an <see cref="IEngineSource"/>.</summary>
internal static class EngineCatalogue
{
    public static IReadOnlyList<LogKind> Logs { get; } =
    [
        new("memory", long.MaxValue, static (_, _) => ValueTask.FromResult<IEventLog>(new InMemoryEventLog())),
        new("sqlite", long.MaxValue, static (place, _) => ValueTask.FromResult<IEventLog>(SqliteEventLog.Open(Path.Combine(place.Folder, "ledger.db"), SqliteEventLogOptions.Default))),
        new("postgres", long.MaxValue, OpenPostgresAsync),
    ];

    public static IReadOnlyList<RuntimeKind> Runtimes { get; } =
        [new("embedded", static (log, options, _) => ValueTask.FromResult<IRunningEngine>(new Embedded(new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, options))))];

    private static async ValueTask<IEventLog> OpenPostgresAsync(LogPlace place, CancellationToken cancellation)
    {
        var options = new PostgresOptions(await place.CreateDatabaseAsync(cancellation));
        await PostgresSchema.MigrateAsync(options, cancellation);
        return await PostgresEventLog.OpenAsync(options, cancellation);
    }

    private sealed class Embedded(LedgerEngine engine) : IRunningEngine
    {
        public ILedgerEngine Engine => engine;

        public ValueTask DisposeAsync() => engine.DisposeAsync();
    }
}
