using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.Postgres;
using Npgsql;

namespace Ledger.Cluster.Marten.Tests;

public sealed class SchemaTests(MartenFixture fixture)
{
    [Fact]
    public async Task A_database_without_a_log_is_refused_with_what_to_do_and_nothing_is_made()
    {
        var options = new PostgresOptions(await fixture.CreateDatabaseAsync());

        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(() => MartenEventLog.OpenAsync(options, default));

        Assert.Contains("MartenLogSchema.MigrateAsync", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync(options, "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema'"));
    }

    [Fact]
    public async Task Migrating_twice_or_by_several_at_once_changes_nothing_more()
    {
        var options = new PostgresOptions(await fixture.CreateDatabaseAsync());

        var before = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => MartenLogSchema.MigrateAsync(options, default))));

        Assert.Equal([0, 1, 1, 1], before.Order());
        Assert.Equal(MartenLogSchema.Version, await MartenLogSchema.MigrateAsync(options, default));
        await using var log = await MartenEventLog.OpenAsync(options, default);
        Assert.Equal(0, log.LastPosition);
    }

    [Fact]
    public async Task A_migration_that_was_broken_off_between_Martens_tables_and_the_logs_is_made_good_by_the_next()
    {
        var options = await fixture.CreateLogAsync();
        await MartenFixture.ExecuteAsync(options.ConnectionString, "DROP TABLE ledger_marten.positions, ledger_marten.commands, ledger_marten.migrations");

        await Assert.ThrowsAsync<EventLogRefusedException>(() => MartenEventLog.OpenAsync(options, default));
        Assert.Equal(0, await MartenLogSchema.MigrateAsync(options, default));
        await using var log = await MartenEventLog.OpenAsync(options, default);
        Assert.Equal(0, log.LastPosition);
    }

    [Fact]
    public async Task A_newer_log_is_refused_by_opening_and_by_migrating()
    {
        var options = await fixture.CreateLogAsync();
        await MartenFixture.ExecuteAsync(options.ConnectionString, "INSERT INTO ledger_marten.migrations (version) VALUES (1000)");

        Assert.Contains("version 1000", (await Assert.ThrowsAsync<EventLogRefusedException>(() => MartenEventLog.OpenAsync(options, default))).Message, StringComparison.Ordinal);
        Assert.Contains("version 1000", (await Assert.ThrowsAsync<EventLogRefusedException>(() => MartenLogSchema.MigrateAsync(options, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_of_an_older_Marten_are_refused_until_they_are_migrated()
    {
        var options = await fixture.CreateLogAsync();
        await MartenFixture.ExecuteAsync(options.ConnectionString, "ALTER TABLE ledger_marten.mt_events DROP COLUMN bdata");

        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(() => MartenEventLog.OpenAsync(options, default));

        Assert.Contains("another Marten", refused.Message, StringComparison.Ordinal);
        await MartenLogSchema.MigrateAsync(options, default);
        await using var log = await MartenEventLog.OpenAsync(options, default);
        Assert.Equal(0, log.LastPosition);
    }

    [Fact]
    public async Task A_server_that_loses_what_it_acknowledged_is_refused()
    {
        var options = await fixture.CreateLogAsync();
        await MartenFixture.ExecuteAsync(options.ConnectionString, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$");

        Assert.Contains("synchronous_commit", (await Assert.ThrowsAsync<EventLogRefusedException>(() => MartenEventLog.OpenAsync(options, default))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Password=secret;Nonsense=1")]
    [InlineData("Password=secret")]
    public async Task A_connection_string_that_cannot_be_used_is_refused_and_not_repeated(string text)
    {
        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(() => MartenEventLog.OpenAsync(new PostgresOptions(text), default));

        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new PostgresOptions(text).ToString(), StringComparison.Ordinal);
    }

    private static async Task<object?> ScalarAsync(PostgresOptions options, string sql)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
