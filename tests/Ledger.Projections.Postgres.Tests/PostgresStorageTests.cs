using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Projections.Conformance;
using Ledger.Projections.Storage;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Ledger.Projections.Postgres.Tests;

public sealed class PostgresStorageTests(PostgresFixture fixture) : ViewStorageConformance, IAsyncDisposable
{
    private PostgresDatabase? _database;

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
    }

    protected override async ValueTask<IViewStorage> OpenAsync() => new PostgresViewStorage(_database = await PostgresDatabase.OpenAsync(await fixture.CreateLogAsync(), default));
}
