using System.Net;
using System.Net.Sockets;
using System.Text;
using EventStore.Client;
using Ledger.EventLog;
using Ledger.EventLog.Conformance;

namespace Ledger.Cluster.EventStoreDb.Tests;

/// <summary>What breaks a server or the way to it, or is written past the log: an error in bounded time, nothing acknowledged is lost, and service resumes by itself.</summary>
public sealed class FaultTests(EventStoreDbFixture fixture)
{
    /// <summary>The tests' patience with a server that starts again.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Appender _appender = new();

    [Fact]
    public async Task A_server_that_is_killed_and_comes_back_is_unavailable_meanwhile_and_has_lost_nothing()
    {
        var (server, options) = (fixture.Server, fixture.CreateLog());
        await using var log = await EventStoreDbEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());

        await server.KillAsync(default);
        var unit = Next();
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadAllAsync(0, 10, default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadStreamAsync(Appender.Stream(1), 0, 10, default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.FindCommandAsync(unit.Command.Id, default));
        await server.StartAgainAsync(default);

        Assert.Equal(new AppendResult.Appended(2), await Appender.AppendWhenThereAsync(log, unit, Bound));
        Assert.Equal(2, (await log.ReadAllAsync(0, 10, default)).Length);

        // And commits of others are heard of again.
        await using var other = await EventStoreDbEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(other, Next());
        using var bound = new CancellationTokenSource(Bound);
        await log.WaitForAsync(2, bound.Token);
    }

    [Fact]
    public async Task A_server_that_hangs_keeps_nobody_for_longer_than_the_bound_and_what_it_did_is_found_again()
    {
        var (server, options) = (fixture.Server, fixture.CreateLog() with { OperationTimeout = TimeSpan.FromSeconds(1) });
        await using var log = await EventStoreDbEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());
        var unit = Next();

