using System.Text.Json;
using Ledger.Testing;
using Ledger.Testing.Postgres;

namespace Ledger.EndToEnd.Tests;

/// <summary>The command over a PostgreSQL server of its own: the schema is an operator's, and a ledger moves there and back unchanged.</summary>
public sealed class PostgresTests(DemoFixture fixture) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _serverFolder = new();
    private PostgresServer? _server;

    private string Connection => _server!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await PostgresServer.StartAsync(_serverFolder.Path, [], default);
        }
        catch (PostgresMissingException missing)
        {
            Assert.Skip(missing.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _serverFolder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Rule("I20")]
    [Rule("I38")]
    public async Task A_ledger_is_copied_into_a_database_and_back_to_the_letter()
    {
        await AssertRunAsync(0, "migrate", "--connection", Connection);
        var there = await AssertRunAsync(0, "copy", "--json", "--from", $"sqlite:{fixture.Folder}", "--to", $"postgres:{Connection}");
        var back = await AssertRunAsync(0, "copy", "--json", "--from", $"postgres:{Connection}", "--to", $"sqlite:{_folder.In("back")}");
        foreach (var secrets in (string[])["contacts", "credentials"])
        {
            Assert.NotEqual(0, Count(there, secrets));
            Assert.Equal(Count(there, secrets), Count(back, secrets));
        }

        await AssertRunAsync(0, "export", "--output", _folder.In("demo.jsonl"), "--data", fixture.Folder);
        await AssertRunAsync(0, "export", "--output", _folder.In("database.jsonl"), "--log", "postgres", "--connection", Connection);
        await AssertRunAsync(0, "export", "--output", _folder.In("back.jsonl"), "--data", _folder.In("back"));
        var demo = await File.ReadAllTextAsync(_folder.In("demo.jsonl"));
        Assert.Equal(demo, await File.ReadAllTextAsync(_folder.In("database.jsonl")));
        Assert.Equal(demo, await File.ReadAllTextAsync(_folder.In("back.jsonl")));

        var rebuilt = await AssertRunAsync(0, "rebuild", "history", "--json", "--log", "postgres", "--connection", Connection);
        Assert.True(JsonDocument.Parse(rebuilt.Out).RootElement.GetProperty("equal").GetBoolean());

        // Again: there is nothing left to copy.
        var again = await AssertRunAsync(0, "copy", "--json", "--from", $"sqlite:{fixture.Folder}", "--to", $"postgres:{Connection}");
        foreach (var copied in (string[])["events", "contacts", "credentials"]) Assert.Equal(0, Count(again, copied));
        Assert.True(JsonDocument.Parse(again.Out).RootElement.GetProperty("verification").GetProperty("intact").GetBoolean());
    }

    [Fact]
    public async Task A_byte_that_is_changed_in_the_database_is_found_and_named()
    {
        await AssertRunAsync(0, "migrate", "--connection", Connection);
        await AssertRunAsync(0, "copy", "--from", $"sqlite:{fixture.Folder}", "--to", $"postgres:{Connection}");
        await _server!.ExecuteAsync("UPDATE ledger.events SET payload = set_byte(payload, 5, (get_byte(payload, 5) + 1) % 128) WHERE position = 17", default);

        var verified = await AssertRunAsync(4, "verify", "--json", "--log", "postgres", "--connection", Connection);
        Assert.Equal(17, JsonDocument.Parse(verified.Out).RootElement.GetProperty("firstBad").GetProperty("position").GetInt64());
    }

    [Fact]
    public async Task Nothing_runs_on_a_database_that_was_not_migrated()
    {
        var serve = await AssertRunAsync(3, "serve", "--log", "postgres", "--connection", Connection, "--data", _folder.In("a"), "--acquirer", "http://127.0.0.1:1", "--urls", "http://127.0.0.1:0");
        Assert.Contains("ledger migrate", serve.Error, StringComparison.Ordinal);
        await AssertRunAsync(3, "verify", "--log", "postgres", "--connection", Connection);
        await AssertRunAsync(0, "migrate", "--connection", Connection);
        await AssertRunAsync(0, "migrate", "--connection", Connection);
        await AssertRunAsync(0, "verify", "--log", "postgres", "--connection", Connection);
    }

    [Theory]
    [InlineData("serve", "--log", "postgres", "--data", "{folder}")]
    [InlineData("verify", "--log", "postgres")]
    [InlineData("verify", "--log", "mysql")]
    [InlineData("migrate")]
    [InlineData("copy", "--from", "sqlite:{demo}", "--to", "elsewhere:secret")]
    [InlineData("copy", "--from", "sqlite:{demo}", "--to", "sqlite:{demo}")]
    public async Task A_place_that_is_not_said_or_not_understood_is_a_wrong_command_line(params string[] arguments)
    {
        var run = await LedgerProcess.RunAsync([.. arguments.Select(argument => argument.Replace("{demo}", fixture.Folder, StringComparison.Ordinal).Replace("{folder}", _folder.In("a"), StringComparison.Ordinal))]);

        Assert.True(run.ExitCode == 2, $"{run.ExitCode} {run.Out}{run.Error}");
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    private static long Count(LedgerRun run, string property) => JsonDocument.Parse(run.Out).RootElement.GetProperty(property).GetInt64();

    private static async Task<LedgerRun> AssertRunAsync(int exitCode, params string[] arguments)
    {
        var run = await LedgerProcess.RunAsync(arguments);
        Assert.True(run.ExitCode == exitCode, $"{arguments[0]}: {run.ExitCode} {run.Out}{run.Error}");
        return run;
    }
}
