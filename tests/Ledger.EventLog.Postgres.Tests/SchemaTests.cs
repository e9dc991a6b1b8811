using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Postgres.Schema;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Ledger.EventLog.Postgres.Tests;

/// <summary>A server makes and changes no tables; it says what an operator has to do.</summary>
public class SchemaTests(PostgresFixture fixture)
{
    [Fact]
    public async Task A_database_without_a_ledger_is_refused_and_stays_as_it_was()
    {
        var options = new PostgresOptions(await fixture.CreateDatabaseAsync());

        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(() => PostgresEventLog.OpenAsync(options, default));

        Assert.Contains("ledger migrate", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await PostgresSchema.MigrateAsync(options, default));
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        var options = await fixture.CreateLogAsync();
        await using (var log = await PostgresEventLog.OpenAsync(options, default)) await Conformance.Appender.AppendAsync(log, new Conformance.Appender().Unit(Conformance.Appender.Stream(1)));

        Assert.Equal(PostgresSchema.Version, await PostgresSchema.MigrateAsync(options, default));
        await using var again = await PostgresEventLog.OpenAsync(options, default);
        Assert.Equal(1, again.LastPosition);
    }

    [Fact]
    public async Task Several_that_migrate_at_once_make_one_ledger()
    {
        var options = new PostgresOptions(await fixture.CreateDatabaseAsync());

        var before = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostgresSchema.MigrateAsync(options, default)));

        Assert.Equal([0, PostgresSchema.Version, PostgresSchema.Version, PostgresSchema.Version], before.Order());
    }

    [Fact]
    public async Task A_newer_ledger_is_refused_by_server_and_migration()
    {
        var options = await fixture.CreateLogAsync();
        await PostgresFixture.ExecuteAsync(options.ConnectionString, "INSERT INTO ledger.migrations (version) VALUES (999)");

        foreach (var open in (Func<Task>[])[() => PostgresEventLog.OpenAsync(options, default), () => PostgresSchema.MigrateAsync(options, default)])
        {
            Assert.Contains("version 999", (await Assert.ThrowsAsync<EventLogRefusedException>(open)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_older_ledger_is_refused_until_it_is_migrated()
    {
        var options = await fixture.CreateLogAsync();
        await PostgresFixture.ExecuteAsync(options.ConnectionString, "UPDATE ledger.migrations SET version = version - 1");

        Assert.Contains("ledger migrate", (await Assert.ThrowsAsync<EventLogRefusedException>(() => PostgresEventLog.OpenAsync(options, default))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("synchronous_commit", "off")]
    [InlineData("synchronous_commit", "local")]
    public async Task A_database_that_may_lose_what_it_acknowledged_is_refused(string setting, string value)
    {
        var options = await fixture.CreateLogAsync();
        var name = new Npgsql.NpgsqlConnectionStringBuilder(options.ConnectionString).Database;
        await PostgresFixture.ExecuteAsync(options.ConnectionString, $"ALTER DATABASE {name} SET {setting} = {value}");

        Assert.Contains(setting, (await Assert.ThrowsAsync<EventLogRefusedException>(() => PostgresEventLog.OpenAsync(options, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_refused()
    {
        var options = new PostgresOptions(fixture.Server.ConnectionTo("nowhere"));
        await Assert.ThrowsAsync<EventLogRefusedException>(() => PostgresEventLog.OpenAsync(options, default));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        var options = new PostgresOptions("Host=127.0.0.1;Port=1;Username=ledger;Database=ledger");
        await Assert.ThrowsAsync<EventLogUnavailableException>(() => PostgresEventLog.OpenAsync(options, default));
    }

    [Theory]
    [InlineData("Host=here;Password=secret;Nonsense=1")]
    [InlineData("secret")]
    [InlineData("Host=here;Port=secret")]
    public async Task What_is_no_connection_string_is_refused_without_repeating_it(string text)
    {
        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(() => PostgresEventLog.OpenAsync(new PostgresOptions(text), default));
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new PostgresOptions(text).ToString(), StringComparison.Ordinal);
    }
}
