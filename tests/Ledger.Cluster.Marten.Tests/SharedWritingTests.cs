using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Testing.Postgres;

namespace Ledger.Cluster.Marten.Tests;

/// <summary>Several processes over one database, here as several logs with connections of their own.</summary>
public sealed class SharedWritingTests(MartenFixture fixture)
{
    private const int Logs = 4;
    private const int WritersPerLog = 8;
    private const int UnitsPerWriter = 6;
    private const int EventsBetweenCuts = 20;

    /// <summary>How many events are there, of at least one per unit, when the server crashes.</summary>
    private const int EventsBeforeCrash = Logs * WritersPerLog * UnitsPerWriter / 3;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Of_two_that_race_on_one_stream_one_wins_and_the_other_is_told_where_the_stream_is()
    {
        var options = await fixture.CreateLogAsync();
        await using var first = await MartenEventLog.OpenAsync(options, default);
        await using var second = await MartenEventLog.OpenAsync(options, default);
        for (var round = 0; round < 20; round++)
        {
            var stream = Appender.Stream(round);
            var appends = new[] { first, second }.Select((log, side) => Task.Run(async () => await log.AppendAsync([Unit((round * 2) + side, stream)], default)));
            var results = (await Task.WhenAll(appends)).Select(static result => Assert.Single(result)).ToArray();

            Assert.Single(results, static result => result is AppendResult.Appended);
            Assert.Single(results, result => result == new AppendResult.VersionConflict(stream, 0, 1));
        }
    }

    [Fact]
    public async Task The_same_command_at_two_processes_takes_effect_once()
    {
        var options = await fixture.CreateLogAsync();
        await using var first = await MartenEventLog.OpenAsync(options, default);
        await using var second = await MartenEventLog.OpenAsync(options, default);
        for (var round = 0; round < 20; round++)
        {
            var unit = Unit(round, Appender.Stream(round));
            var results = await Task.WhenAll(new[] { first, second }.Select(log => Task.Run(async () => (await log.AppendAsync([unit], default)).Single())));

            Assert.Single(results, static result => result is AppendResult.Appended);
            Assert.Single(results, static result => result is AppendResult.DuplicateCommand);
        }

        Assert.Equal(20, Math.Max(first.LastPosition, second.LastPosition));
    }

    [Fact]
    public async Task Whoever_waits_hears_of_another_process_s_commit_without_a_poll()
    {
        var options = await fixture.CreateLogAsync() with { PollEvery = TimeSpan.FromHours(1) };
        await using var writer = await MartenEventLog.OpenAsync(options, default);
        await using var reader = await MartenEventLog.OpenAsync(options, default);
        using var bound = new CancellationTokenSource(Bound);

        // The reader may begin to listen after the first commits; from then on it is told of each.
        await Appender.AppendAsync(writer, Unit(0, Appender.Stream(0)));
        await reader.WaitForAsync(0, bound.Token);
        for (var number = 1; number < 50; number++)
        {
            var waiting = reader.WaitForAsync(number, bound.Token).AsTask();
            await Appender.AppendAsync(writer, Unit(number, Appender.Stream(number)));
            await waiting;
        }
    }

    [Fact]
    public async Task A_lost_notification_is_made_good_by_looking()
    {
        var options = await fixture.CreateLogAsync() with { PollEvery = TimeSpan.FromMilliseconds(50) };
        await using var reader = await MartenEventLog.OpenAsync(options, default);
        using var bound = new CancellationTokenSource(Bound);

        // Past the log, so nobody is told.
        await MartenFixture.ExecuteAsync(
            options.ConnectionString,
            "INSERT INTO ledger_marten.positions VALUES (1, 1, 'thing-0001', 0, gen_random_uuid(), true, decode(repeat('00', 32), 'hex'), '{}')");

        await reader.WaitForAsync(0, bound.Token);
        Assert.Equal(1, reader.LastPosition);
    }

    /// <summary>Sessions are cut at random, in the middle of commits too, and the server crashes and starts again. Whoever was cut repeats, as an engine does.</summary>
    [Fact]
    public async Task No_reader_skips_or_sees_twice_and_nothing_is_lost_while_32_writers_collide_are_cut_off_and_the_server_crashes()
    {
        var (server, options) = await fixture.StartServerAsync();
        using var bound = new CancellationTokenSource(Bound);
        using var done = new CancellationTokenSource();
        var logs = await Task.WhenAll(Enumerable.Range(0, Logs).Select(_ => MartenEventLog.OpenAsync(options, default)));
        try
        {
            var readers = logs.Select(log => Task.Run(() => FollowAsync(log, done.Token, bound.Token))).ToArray();
            var breaking = Task.Run(() => BreakAsync(server, options, logs[0], done.Token, bound.Token));
            var gates = logs.Select(static _ => new SemaphoreSlim(1)).ToArray();
            var writers = Enumerable.Range(0, Logs * WritersPerLog).Select(seed => Task.Run(() => WriteAsync(logs[seed % Logs], gates[seed % Logs], seed, bound.Token)));

            var acknowledged = (await Task.WhenAll(writers)).SelectMany(static ids => ids).ToArray();
            await done.CancelAsync();
            var cuts = await breaking;
            var seen = await Task.WhenAll(readers);

            Assert.True(cuts > 0, "Some were cut off.");
            var all = seen[0];
            Assert.Equal(Enumerable.Range(1, all.Count).Select(static position => (long)position), all.Select(static e => e.Position));
            foreach (var other in seen) Assert.Equal(all.Select(static e => e.CommandId), other.Select(static e => e.CommandId));
            Assert.Equal(acknowledged.Order(), all.Select(static e => e.CommandId).Order());
            // The last cut may have been one of the log's idle sessions.
            foreach (var stream in all.Select(static e => e.Stream).Distinct()) await UntilThereAsync(async () => await logs[0].ReadStreamAsync(stream, 0, int.MaxValue, default), bound.Token);
        }
        finally
        {
            foreach (var log in logs) await log.DisposeAsync();
        }
    }

