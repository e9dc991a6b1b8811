using Ledger.EndToEnd.Tests;
using Ledger.Testing.Postgres;

// Each test of servers is five processes or more, with time-outs of seconds among them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Ledger.Cluster.Tests;

/// <summary>A PostgreSQL of the test's own; without one on the machine the test is skipped.</summary>
internal sealed class PrivateDatabase : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PostgresServer? _server;

    public PostgresServer Server => _server!;

    /// <param name="settings">More of its settings, as « name=value ».</param>
    public static async Task<PrivateDatabase> StartAsync(params string[] settings)
    {
        var database = new PrivateDatabase();
        try
        {
            database._server = await PostgresServer.StartAsync(database._folder.Path, settings, default);
        }
        catch (PostgresMissingException missing)
        {
            await database.DisposeAsync();
            Assert.Skip(missing.Message);
        }

        return database;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }
}
