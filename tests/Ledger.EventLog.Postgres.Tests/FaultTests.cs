using Ledger.EventLog.Conformance;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Postgres.Schema;
using Ledger.Testing.Postgres;

namespace Ledger.EventLog.Postgres.Tests;

/// <summary>What breaks a server, each on a server of its own: in bounded time an error, nothing acknowledged is lost, and service resumes by itself.</summary>
public sealed class FaultTests : IAsyncDisposable
{
    /// <summary>The tests' patience with a server that starts again.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>The log's patience with a server that hangs: enough for one that is only slow to be opened.</summary>
    private static readonly TimeSpan HangMax = TimeSpan.FromSeconds(3);

    private readonly OwnServers _servers = new();
    private readonly Appender _appender = new();

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    [Fact]
    public async Task A_server_that_crashes_and_comes_back_is_unavailable_meanwhile_and_has_lost_nothing()
    {
        var (server, options) = await StartAsync();
        await using var log = await PostgresEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());

        await server.CrashAsync(default);
        var unit = Next();
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadAllAsync(0, 10, default));
        await server.StartAgainAsync(default);

        Assert.Equal(new AppendResult.Appended(2), await Appender.AppendWhenThereAsync(log, unit, Bound));
        Assert.Equal(2, (await log.ReadAllAsync(0, 10, default)).Length);

        // And commits of others are heard of again.
        await using var other = await PostgresEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(other, Next());
        using var bound = new CancellationTokenSource(Bound);
        await log.WaitForAsync(2, bound.Token);
    }

    [Fact]
    public async Task A_statement_that_waits_too_long_for_another_is_given_up_and_may_be_tried_again()
    {
        var (_, options) = await StartAsync();
        await using var log = await PostgresEventLog.OpenAsync(options with { StatementTimeout = TimeSpan.FromSeconds(1) }, default);
        var unit = Next();
        await using (var other = new Npgsql.NpgsqlConnection(options.ConnectionString + ";Pooling=false"))
        {
            await other.OpenAsync();
            await using var held = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_lock({Migrations.AppendLock})", other);
            await held.ExecuteNonQueryAsync();
            await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
        }

        Assert.Equal(new AppendResult.Appended(1), await Appender.AppendWhenThereAsync(log, unit, Bound));
    }

    [Fact]
    public async Task A_server_that_hangs_keeps_nobody_for_longer_than_the_bound_and_what_it_did_is_found_again()
    {
        var (server, options) = await StartAsync();
        await using var log = await PostgresEventLog.OpenAsync(options with { ConnectTimeout = HangMax, StatementTimeout = HangMax }, default);
        await Appender.AppendWhenThereAsync(log, Next(), Bound);
        var unit = Next();

        await server.FreezeAsync(default);
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadAllAsync(0, 10, default));
        await server.ThawAsync(default);

        // The question may have arrived, and takes effect when the server goes on: then the repeat is a duplicate.
        Assert.True(await Appender.AppendWhenThereAsync(log, unit, Bound) is AppendResult.Appended { LastPosition: 2 } or AppendResult.DuplicateCommand);
        Assert.Equal(2, (await log.ReadAllAsync(0, 10, default)).Length);
    }

    [Fact]
    public async Task A_full_disk_is_said_so_and_when_there_is_room_again_writing_goes_on()
    {
        const int smallKilobytes = 16 * 1024;
        using var disk = new Tmpfs(smallKilobytes);
        var (server, _) = await StartAsync();
        await server.TakeOverAsync(disk.Root, default);
        await PostgresFixture.ExecuteAsync(server.ConnectionString, $"CREATE TABLESPACE small LOCATION '{disk.Root}'");
        await PostgresFixture.ExecuteAsync(server.ConnectionString, "CREATE DATABASE narrow TEMPLATE template0 TABLESPACE small");
        var options = new PostgresOptions(server.ConnectionTo("narrow"));
        await PostgresSchema.MigrateAsync(options, default);
        await using (var log = await PostgresEventLog.OpenAsync(options, default))
        {
            var (acknowledged, refused) = (0, (AppendUnit?)null);
            while (refused is null)
            {
                var unit = Large();
                try
                {
                    await Appender.AppendAsync(log, unit);
                    acknowledged++;
                }
                catch (EventLogUnavailableException full)
                {
                    Assert.Contains("disk is full", full.Message, StringComparison.Ordinal);
                    refused = unit;
                }
            }

            disk.MakeLarger(4 * smallKilobytes);
            Assert.Equal(new AppendResult.Appended(acknowledged + 1), await Appender.AppendWhenThereAsync(log, refused, Bound));
            Assert.Equal(acknowledged + 1, (await log.ReadAllAsync(0, int.MaxValue, default)).Length);
        }

        await server.CrashAsync(default);
    }

    [Fact]
    public async Task A_server_that_can_only_be_read_for_a_while_refuses_and_resumes()
    {
        var (_, options) = await StartAsync();
        await using var log = await PostgresEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());
        var name = new Npgsql.NpgsqlConnectionStringBuilder(options.ConnectionString).Database;
        var unit = Next();

        await PostgresFixture.ExecuteAsync(options.ConnectionString, $"ALTER DATABASE {name} SET default_transaction_read_only = on");
        await PostgresFixture.ExecuteAsync(options.ConnectionString, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()");
        Assert.Null(await TryAppendTwiceAsync(log, unit));
        await PostgresFixture.ExecuteAsync(options.ConnectionString, $"BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT");
        await PostgresFixture.ExecuteAsync(options.ConnectionString, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()");

        Assert.Equal(new AppendResult.Appended(2), await Appender.AppendWhenThereAsync(log, unit, Bound));
    }

    [Fact]
    public async Task Failover_to_a_synchronous_replica_loses_nothing_and_writing_goes_on_there()
    {
        var (primary, options) = await StartAsync();
        var replica = await _servers.StartSynchronousReplicaAsync(primary);
        await using var log = await PostgresEventLog.OpenAsync(options with { ConnectionString = primary.ConnectionToEither(replica) }, default);
        for (var number = 0; number < 20; number++) await Appender.AppendAsync(log, Next());

        await primary.CrashAsync(default);
        await replica.PromoteAsync(default);
        var unit = Next();
        Assert.Equal(new AppendResult.Appended(21), await Appender.AppendWhenThereAsync(log, unit, Bound));

        Assert.Equal(Enumerable.Range(1, 21).Select(static position => (long)position), (await log.ReadAllAsync(0, 100, default)).Select(static e => e.Position));
    }

    [Fact]
    public async Task A_server_that_lacks_acknowledged_events_is_not_written_to()
    {
        var (_, options) = await StartAsync();
        await using var log = await PostgresEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next(), Next());

        // As after a failover to a replica that streamed late.
        await PostgresFixture.ExecuteAsync(options.ConnectionString, "DELETE FROM ledger.events WHERE position = 2; DELETE FROM ledger.commands WHERE id NOT IN (SELECT command_id FROM ledger.events)");

        await Assert.ThrowsAsync<EventLogFencedException>(async () => await log.AppendAsync([Next()], default));
        Assert.Single(await log.ReadAllAsync(0, 10, default));
    }

    private AppendUnit Large()
    {
        var command = Appender.Command(Appender.CommandId(1_000_000 + (int)_appender.VersionOf(Appender.Stream(2))));
        return new AppendUnit(command, [_appender.Write(command.Id, Appender.Stream(2), $$"""{"large":"{{new string('x', 200_000)}}"}""")]);
    }

    private AppendUnit Next() => _appender.Unit(Appender.Stream(1));

    private static async Task<AppendResult?> TryAppendTwiceAsync(PostgresEventLog log, AppendUnit unit)
    {
        // The first may find that its connection is gone, the second that nothing can be written.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                return Assert.Single(await log.AppendAsync([unit], default));
            }
            catch (EventLogUnavailableException)
            {
                // Asserted by what it returns.
            }
        }

        return null;
    }

    private async Task<(PostgresServer Server, PostgresOptions Options)> StartAsync()
    {
        var server = await _servers.StartAsync();
        var options = new PostgresOptions(server.ConnectionString) { PollEvery = TimeSpan.FromMilliseconds(200) };
        await PostgresSchema.MigrateAsync(options, default);
        return (server, options);
    }
}