    private static AppendUnit Unit(int number, StreamName stream)
    {
        var id = Appender.CommandId(number);
        return new AppendUnit(Appender.Command(id), [new Appender().Write(id, stream, "{}")]);
    }

    /// <summary>One caller at a time a log, as a committer does.</summary>
    /// <returns>Commands that were acknowledged with an event, however often they had to be sent.</returns>
    private static async Task<List<Guid>> WriteAsync(MartenEventLog log, SemaphoreSlim gate, int seed, CancellationToken bound)
    {
        var random = new Random(seed);
        var acknowledged = new List<Guid>();
        for (var number = 0; number < UnitsPerWriter; number++)
        {
            var stream = Appender.Stream(random.Next(2));
            var id = Appender.CommandId((seed * 1000) + number);
            var head = await UntilThereAsync(async () => await log.ReadStreamAsync(stream, 0, int.MaxValue, bound), bound);
            for (var stall = random.Next(4); stall > 0; stall--) await Task.Yield();

            var appender = new Appender();
            appender.Rewind(stream, head.IsEmpty ? null : new StreamHead(stream, head[^1].Version, head[^1].Hash));
            var contended = new AppendUnit(Appender.Command(id), [appender.Write(id, stream, "{}")]);
            var own = Unit(1_000_000 + (seed * 1000) + number, new StreamName("own", $"{seed}-{number}"));
            await gate.WaitAsync(bound);
            try
            {
                var results = await UntilThereAsync(async () => await log.AppendAsync([contended, own], default), bound);
                if (results[0] is AppendResult.Appended or AppendResult.DuplicateCommand) acknowledged.Add(contended.Command.Id);
                Assert.False(results[1] is AppendResult.VersionConflict);
                acknowledged.Add(own.Command.Id);
            }
            finally
            {
                gate.Release();
            }
        }

        return acknowledged;
    }

    private static async Task<T> UntilThereAsync<T>(Func<Task<T>> call, CancellationToken bound)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (EventLogUnavailableException)
            {
                bound.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }

    /// <summary>Ends one of the database's other sessions, every few events, and once the whole server.</summary>
    private static async Task<int> BreakAsync(PostgresServer server, PostgresOptions options, MartenEventLog log, CancellationToken done, CancellationToken bound)
    {
        var cuts = 0;
        var hasCrashed = false;
        while (!done.IsCancellationRequested)
        {
            if (!hasCrashed && log.LastPosition > EventsBeforeCrash)
            {
                hasCrashed = true;
                await server.CrashAsync(bound);
                await server.StartAgainAsync(bound);
            }

            cuts += await CutAsync(options);
            try
            {
                await log.WaitForAsync(log.LastPosition + EventsBetweenCuts, done);
            }
            catch (OperationCanceledException)
            {
                // The writers are done.
            }
        }

        Assert.True(hasCrashed, "The server crashed while there was writing.");
        return cuts;
    }

    /// <returns>How many it cut: none while the server has no session left for this.</returns>
    private static async Task<int> CutAsync(PostgresOptions options)
    {
        try
        {
            return Convert.ToInt32(await PostgresFixture.ScalarAsync(
                options.ConnectionString,
                """
                SELECT count(pg_terminate_backend(pid)) FROM (
                    SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE '%i%' ORDER BY state, random() LIMIT 1) AS one
                """), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Npgsql.NpgsqlException)
        {
            return 0;
        }
    }

    private static async Task<List<RecordedEvent>> FollowAsync(MartenEventLog log, CancellationToken done, CancellationToken bound)
    {
        var seen = new List<RecordedEvent>();
        while (true)
        {
            var finished = done.IsCancellationRequested;
            using var given = CancellationTokenSource.CreateLinkedTokenSource(bound, done);
            try
            {
                await log.WaitForAsync(seen.Count, given.Token);
            }
            catch (OperationCanceledException)
            {
                bound.ThrowIfCancellationRequested();
            }

            var page = await UntilThereAsync(async () => await log.ReadAllAsync(seen.Count, 50, bound), bound);
            seen.AddRange(page);
            if (finished && page.IsEmpty) return seen;
        }
    }
}