        await server.FreezeAsync(default);
        try
        {
            await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
            await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadAllAsync(0, 10, default));
        }
        finally
        {
            await server.ThawAsync(default);
        }

        // It may have been appended by the first call, which gave up: then the same ids are found, or the command is.
        Assert.True(await Appender.AppendWhenThereAsync(log, unit, Bound) is AppendResult.Appended(2) or AppendResult.DuplicateCommand);
        Assert.Equal(2, (await log.ReadAllAsync(0, 10, default)).Length);
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_found_by_its_event_ids_and_not_made_twice()
    {
        var (server, options) = (fixture.Server, fixture.CreateLog());
        await using var way = new AnswerThief(server.Port);
        await using var log = await EventStoreDbEventLog.OpenAsync(options with { ConnectionString = $"esdb://127.0.0.1:{way.Port}?tls=false" }, default);
        await using var witness = await EventStoreDbEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());
        using var bound = new CancellationTokenSource(Bound);

        way.Steal();
        var appending = log.AppendAsync([Next(), Next()], default).AsTask();
        await witness.WaitForAsync(1, bound.Token);
        Assert.False(appending.IsCompleted);
        way.CutAndHeal();

        Assert.Equal([new AppendResult.Appended(2), new AppendResult.Appended(3)], await appending);
        Assert.Equal(3, (await witness.ReadAllAsync(0, 10, default)).Length);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so_in_bounded_time()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var nobody = $"esdb://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}?tls=false";

        // One that answers nothing, and one that is not there.
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await EventStoreDbEventLog.OpenAsync(new EventStoreDbOptions(nobody) { OperationTimeout = TimeSpan.FromSeconds(1) }, default));
        listener.Stop();
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await EventStoreDbEventLog.OpenAsync(new EventStoreDbOptions(nobody), default));
    }

    [Theory]
    [InlineData("Host=localhost;Password=hush")]
    [InlineData("esdb://admin:hush@localhost:port")]
    [InlineData("")]
    public async Task A_connection_string_that_is_none_is_refused_and_not_repeated(string connection)
    {
        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(async () => await EventStoreDbEventLog.OpenAsync(new EventStoreDbOptions(connection), default));

        Assert.Contains("esdb://", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new EventStoreDbOptions("esdb://admin:hush@localhost").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_program_appended_to_the_stream_is_passed_over()
    {
        var options = fixture.CreateLog();
        await using var log = await EventStoreDbEventLog.OpenAsync(options, default);
        await using var client = new EventStoreClient(options.Settings());
        await AppendPastTheLogAsync(client, options, Foreign("other", "not JSON"));
        await Appender.AppendAsync(log, Next());
        await AppendPastTheLogAsync(client, options, Foreign("other", """{"ledger":17}"""), Foreign("ledger-command", ""));
        Assert.Equal(3, await Appender.AppendAsync(log, Next(), Next()));
        await AppendPastTheLogAsync(client, options, Foreign("other", """{"a":{"ledger":1}}"""));

        await using var fresh = await EventStoreDbEventLog.OpenAsync(options, default);
        foreach (var reader in new[] { log, fresh })
        {
            Assert.Equal([1, 2, 3], (await reader.ReadAllAsync(0, 10, default)).Select(static e => e.Position));
            Assert.Equal([2, 3], (await reader.ReadAllAsync(1, 2, default)).Select(static e => e.Position));
            Assert.Equal([1, 2, 3], (await reader.ReadStreamAsync(Appender.Stream(1), 0, 10, default)).Select(static e => e.Version));
        }

        Assert.Equal(4, await Appender.AppendAsync(fresh, Next()));
    }

    [Theory]
    [InlineData("""{"ledger":1,"position":3,"$causationId":"00000000-0000-0000-0000-000000000001","stream":"thing-0001","version":2,"recordedAt":0,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"ledger":1,"position":2,"$causationId":"00000000-0000-0000-0000-000000000001","stream":"thing-0001","version":1,"recordedAt":0,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"ledger":1,"position":2,"$causationId":"00000000-0000-0000-0000-000000000001","stream":"Thing","version":2,"recordedAt":0,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""")]
    [InlineData("""{"ledger":1,"position":2,"$causationId":"00000000-0000-0000-0000-000000000001"}""")]
    public async Task What_claims_to_be_the_log_s_and_does_not_continue_it_is_damage_and_stops_writing(string metadata)
    {
        var options = fixture.CreateLog();
        await using var log = await EventStoreDbEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());
        await using var client = new EventStoreClient(options.Settings());
        await AppendPastTheLogAsync(client, options, Foreign("test-thing.1", metadata));

        await Assert.ThrowsAsync<EventLogCorruptException>(async () => await log.AppendAsync([Next()], default));
        await Assert.ThrowsAsync<EventLogCorruptException>(async () => await EventStoreDbEventLog.OpenAsync(options, default));
        Assert.Equal(1, log.LastPosition);
    }

    /// <summary>A deleted stream takes appends after its last revision, as a stale copy does that others wrote to meanwhile.</summary>
    [Fact]
    public async Task A_server_that_comes_back_without_acknowledged_events_gets_no_more_of_them()
    {
        var (server, options) = (fixture.Server, fixture.CreateLog() with { IndexFile = fixture.IndexFile() });
        await using (var log = await EventStoreDbEventLog.OpenAsync(options, default))
        {
            await Appender.AppendAsync(log, Next(), Next());
            await using (var client = new EventStoreClient(options.Settings())) await client.DeleteAsync(options.LogStream, StreamState.Any);
            await Assert.ThrowsAsync<EventLogFencedException>(async () => await log.ReadStreamAsync(Appender.Stream(1), 0, 10, default));

            await server.KillAsync(default);
            var unit = Next();
            await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
            await server.StartAgainAsync(default);
            await Assert.ThrowsAsync<EventLogFencedException>(() => Appender.AppendWhenThereAsync(log, unit, Bound));
        }

        await Assert.ThrowsAsync<EventLogFencedException>(async () => await EventStoreDbEventLog.OpenAsync(options, default));
    }

    [Fact]
    public async Task A_stream_that_was_deleted_for_ever_is_refused()
    {
        var options = fixture.CreateLog();
        await using var log = await EventStoreDbEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());
        await using var client = new EventStoreClient(options.Settings());
        await client.TombstoneAsync(options.LogStream, StreamState.Any);

        Assert.Contains("deleted", (await Assert.ThrowsAsync<EventLogRefusedException>(async () => await log.AppendAsync([Next()], default))).Message, StringComparison.Ordinal);
        Assert.Contains("deleted", (await Assert.ThrowsAsync<EventLogRefusedException>(async () => await log.ReadAllAsync(1, 10, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_the_stream_s_own_limit_let_go_are_missed()
    {
        var options = fixture.CreateLog();
        await using (var log = await EventStoreDbEventLog.OpenAsync(options, default)) await Appender.AppendAsync(log, Next(), Next(), Next());
        await using var client = new EventStoreClient(options.Settings());
        await client.SetStreamMetadataAsync(options.LogStream, StreamState.Any, new StreamMetadata(maxCount: 1));

        await Assert.ThrowsAsync<EventLogCorruptException>(async () => await EventStoreDbEventLog.OpenAsync(options, default));
    }

    [Fact]
    public async Task A_batch_above_what_one_append_takes_is_several_commits_and_a_unit_above_it_is_refused()
    {
        var options = fixture.CreateLog() with { AppendBytesMax = 64 * 1024 };
        await using var log = await EventStoreDbEventLog.OpenAsync(options, default);
        var units = Enumerable.Range(1, 10).Select(number => Sized(number, 20_000)).ToArray();

        var results = await log.AppendAsync([.. units, units[0]], default);
        Assert.Equal(Enumerable.Range(1, 10).Select(static position => new AppendResult.Appended(position)), results[..^1]);
        Assert.IsType<AppendResult.DuplicateCommand>(results[^1]);

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await log.AppendAsync([Next(), Sized(11, 70_000)], default));
        Assert.Contains("--max-append-size", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await log.ReadAllAsync(0, 100, default)).Length);
    }

    [Fact]
    public async Task A_server_that_takes_less_than_the_log_was_told_says_what_to_set()
    {
        await using var log = await EventStoreDbEventLog.OpenAsync(fixture.CreateLog() with { AppendBytesMax = EventStoreDbOptions.ServersAppendBytesMax }, default);

        // Two payloads of the largest size are above the server's own limit.
        var id = Appender.CommandId(1);
        var payload = new string('1', AppendCheck.PayloadLengthMax);
        var unit = new AppendUnit(Appender.Command(id), [_appender.Write(id, Appender.Stream(1), payload, payload)]);

        Assert.Contains("--max-append-size", (await Assert.ThrowsAsync<EventLogRefusedException>(async () => await log.AppendAsync([unit], default))).Message, StringComparison.Ordinal);
        Assert.Empty(await log.ReadAllAsync(0, 10, default));
    }

    [Fact]
    public async Task An_index_file_is_one_process_s_and_one_log_s()
    {
        var options = fixture.CreateLog() with { IndexFile = fixture.IndexFile() };
        await using (var log = await EventStoreDbEventLog.OpenAsync(options, default))
        {
            await Appender.AppendAsync(log, Next());
            await Assert.ThrowsAsync<EventLogRefusedException>(async () => await EventStoreDbEventLog.OpenAsync(options, default));
        }

        await Assert.ThrowsAsync<EventLogRefusedException>(async () => await EventStoreDbEventLog.OpenAsync(fixture.CreateLog() with { IndexFile = options.IndexFile }, default));
        await File.WriteAllTextAsync(options.IndexFile!, "no index at all");
        await Assert.ThrowsAsync<EventLogRefusedException>(async () => await EventStoreDbEventLog.OpenAsync(options, default));

        // Deleted, it is made again.
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(options.IndexFile)!, Path.GetFileName(options.IndexFile) + "*")) File.Delete(file);
        await using var again = await EventStoreDbEventLog.OpenAsync(options, default);
        Assert.Equal(2, await Appender.AppendAsync(again, Next()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$ledger")]
    [InlineData("led ger")]
    public void A_name_that_is_none_for_a_stream_is_refused(string name) => Assert.Throws<ArgumentException>(() => new EventStoreDbOptions("esdb://localhost") { LogStream = name });

    private AppendUnit Next() => _appender.Unit(Appender.Stream(1));

    private static AppendUnit Sized(int number, int bytes)
    {
        var id = Appender.CommandId(1_000 + number);
        return new AppendUnit(Appender.Command(id), [new Appender().Write(id, Appender.Stream(1_000 + number), new string('1', bytes))]);
    }

    private static EventData Foreign(string type, string metadata) => new(Uuid.NewUuid(), type, "{}"u8.ToArray(), Encoding.UTF8.GetBytes(metadata));

    private static Task AppendPastTheLogAsync(EventStoreClient client, EventStoreDbOptions options, params EventData[] events) =>
        client.AppendToStreamAsync(options.LogStream, StreamState.Any, events);
}
