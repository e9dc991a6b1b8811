using Ledger.Cluster.Wolverine.Operating;
using Ledger.EventLog;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>The place for messages is made by an operator's command and by nothing else.</summary>
public sealed class SchemaTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Migrating_again_changes_nothing_and_keeps_how_far_the_log_is_told()
    {
        var options = new MessagingOptions(await postgres.CreateLogAsync());
        Assert.Equal(0, await MessagingSchema.MigrateAsync(options, default));
        await PostgresFixture.ExecuteAsync(options.Database.ConnectionString, "UPDATE ledger_messages.tracks SET position = 7");

        Assert.Equal(MessagingSchema.Version, await MessagingSchema.MigrateAsync(options, default));
        await using var messages = await MessagingOperator.OpenAsync(options, default);
        Assert.Equal(7, (await messages.ReadStatusAsync(default)).Told);
    }

    [Fact]
    public async Task Without_a_ledger_there_is_no_place_for_messages()
    {
        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(async () => await MessagingSchema.MigrateAsync(new MessagingOptions(new PostgresOptions(await postgres.CreateDatabaseAsync())), default));
        Assert.Contains("ledger migrate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_place_is_refused_and_not_made()
    {
        var options = new MessagingOptions(await postgres.CreateLogAsync());

        Assert.Contains("messages migrate", await RefusalAsync(options), StringComparison.Ordinal);
        Assert.Equal(DBNull.Value, await PostgresFixture.ScalarAsync(options.Database.ConnectionString, "SELECT to_regnamespace('ledger_messages')::text"));
    }

    [Theory]
    [InlineData("INSERT INTO ledger_messages.migrations (version) VALUES (99)", "have version 99, this program knows 1")]
    [InlineData("UPDATE ledger_messages.migrations SET version = 0", "no place for messages")]
    [InlineData("DROP TABLE ledger_messages.wolverine_dead_letters", "lack some")]
    [InlineData("ALTER TABLE ledger_messages.wolverine_outgoing_envelopes DROP COLUMN deliver_by", "lack some")]
    [InlineData("DROP TABLE ledger_messages.wolverine_queue_ledger_events", "lack some")]
    public async Task Another_version_is_refused(string change, string reason)
    {
        var options = new MessagingOptions(await postgres.CreateLogAsync());
        await MessagingSchema.MigrateAsync(options, default);
        await PostgresFixture.ExecuteAsync(options.Database.ConnectionString, change);

        Assert.Contains(reason, await RefusalAsync(options), StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(MessagingOptions options) =>
        (await Assert.ThrowsAsync<EventLogRefusedException>(() => MessagingOperator.OpenAsync(options, default))).Message;
}
