using Ledger.Cluster.Marten.Schema;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Testing.Postgres;

[assembly: AssemblyFixture(typeof(Ledger.Cluster.Marten.Tests.MartenFixture))]

namespace Ledger.Cluster.Marten.Tests;

/// <summary>One server for all tests of the assembly that do not break theirs; each takes a database of its own.</summary>
public sealed class MartenFixture : IAsyncLifetime
{
    private readonly PostgresFixture _shared = new();
    private readonly OwnServers _own = new();

    /// <summary>Skips the test where PostgreSQL is missing.</summary>
    public PostgresServer Server => _shared.Server;

    public ValueTask InitializeAsync() => _shared.InitializeAsync();

    /// <summary>An empty database.</summary>
    public Task<string> CreateDatabaseAsync() => _shared.CreateDatabaseAsync();

    /// <summary>A database with an empty log.</summary>
    public async Task<PostgresOptions> CreateLogAsync()
    {
        var options = new PostgresOptions(await CreateDatabaseAsync());
        Assert.Equal(0, await MartenLogSchema.MigrateAsync(options, default));
        return options;
    }

    /// <summary>A server for one test that breaks it, with an empty log.</summary>
    public async Task<(PostgresServer Server, PostgresOptions Options)> StartServerAsync()
    {
        var server = await _own.StartAsync();
        var options = new PostgresOptions(server.ConnectionString);
        await MartenLogSchema.MigrateAsync(options, default);
        return (server, options);
    }

    public static Task ExecuteAsync(string connectionString, string sql) => PostgresFixture.ExecuteAsync(connectionString, sql);

    public async ValueTask DisposeAsync()
    {
        await _own.DisposeAsync();
        await _shared.DisposeAsync();
    }
}
