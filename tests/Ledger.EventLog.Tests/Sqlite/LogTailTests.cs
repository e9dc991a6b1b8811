using Ledger.EventLog.Conformance;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Codec;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>What is read from memory is what the tables hold, whatever of it is there.</summary>
public sealed class LogTailTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Appender _appender = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_page_is_the_same_from_memory_and_from_the_tables()
    {
        await using var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);

        // Many commits, more events than are kept, and one too large to be kept, with some after it.
        for (var commit = 0; commit < LogTail.EventsMax; commit++) await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(commit % 7), Appender.Stream(100 + commit)));
        await CompareAsync(log);
        await Appender.AppendAsync(log, [.. Enumerable.Range(0, LogTail.CommitEventsMax + 1).Select(_ => _appender.Unit(Appender.Stream(1)))]);
        await CompareAsync(log);
        for (var commit = 0; commit < 10; commit++) await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(commit)), _appender.Unit(Appender.Stream(1), Appender.Stream(2)));
        await CompareAsync(log);
    }

    [Fact]
    public async Task What_was_refused_is_not_in_memory_either()
    {
        await using var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);
        var first = _appender.Unit(Appender.Stream(1));
        var repeated = new AppendUnit(first.Command, _appender.Unit(Appender.Stream(2)).Writes);
        _appender.Rewind(Appender.Stream(2), null);
        await log.AppendAsync([first, repeated, _appender.Unit(Appender.Stream(2))], default);

        Assert.Equal([Appender.Stream(1), Appender.Stream(2)], (await log.ReadAllAsync(0, 10, default)).Select(static read => read.Stream));
        await CompareAsync(log);
    }

    [Fact]
    public async Task Late_events_are_the_same_objects_for_every_reader_and_decoded_once()
    {
        await using var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);
        var @event = SampleEvents.All[0];
        var command = Appender.Command(Appender.CommandId(1));
        var encoded = EventCodec.Default.Encode(@event);
        var chained = EventEncoder.Chain(ChainHash.Genesis, Appender.Stream(1), 1, command.RecordedAt, command.Id, encoded);
        await log.AppendAsync([new AppendUnit(command, [new StreamWrite(Appender.Stream(1), 0, [chained])])], default);

        var one = Assert.Single(await log.ReadAllAsync(0, 10, default));
        Assert.Same(one, Assert.Single(await log.ReadAllAsync(0, 10, default)));
        Assert.Same(EventCodec.Default.Decode(one), EventCodec.Default.Decode(one));
        Assert.Equal(@event, EventCodec.Default.Decode(one));

        // Neither another codec nor other bytes are answered with what was kept.
        Assert.Throws<EventLogCorruptException>(() => EventCodec.Default.Decode(one with { Payload = "{}"u8.ToArray() }));
        Assert.NotSame(EventCodec.Default.Decode(one), new EventCodec([]).Decode(one));
    }

    private async Task CompareAsync(SqliteEventLog log)
    {
        // What stands in the tables is what another process sees once they have everything, which reading heads waits for.
        await log.ReadHeadsAsync(null, 1, default);
        await using var tables = SqliteEventLog.OpenReadOnly(_folder.Log);
        Assert.Equal(log.LastPosition, tables.LastPosition);
        var last = log.LastPosition;
        foreach (var after in Enumerable.Range(0, (int)Math.Min(last, 20)).Select(back => last - back).Concat([0, last / 2, Math.Max(0, last - LogTail.EventsMax), last + 1]))
        {
            foreach (var count in (int[])[1, 3, int.MaxValue])
            {
                Assert.Equal((await tables.ReadAllAsync(after, count, default)).Select(ValueOf), (await log.ReadAllAsync(after, count, default)).Select(ValueOf));
            }
        }
    }

    private static object ValueOf(RecordedEvent read) =>
        (read.Position, read.Stream, read.Version, read.Type, read.RecordedAt, read.CommandId, Convert.ToHexString(read.Payload.Span), Convert.ToHexString(read.Hash.Span));
}
