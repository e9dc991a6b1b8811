using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Postgres.Schema;
using Npgsql;

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
    [InlineData("", null, "5s")]
    [InlineData(";Command Timeout=7", null, "7s")]
    [InlineData(";CommandTimeout=7", null, "7s")]
    [InlineData(";Command Timeout=7", 2, "2s")]
    public async Task The_server_is_told_the_bound_of_a_statement_by_the_options_or_the_connection_string_or_the_default(string inText, int? optionSeconds, string told)
    {
        var options = await fixture.CreateLogAsync();
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        text.Remove("Command Timeout");
        var asked = new PostgresOptions(text.ConnectionString + inText) { StatementTimeout = optionSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        await using var database = await PostgresDatabase.OpenAsync(asked, default);
        await using var command = database.Source.CreateCommand("SHOW statement_timeout");

        Assert.Equal(told, await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData(";Timeout=2", null, 2)]
    [InlineData(";Timeout=2", 4, 4)]
    [InlineData("", null, 3)]
    public void A_connection_attempt_is_bounded_by_the_options_or_the_connection_string_or_the_default(string inText, int? optionSeconds, int bound)
    {
        var asked = new PostgresOptions("Host=127.0.0.1;Port=1;Username=ledger" + inText) { ConnectTimeout = optionSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        using var source = PostgresConnections.Open(asked);

        Assert.Equal(bound, new NpgsqlConnectionStringBuilder(source.ConnectionString).Timeout);
    }

    [Theory]
    [InlineData("Timeout=0", "« Timeout »")]
    [InlineData("Command Timeout=0", "« Command Timeout »")]
    [InlineData("Command Timeout=1025", "« Command Timeout »")]
    public async Task A_connection_string_that_would_wait_for_ever_is_refused_and_says_what_to_write(string wait, string named)
    {
        var options = new PostgresOptions("Host=127.0.0.1;Port=1;Username=ledger;Password=secret;" + wait);
        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(() => PostgresEventLog.OpenAsync(options, default));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains("1 to 1024 seconds", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(1025)]
    public void A_time_out_that_is_no_whole_number_of_seconds_in_range_is_a_mistake_of_the_caller(double seconds)
    {
        var wait = TimeSpan.FromSeconds(seconds);

        Assert.Throws<ArgumentOutOfRangeException>(() => new PostgresOptions("Host=here") { ConnectTimeout = wait });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PostgresOptions("Host=here") { StatementTimeout = wait });
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
