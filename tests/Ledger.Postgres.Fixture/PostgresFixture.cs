using System.Globalization;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Testing.Postgres;
using Npgsql;

namespace Ledger.Postgres.Fixture;

/// <summary>One server for all tests of an assembly that do not break theirs; each takes a database of its own. An assembly names it as its fixture.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-pg-");
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

    /// <summary>A database with an empty ledger.</summary>
    public async Task<PostgresOptions> CreateLogAsync()
    {
        var options = new PostgresOptions(await CreateDatabaseAsync());
        Assert.Equal(0, await PostgresSchema.MigrateAsync(options, default));
        return options;
    }

    public static Task ExecuteAsync(string connectionString, string sql) => ScalarAsync(connectionString, sql);

    /// <summary>The first value that one statement finds, on a connection of its own; null for none.</summary>
    public static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
