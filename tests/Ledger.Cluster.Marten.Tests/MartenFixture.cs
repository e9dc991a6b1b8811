using System.Globalization;
using Ledger.Cluster.Marten.Schema;
using Ledger.Testing.Postgres;
using Npgsql;

[assembly: AssemblyFixture(typeof(Ledger.Cluster.Marten.Tests.MartenFixture))]

namespace Ledger.Cluster.Marten.Tests;

/// <summary>One server for all tests of the assembly that do not break theirs; each takes a database of its own.</summary>
public sealed class MartenFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-marten-");
    private readonly List<DirectoryInfo> _folders = [];
    private readonly List<PostgresServer> _servers = [];
    private PostgresServer? _server;
    private string? _missing;
    private int _databases;

    /// <summary>Skips the test where PostgreSQL is missing.</summary>
    public PostgresServer Server
    {
        get
        {
            if (_missing is not null) Assert.Skip(_missing);
            return _server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await PostgresServer.StartAsync(_folder.FullName, [], default);
        }
        catch (PostgresMissingException missing)
        {
            _missing = missing.Message;
        }
    }

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(Server.ConnectionString, $"CREATE DATABASE {name} TEMPLATE template0");
        return Server.ConnectionTo(name);
    }

    /// <summary>A database with an empty log.</summary>
    public async Task<MartenEventLogOptions> CreateLogAsync()
    {
        var options = new MartenEventLogOptions(await CreateDatabaseAsync());
        Assert.Equal(0, await MartenLogSchema.MigrateAsync(options, default));
        return options;
    }

    /// <summary>A server for one test that breaks it, with an empty log.</summary>
    public async Task<(PostgresServer Server, MartenEventLogOptions Options)> StartServerAsync()
    {
        if (_missing is not null) Assert.Skip(_missing);
        var folder = Directory.CreateTempSubdirectory("ledger-marten-");
        lock (_folders) _folders.Add(folder);
        var server = await PostgresServer.StartAsync(folder.FullName, [], default);
        lock (_folders) _servers.Add(server);
        var options = new MartenEventLogOptions(server.ConnectionString);
        await MartenLogSchema.MigrateAsync(options, default);
        return (server, options);
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        foreach (var server in _servers) await server.DisposeAsync();
        foreach (var folder in _folders.Append(_folder)) folder.Delete(recursive: true);
    }
}
