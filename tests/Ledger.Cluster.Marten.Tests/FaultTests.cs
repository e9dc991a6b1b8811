using System.Text;
using JasperFx;
using JasperFx.Events;
using Ledger.Cluster.Marten.Appending;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using Ledger.Postgres;
using Marten;

namespace Ledger.Cluster.Marten.Tests;

/// <summary>What breaks a database, or is written past the log: an error in bounded time, nothing acknowledged is lost, and service resumes by itself.</summary>
public sealed class FaultTests(MartenFixture fixture)
{
    /// <summary>The tests' patience with a server that starts again.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>The log's patience with a server that hangs: enough for one that is only slow to be opened.</summary>
    private static readonly TimeSpan HangMax = TimeSpan.FromSeconds(3);

    private readonly Appender _appender = new();

    [Fact]
    public async Task A_server_that_crashes_and_comes_back_is_unavailable_meanwhile_and_has_lost_nothing()
    {
        var (server, options) = await fixture.StartServerAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next());

        await server.CrashAsync(default);
        var unit = Next();
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadAllAsync(0, 10, default));
        await server.StartAgainAsync(default);

        Assert.Equal(new AppendResult.Appended(2), await Appender.AppendWhenThereAsync(log, unit, Bound));
        Assert.Equal(2, (await log.ReadAllAsync(0, 10, default)).Length);

        // And commits of others are heard of again.
        await using var other = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(other, Next());
        using var bound = new CancellationTokenSource(Bound);
        await log.WaitForAsync(2, bound.Token);
    }

    [Fact]
    public async Task A_server_that_hangs_keeps_nobody_for_longer_than_the_bound_and_what_it_did_is_found_again()
    {
        var (server, options) = await fixture.StartServerAsync();
        await using var log = await MartenEventLog.OpenAsync(options with { ConnectTimeout = HangMax, StatementTimeout = HangMax }, default);
        await Appender.AppendWhenThereAsync(log, Next(), Bound);
        var unit = Next();

        await server.FreezeAsync(default);
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
        await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadAllAsync(0, 10, default));
        await server.ThawAsync(default);

        Assert.Equal(new AppendResult.Appended(2), await Appender.AppendWhenThereAsync(log, unit, Bound));
        Assert.Equal(2, (await log.ReadAllAsync(0, 10, default)).Length);
    }

    [Fact]
    public async Task A_writer_that_is_held_up_for_too_long_gives_up_and_may_try_again()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options with { StatementTimeout = TimeSpan.FromSeconds(1) }, default);
        var unit = Next();
        await using (var other = new Npgsql.NpgsqlConnection(options.ConnectionString + ";Pooling=false"))
        {
            await other.OpenAsync();
            await using var held = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_lock({SideTables.AppendLock})", other);
            await held.ExecuteNonQueryAsync();
            await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync([unit], default));
        }

        Assert.Equal(new AppendResult.Appended(1), await Appender.AppendWhenThereAsync(log, unit, Bound));
    }

    [Fact]
    public async Task A_database_that_lacks_acknowledged_events_gets_no_more_of_them()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next(), Next());
        await MartenFixture.ExecuteAsync(options.ConnectionString, "DELETE FROM ledger_marten.positions WHERE position = 2");

        await Assert.ThrowsAsync<EventLogFencedException>(async () => await log.AppendAsync([Next()], default));
    }

    /// <summary>Marten's own version check speaks here: the log's lock and positions know nothing of the other program.</summary>
    [Fact]
    public async Task A_stream_that_another_program_appended_to_by_itself_takes_no_more_and_the_others_do()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        var stream = Appender.Stream(1);
        await Appender.AppendAsync(log, _appender.Unit(stream));
        await AppendPastTheLogAsync(options, stream.ToString());
        await AppendPastTheLogAsync(options, Appender.Stream(2).ToString());

        var corrupt = await Assert.ThrowsAsync<EventLogCorruptException>(async () => await log.AppendAsync([_appender.Unit(stream)], default));
        Assert.Contains("another program", corrupt.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EventLogCorruptException>(async () => await log.AppendAsync([_appender.Unit(Appender.Stream(2))], default));
        Assert.Equal(2, await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(3))));
        Assert.Equal(2, (await log.ReadAllAsync(0, 10, default)).Length);
    }

    [Fact]
    public async Task A_stream_that_somebody_archived_in_Marten_takes_no_more_and_says_so_and_can_be_read()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        var stream = Appender.Stream(1);
        await Appender.AppendAsync(log, _appender.Unit(stream));
        await MartenFixture.ExecuteAsync(options.ConnectionString, "UPDATE ledger_marten.mt_streams SET is_archived = true; UPDATE ledger_marten.mt_events SET is_archived = true");

        var refused = await Assert.ThrowsAsync<EventLogRefusedException>(async () => await log.AppendAsync([_appender.Unit(stream)], default));

        Assert.Contains("archived", refused.Message, StringComparison.Ordinal);
        Assert.Single(await log.ReadStreamAsync(stream, 0, 10, default));
    }

    [Fact]
    public async Task What_projections_see_is_held_against_what_was_hashed()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        var stream = Appender.Stream(1);
        await Appender.AppendAsync(log, _appender.Unit(stream), _appender.Unit(stream), _appender.Unit(stream));
        await MartenFixture.ExecuteAsync(options.ConnectionString, """UPDATE ledger_marten.mt_events SET data = data || '{"command": "other"}' WHERE version = 2""");

        var corrupt = await Assert.ThrowsAsync<EventLogCorruptException>(async () => await log.ReadStreamAsync(stream, 0, 10, default));

        Assert.Equal((2L, stream, 2L), (corrupt.Position, corrupt.Stream, corrupt.Version));
        Assert.Single(await log.ReadStreamAsync(stream, 0, 1, default));
        Assert.Single(await log.ReadStreamAsync(stream, 2, 10, default));
    }

    [Fact]
    public async Task A_payload_that_is_no_JSON_any_more_is_found_and_named()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        var stream = Appender.Stream(1);
        await Appender.AppendAsync(log, _appender.Unit(stream), _appender.Unit(stream));
        await MartenFixture.ExecuteAsync(options.ConnectionString, "UPDATE ledger_marten.positions SET payload = '{' WHERE position = 2");

        var corrupt = await Assert.ThrowsAsync<EventLogCorruptException>(async () => await log.ReadStreamAsync(stream, 0, 10, default));

        Assert.Equal((2L, stream, 2L), (corrupt.Position, corrupt.Stream, corrupt.Version));
    }

    [Fact]
    public async Task An_event_that_was_taken_out_of_Martens_table_is_missed_by_who_reads_all()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Next(), Next());
        await MartenFixture.ExecuteAsync(options.ConnectionString, "DELETE FROM ledger_marten.mt_events WHERE seq_id = (SELECT seq_id FROM ledger_marten.positions WHERE position = 1)");

        Assert.Equal(1L, (await Assert.ThrowsAsync<EventLogCorruptException>(async () => await log.ReadAllAsync(0, 10, default))).Position);
    }

    [Theory]
    [InlineData("""{"a": [1, 2.50, -3e4], "b": {"c": null, "d": true}, "é": "\u00e9 \ud83d\ude00"}""", true)]
    [InlineData("17", true)]
    [InlineData("""{"a": 1, "a": 2}""", true)]
    [InlineData("""{"a": "\u0000"}""", false)]
    [InlineData("""{"\u0000": 1}""", false)]
    [InlineData("""{"a": "\ud83d"}""", false)]
    [InlineData("""{"a": 1e999999}""", false)]
    [InlineData("""{"a": }""", false)]
    [InlineData("words", false)]
    [InlineData(" ", false)]
    public async Task What_jsonb_cannot_hold_is_known_beforehand_and_comes_back_all_the_same(string payload, bool isStorable)
    {
        Assert.Equal(isStorable, StorableJson.Is(Encoding.UTF8.GetBytes(payload)));
        await using var log = await MartenEventLog.OpenAsync(await fixture.CreateLogAsync(), default);
        var stream = Appender.Stream(1);
        await Appender.AppendAsync(log, new AppendUnit(Appender.Command(Appender.CommandId(1)), [_appender.Write(Appender.CommandId(1), stream, payload, "{}")]));

        Assert.Equal([payload, "{}"], (await log.ReadStreamAsync(stream, 0, 10, default)).Select(static e => Encoding.UTF8.GetString(e.Payload.Span)));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_no_storable_JSON() => Assert.False(StorableJson.Is([(byte)'"', 0xFF, (byte)'"']));

    private AppendUnit Next() => _appender.Unit(Appender.Stream(1));

    private static async Task AppendPastTheLogAsync(PostgresOptions options, string stream)
    {
        using var store = DocumentStore.For(other =>
        {
            other.Connection(options.ConnectionString);
            other.AutoCreateSchemaObjects = AutoCreate.None;
            other.DatabaseSchemaName = MartenLogSchema.Name;
            other.Events.StreamIdentity = StreamIdentity.AsString;
            other.Events.AppendMode = EventAppendMode.Rich;
        });
        await using var session = store.LightweightSession();
        session.Events.Append(stream, new OwnNumberTaken(1));
        await session.SaveChangesAsync();
    }
}
