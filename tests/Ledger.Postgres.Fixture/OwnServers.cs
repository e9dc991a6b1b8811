using Ledger.Testing.Postgres;

namespace Ledger.Postgres.Fixture;

/// <summary>Servers that one test breaks, with their folders. Disposing ends them; several threads may start some.</summary>
public sealed class OwnServers : IAsyncDisposable
{
    private readonly List<DirectoryInfo> _folders = [];
    private readonly List<PostgresServer> _servers = [];

    /// <summary>A server without anything in it. Skips the test where PostgreSQL is missing.</summary>
    public async Task<PostgresServer> StartAsync()
    {
        if (PostgresServer.Missing is { } missing) Assert.Skip(missing);
        return Keep(await PostgresServer.StartAsync(Folder(), [], default));
    }

    /// <summary>A standby that the primary waits for before it answers a commit: one that is promoted has all that was acknowledged.</summary>
    public async Task<PostgresServer> StartSynchronousReplicaAsync(PostgresServer primary)
    {
        const string name = "standby";
        var replica = Keep(await primary.StartReplicaAsync(Folder(), name, default));
        await PostgresFixture.ExecuteAsync(primary.ConnectionString, $"ALTER SYSTEM SET synchronous_standby_names = '{name}'");
        await primary.ReloadAsync(default);
        return replica;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        foreach (var folder in _folders) folder.Delete(recursive: true);
    }

    private PostgresServer Keep(PostgresServer server)
    {
        lock (_servers) _servers.Add(server);
        return server;
    }

    private string Folder()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-pg-");
        lock (_folders) _folders.Add(folder);
        return folder.FullName;
    }
}
