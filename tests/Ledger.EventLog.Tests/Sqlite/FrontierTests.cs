using System.Collections.Immutable;
using Ledger.EventLog.Conformance;
using Ledger.EventLog.Sqlite;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>What the writer decides out of its memory is what a log decides that looks at everything: the in-memory log is the oracle.</summary>
public sealed class FrontierTests : IDisposable
{
    private const int Batches = 400;
    private const int UnitsMax = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly List<AppendUnit> _sent = [];
    private readonly List<StreamName> _streams = [];
    private readonly InMemoryEventLog _oracle = new();
    private long _time = 0x0192_0000_0000;

    public void Dispose() => _folder.Dispose();

    [Theory, Rule("I38")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_writer_that_remembers_little_decides_as_one_that_looks_at_everything(bool inBackground)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var options = new SqliteEventLogOptions { KeptPerGeneration = 24, CommitFileLength = 64 * 1024, CheckpointPages = 20, WorksInBackground = inBackground };
        var log = SqliteEventLog.Open(_folder.Log, options);
        var seen = new HashSet<string>();
        for (var batch = 0; batch < Batches; batch++)
        {
            var units = await NextBatchAsync(random);
            var expected = (await _oracle.AppendAsync(units, default)).Select(Describe).ToArray();
            Assert.True(expected.SequenceEqual((await log.AppendAsync(units, default)).Select(Describe)), $"Seed {seed}, batch {batch}: expected {string.Join(", ", expected)}.");
            seen.UnionWith(expected.Select(static one => one.Split(' ')[0]));
            if (random.Next(40) != 0) continue;

            await log.DisposeAsync();
            log = SqliteEventLog.Open(_folder.Log, options);
        }

        Assert.Equal(3, seen.Count);
        var stored = await log.ReadAllAsync(0, int.MaxValue, default);
        Assert.Equal((await _oracle.ReadAllAsync(0, int.MaxValue, default)).Select(static one => (one.Position, one.Stream, one.Version)), stored.Select(static one => (one.Position, one.Stream, one.Version)));
        await log.DisposeAsync();
    }

    private static string Describe(AppendResult result) => result switch
    {
        AppendResult.Appended appended => $"appended {appended.LastPosition}",
        AppendResult.VersionConflict conflict => $"conflict {conflict}",
        AppendResult.DuplicateCommand duplicate => $"duplicate {duplicate.Existing.Id:N} {Convert.ToHexString(duplicate.Existing.Reply.Span)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private async Task<AppendUnit[]> NextBatchAsync(Random random)
    {
        // Some units of a batch follow each other on a stream, some were made on what another of the batch overtakes.
        var made = new Dictionary<StreamName, StreamHead>();
        var units = new AppendUnit[random.Next(1, UnitsMax)];
        for (var index = 0; index < units.Length; index++)
        {
            if (_sent.Count > 0 && random.Next(8) == 0) units[index] = _sent[random.Next(random.Next(2) == 0 ? _sent.Count : Math.Min(5, _sent.Count))];
            else units[index] = await NextUnitAsync(random, made);
            _sent.Add(units[index]);
        }

        return units;
    }

    private async Task<AppendUnit> NextUnitAsync(Random random, Dictionary<StreamName, StreamHead> made)
    {
        var id = NextId(random);
        var writes = ImmutableArray.CreateBuilder<StreamWrite>();
        foreach (var stream in Enumerable.Range(0, random.Next(3)).Select(_ => NextStream(random)).Distinct().ToArray())
        {
            var head = made.GetValueOrDefault(stream) ?? await HeadAsync(stream);
            var appender = new Appender();
            if (random.Next(6) != 0) appender.Rewind(stream, head);
            var write = appender.Write(id, stream, "1", "2");
            made[stream] = new StreamHead(stream, write.ExpectedVersion + 2, write.Events[^1].Hash);
            writes.Add(write);
        }

        return new AppendUnit(Appender.Command(id), writes.DrainToImmutable());
    }

    private async Task<StreamHead?> HeadAsync(StreamName stream)
    {
        var events = await _oracle.ReadStreamAsync(stream, 0, int.MaxValue, default);
        return events.IsEmpty ? null : new StreamHead(stream, events[^1].Version, events[^1].Hash);
    }

    private StreamName NextStream(Random random)
    {
        if (_streams.Count > 0 && random.Next(2) == 0) return _streams[random.Next(_streams.Count)];

        var stream = random.Next(4) == 0 ? new StreamName("thing", $"text-{random.Next(100)}") : new StreamName(random.Next(2) == 0 ? "thing" : "other", NextId(random));
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Mostly of the time, not quite in its order; some of chance.</summary>
    private Guid NextId(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        if (random.Next(10) == 0) return new Guid(bytes);

        var time = (_time++) + random.Next(-20, 20);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, time << 16);
        return new Guid(bytes, bigEndian: true);
    }
}
