using System.Globalization;
using Ledger.LoadTests.Peers;
using Ledger.LoadTests.Peers.Postgres;
using Ledger.LoadTests.Reporting;
using Ledger.Testing.Postgres;

namespace Ledger.LoadTests.Runtimes;

/// <summary>Where a run's engines have their logs: a new folder each, and databases on a PostgreSQL server of the run's own, started when a log first asks for one.</summary>
internal sealed class EnginePlaces(RunContext run) : IAsyncDisposable
{
    private PostgresServer? _server;
    private int _databases;

    /// <summary>An empty engine of its own, gone with all that it wrote when it is disposed.</summary>
    /// <exception cref="PeerMissingException">What it needs is not on this machine.</exception>
    public async ValueTask<IRunningEngine> OpenAsync(EngineKind kind, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(run.In($"logs-{Guid.NewGuid():N}")).FullName;
        try
        {
            return new InFolder(await kind.OpenAsync(new LogPlace(folder, CreateDatabaseAsync), cancellation), folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private async ValueTask<string> CreateDatabaseAsync(CancellationToken cancellation)
    {
        _server ??= await StartServerAsync(cancellation);
        var name = string.Create(CultureInfo.InvariantCulture, $"logs{++_databases}");
        await _server.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0", cancellation);
        await _server.ExecuteAsync("CHECKPOINT", cancellation);
        return _server.ConnectionTo(name);
    }

    private async Task<PostgresServer> StartServerAsync(CancellationToken cancellation)
    {
        try
        {
            return await PostgresServer.StartAsync(PostgresFolders.ForServer(run), [], cancellation);
        }
        catch (PostgresMissingException missing)
        {
            throw new PeerMissingException(missing.Message);
        }
    }

    private sealed class InFolder(IRunningEngine running, string folder) : IRunningEngine
    {
        public Ledger.Engine.ILedgerEngine Engine => running.Engine;

        public async ValueTask DisposeAsync()
        {
            await running.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
