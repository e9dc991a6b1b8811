using EventStore.Client;
using Ledger.Domain.Terminals;
using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using NodaTime;

namespace Ledger.Cluster.EventStoreDb.Tests;

/// <summary>A team that lives on EventStoreDB reads the ledger's events its own way, past the log.</summary>
public sealed class TeamTests(EventStoreDbFixture fixture)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly Instant At = Instant.FromUtc(2026, 11, 22, 8, 0);

    private readonly EventStoreDbOptions _options = fixture.CreateLog();

    [Fact]
    public async Task The_server_filters_all_of_its_events_by_kind_in_commit_order_and_they_decode_to_ours()
    {
        await using var log = await EventStoreDbEventLog.OpenAsync(_options, default);
        await using var client = new EventStoreClient(_options.Settings());
        var begin = await EndOfAllAsync(client);
        var appender = new Appender();
        for (var number = 1; number <= 5; number++) await Appender.AppendAsync(log, appender.Unit(Appender.Stream(1)), NumberTaken(number), appender.Unit(Appender.Stream(2)));

        var seen = await SeeAsync(client, begin, LedgerEvents.OfKinds("terminal-number-taken"), 5);

        Assert.Equal([2, 5, 8, 11, 14], seen.Select(static one => one.Position));
        Assert.Equal(Enumerable.Range(1, 5).Select(static number => new TerminalEvent.NumberTaken(Appender.CommandId(1_000 + number), number, At)), seen.Select(static one => EventCodec.Default.Decode(one)));
        Assert.All(seen, static one => Assert.Equal((1L, "terminal"), (one.Version, one.Stream.Category)));
    }

    [Fact]
    public async Task The_server_filters_one_log_and_its_reader_goes_on_from_any_position_of_it()
    {
        await using var log = await EventStoreDbEventLog.OpenAsync(_options, default);
        await using var other = await EventStoreDbEventLog.OpenAsync(fixture.CreateLog(), default);
        await using var client = new EventStoreClient(_options.Settings());
        var begin = await EndOfAllAsync(client);
        var (appender, stranger) = (new Appender(), new Appender());
        for (var number = 1; number <= 5; number++)
        {
            await Appender.AppendAsync(log, appender.Unit(Appender.Stream(1), Appender.Stream(2)), new AppendUnit(Appender.Command(Appender.CommandId(2_000 + number)), []));
            await Appender.AppendAsync(other, stranger.Unit(Appender.Stream(1)));
        }

        var seen = await SeeAsync(client, begin, LedgerEvents.OfLog(_options), 10);

        Assert.Equal(Enumerable.Range(1, 10).Select(static position => (long)position), seen.Select(static one => one.Position));
        Assert.Equal((await log.ReadAllAsync(0, 10, default)).Select(static one => one.CommandId), seen.Select(static one => one.CommandId));
    }

    private static AppendUnit NumberTaken(int number)
    {
        var id = Appender.CommandId(1_000 + number);
        var stream = new StreamName("terminal", $"T{number}");
        return new AppendUnit(Appender.Command(id), [new StreamWrite(stream, 0, [EventEncoder.Chain(ChainHash.Genesis, stream, 1, At, id, EventCodec.Default.Encode(new TerminalEvent.NumberTaken(id, number, At)))])]);
    }

    private static async Task<FromAll> EndOfAllAsync(EventStoreClient client)
    {
        await foreach (var last in client.ReadAllAsync(Direction.Backwards, Position.End, maxCount: 1)) return FromAll.After(last.OriginalPosition!.Value);
        return FromAll.Start;
    }

    /// <summary>The ledger's of the first that a subscription to $all gives; fails where the server sends what was not asked for.</summary>
    private static async Task<List<RecordedEvent>> SeeAsync(EventStoreClient client, FromAll begin, SubscriptionFilterOptions filter, int count)
    {
        using var bound = new CancellationTokenSource(Bound);
        await using var subscription = client.SubscribeToAll(begin, filterOptions: filter, cancellationToken: bound.Token);
        var seen = new List<RecordedEvent>();
        await foreach (var message in subscription.Messages)
        {
            if (message is not StreamMessage.Event(var resolved)) continue;
            if (LedgerEvents.Read(resolved) is { } recorded) seen.Add(recorded);
            else Assert.Equal("ledger-command", resolved.Event.EventType);
            if (seen.Count == count) break;
        }

        return seen;
    }
}
