using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using Ledger.Postgres;
using Marten;
using Marten.Events.Projections;
using NodaTime;

namespace Ledger.Cluster.Marten.Tests;

/// <summary>A team with a Marten store of its own over the log's events.</summary>
public sealed class ProjectionTests(MartenFixture fixture)
{
    private static readonly StreamName First = new("terminal", "1");
    private static readonly StreamName Second = new("terminal", "2");
    private static readonly Instant At = Instant.FromUtc(2026, 11, 22, 8, 0);

    private readonly Dictionary<StreamName, (long Version, ReadOnlyMemory<byte> Hash)> _heads = [];
    private int _commands;

    [Fact]
    public async Task Every_stored_type_comes_to_the_team_as_the_class_of_the_domain()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        using var team = Team(options);
        await using var session = team.QuerySession();
        var files = Directory.EnumerateFiles(GoldenFolder(), "*.json").Order(StringComparer.Ordinal).ToArray();
        foreach (var (index, file) in files.Index())
        {
            var stream = Appender.Stream(index);
            var type = Path.GetFileNameWithoutExtension(file);
            var payload = await File.ReadAllBytesAsync(file);
            await Appender.AppendAsync(log, Unit((stream, new EncodedEvent(type, payload))));

            var seen = Assert.Single(await session.Events.FetchStreamAsync(stream.ToString()));

            Assert.Equal(EventCodec.Default.Decode(type, payload), seen.Data);
            Assert.Equal((type, 1L, stream.ToString()), (seen.EventTypeName, seen.Version, seen.StreamKey));
            Assert.Equal(At, Instant.FromDateTimeOffset(seen.Timestamp));
        }

        Assert.NotEmpty(files);
    }

    [Fact]
    public async Task A_live_aggregation_folds_a_stream()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Unit((First, Taken(41))), Unit((First, Taken(42)), (Second, Taken(7))));
        using var team = Team(options);
        await using var session = team.QuerySession();

        var numbers = await session.Events.AggregateStreamAsync<TerminalNumbers>(First.ToString());

        Assert.Equal((2, 42), (numbers!.Count, numbers.Last));
    }

    [Fact]
    public async Task The_daemon_projects_into_the_teams_own_tables()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Unit((First, Taken(41))), Unit((First, Taken(42)), (Second, Taken(7))));
        using var team = Team(options, static store => store.Projections.Snapshot<TerminalNumbers>(SnapshotLifecycle.Async));
        using var daemon = await team.BuildProjectionDaemonAsync();

        await daemon.RebuildProjectionAsync<TerminalNumbers>(default);

        await using var session = team.QuerySession();
        var all = await session.Query<TerminalNumbers>().OrderBy(static numbers => numbers.Id).ToListAsync();
        Assert.Equal([(First.ToString(), 2, 42), (Second.ToString(), 1, 7)], all.Select(static numbers => (numbers.Id, numbers.Count, numbers.Last)));
    }

    [Fact]
    public async Task A_team_may_take_one_type_into_a_class_of_its_own()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Unit((First, Taken(41))));
        using var team = DocumentStore.For(store =>
        {
            store.Connection(options.ConnectionString);
            store.AutoCreateSchemaObjects = AutoCreate.None;
            store.UseSystemTextJsonForSerialization(casing: Weasel.Core.Casing.CamelCase);
            store.Events.StreamIdentity = StreamIdentity.AsString;
            store.Events.DatabaseSchemaName = Schema.MartenLogSchema.Name;
            store.Events.MapEventType<OwnNumberTaken>("terminal-number-taken.1");
        });
        await using var session = team.QuerySession();

        Assert.Equal(new OwnNumberTaken(41), Assert.Single(await session.Events.FetchStreamAsync(First.ToString())).Data);
    }

    /// <summary>Marten deals its sequence out stream by stream; a projection over several streams is to see commit order all the same.</summary>
    [Fact]
    public async Task Martens_sequence_has_the_order_of_positions_also_within_one_batch()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(log, Unit((First, Taken(1))), Unit((Second, Taken(2)), (First, Taken(3))), Unit((Second, Taken(4))), Unit((First, Taken(5))));
        using var team = Team(options);
        await using var session = team.QuerySession();

        var seen = await session.Events.QueryAllRawEvents().OrderBy(static e => e.Sequence).ToListAsync();

        Assert.Equal([1, 2, 3, 4, 5], seen.Select(static e => ((TerminalEvent.NumberTaken)e.Data).Number));
        Assert.Equal((await log.ReadAllAsync(0, 10, default)).Select(static e => (e.Stream.ToString(), e.Version)), seen.Select(static e => (e.StreamKey!, e.Version)));
    }

    [Fact]
    public async Task A_schema_change_of_the_teams_store_leaves_the_log_as_it_is()
    {
        var options = await fixture.CreateLogAsync();
        await using (var log = await MartenEventLog.OpenAsync(options, default))
        {
            await Appender.AppendAsync(log, Unit((First, Taken(41))));
            using var team = Team(options, static store =>
            {
                store.AutoCreateSchemaObjects = AutoCreate.All;
                store.Projections.Snapshot<TerminalNumbers>(SnapshotLifecycle.Async);
            });
            await team.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        }

        await using var again = await MartenEventLog.OpenAsync(options, default);
        await Appender.AppendAsync(again, Unit((First, Taken(42))));
        Assert.Equal(2, (await again.ReadStreamAsync(First, 0, 10, default)).Length);
    }

    private static DocumentStore Team(PostgresOptions options, Action<StoreOptions>? more = null) => DocumentStore.For(store =>
    {
        store.Connection(options.ConnectionString);
        store.DatabaseSchemaName = "team";
        store.UseLedgerEvents(EventCodec.Default);
        more?.Invoke(store);
    });

    private static EncodedEvent Taken(int number) => EventCodec.Default.Encode(new TerminalEvent.NumberTaken(Appender.CommandId(number), number, At));

    private AppendUnit Unit(params (StreamName Stream, EncodedEvent Event)[] events)
    {
        var command = Appender.Command(Appender.CommandId(1_000 + ++_commands));
        return new AppendUnit(command, [.. events.Select(e => Write(command.Id, e.Stream, e.Event))]);
    }

    private StreamWrite Write(Guid commandId, StreamName stream, EncodedEvent encoded)
    {
        var (version, hash) = _heads.GetValueOrDefault(stream, (0, ChainHash.Genesis));
        var chained = EventEncoder.Chain(hash, stream, version + 1, At, commandId, encoded);
        _heads[stream] = (version + 1, chained.Hash);
        return new StreamWrite(stream, version, [chained]) { PreviousHash = hash };
    }

    private static string GoldenFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Ledger.Cluster.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "specs", "events", "golden");
    }
}

/// <summary>A team's view of one terminal: the numbers it took by itself.</summary>
public sealed class TerminalNumbers
{
    public string Id { get; set; } = "";

    public int Count { get; set; }

    public int Last { get; set; }

    public void Apply(TerminalEvent.NumberTaken taken) => (Count, Last) = (Count + 1, taken.Number);
}

/// <summary>What a team may want of « terminal-number-taken.1 ».</summary>
public sealed record OwnNumberTaken(int Number);
