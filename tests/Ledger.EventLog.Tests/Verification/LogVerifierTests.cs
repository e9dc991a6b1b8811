using Ledger.Domain.Accounting;
using Ledger.Domain.Transactions;
using Ledger.EventLog.Conformance;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Sqlite;
using Ledger.EventLog.Verification;
using Ledger.Testing;
using NodaTime;

namespace Ledger.EventLog.Tests.Verification;

public sealed class LogVerifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Rule("I38")]
    public async Task A_sound_log_is_found_sound_with_its_postings()
    {
        await using var log = new InMemoryEventLog();
        await SampleLog.FillAsync(log, rounds: 30);
        var clock = new ManualClock(SampleLog.Start);
        var told = new List<VerifyProgress>();
        var verifier = new LogVerifier(log, EventCodec.Default, (_, @event) => Postings.AreBalanced(Postings.Of(@event)) ? null : "Its postings do not balance.", clock);

        var report = await verifier.VerifyAsync(new Progress(told, clock), default);

        Assert.True(report.IsSound, report.FirstBad?.Why);
        Assert.Equal((log.LastPosition, 14), (report.Events, report.Streams));
        Assert.Equal([1000, log.LastPosition], told.Select(progress => progress.Events));
        Assert.All(told, progress => Assert.Equal(log.LastPosition, progress.EventsExpected));
        Assert.True(told[^1].EventsPerSecond > 0);
    }

    [Theory, Rule("I38"), Rule("E100")]
    [InlineData("UPDATE events SET payload = CAST(replace(CAST(payload AS TEXT), 'reason', 'reasoN') AS BLOB) WHERE position = 60", 60)]
    [InlineData("UPDATE events SET payload = x'7B7D' WHERE position = 60", 60)]
    [InlineData("UPDATE events SET hash = zeroblob(32) WHERE position = 60", 60)]
    [InlineData("UPDATE events SET hash = zeroblob(31) WHERE position = 60", 60)]
    [InlineData("UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 60", 60)]
    [InlineData("UPDATE events SET command_id = zeroblob(16) WHERE position = 60", 60)]
    [InlineData("UPDATE events SET command_id = x'00' WHERE position = 60", 60)]
    [InlineData("UPDATE events SET type_id = type_id + 1 WHERE position = 60", 60)]
    [InlineData("UPDATE events SET type_id = 999 WHERE position = 60", 60)]
    [InlineData("UPDATE events SET version = 500 WHERE position = 60", 60)]
    [InlineData("UPDATE events SET stream_id = 999 WHERE position = 60", 60)]
    [InlineData("UPDATE events SET stream_id = 3, version = 77 WHERE position = 60", 60)]
    [InlineData("DELETE FROM events WHERE position = 60", 60)]
    [InlineData("UPDATE events SET position = 5000 WHERE position = 60", 60)]
    [InlineData("UPDATE events SET position = -position WHERE position = 60", 60)]
    [InlineData("UPDATE event_types SET name = 'transaction-requested.2' WHERE name = 'transaction-requested.1'", 1)]
    [InlineData("UPDATE event_types SET name = 'transaction-approved' WHERE name = 'transaction-approved.1'", 4)]
    [InlineData("UPDATE events SET stream = 'transaction-9' WHERE stream = 'transaction-1'", 2)]
    [InlineData("UPDATE events SET stream = 'no name' WHERE stream = 'transaction-1'", 2)]
    [InlineData("UPDATE events SET stream = NULL WHERE stream = 'transaction-1'", 2)]
    [InlineData("UPDATE events SET stream = 'transaction-1' WHERE position = 60", 60)]
    [InlineData("UPDATE events SET stream_id = 2 WHERE position = 1", 1)]
    public async Task A_changed_value_is_found_and_its_event_named(string change, long position)
    {
        await FillAsync();
        Tampering.Execute(_folder.Log, change);

        var report = await VerifyFileAsync();

        Assert.Equal(position, report.FirstBad?.Position);
        Assert.Equal(position - 1, report.Events);
    }

    [Theory, Rule("I38")]
    [InlineData("UPDATE streams SET version = version + 1 WHERE name = 'transaction-1'", "transaction-1")]
    [InlineData("UPDATE streams SET version = version - 1 WHERE name = 'transaction-1'", "transaction-1")]
    [InlineData("UPDATE streams SET hash = zeroblob(32) WHERE name = 'transaction-1'", "transaction-1")]
    [InlineData("INSERT INTO streams (name, id, version, hash) VALUES ('transaction-8', 1, 1, zeroblob(32))", "transaction-8")]
    [InlineData("UPDATE streams SET name = 'transaction-9' WHERE name = 'transaction-1'", "transaction-9")]
    [InlineData("UPDATE streams SET id = 3 WHERE name = 'transaction-1'", "transaction-1")]
    [InlineData("DELETE FROM streams WHERE name = 'transaction-1'", "transaction-1")]
    public async Task A_head_that_is_not_its_streams_end_is_found_and_its_stream_named(string change, string stream)
    {
        await FillAsync();
        Tampering.Execute(_folder.Log, change);

        Assert.Equal(stream, (await VerifyFileAsync()).FirstBad?.Stream.ToString());
    }

    [Fact, Rule("I38")]
    public async Task The_last_events_taken_away_are_missed()
    {
        await FillAsync();
        Tampering.Execute(_folder.Log, "DELETE FROM events WHERE position > 100");

        var bad = (await VerifyFileAsync()).FirstBad;

        Assert.NotNull(bad);
        Assert.Contains("head", bad.Why);
    }

    [Fact, Rule("I38")]
    public async Task Two_events_swapped_are_found()
    {
        await FillAsync();
        Tampering.Execute(
            _folder.Log,
            "UPDATE events SET position = -1 WHERE position = 10; UPDATE events SET position = 10 WHERE position = 13; UPDATE events SET position = 13 WHERE position = -1");

        Assert.Equal(10, (await VerifyFileAsync()).FirstBad?.Position);
    }

    [Fact, Rule("I38"), Rule("E100")]
    public async Task One_bit_flipped_anywhere_in_an_event_is_found_and_the_event_named()
    {
        await FillAsync();
        var file = await File.ReadAllBytesAsync(_folder.Log);
        var events = await EventsInFileAsync(file);
        foreach (var @event in new[] { events[0], events[60] })
        {
            for (var bit = 0; bit < 8 * @event.KindsLength; bit++) await FlipAsync(file, @event, bit, "the row's header");
        }

        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var flips = 0; flips < 120; flips++)
        {
            var @event = events[random.Next(events.Count)];
            await FlipAsync(file, @event, random.Next(8 * @event.Length), $"seed {seed}, flip {flips}");
        }
    }

    [Fact]
    public async Task An_event_of_a_type_that_is_not_known_is_named_although_its_chain_holds()
    {
        await using var log = new InMemoryEventLog();
        await SampleLog.FillAsync(log, rounds: 1);
        await Appender.AppendAsync(log, new Appender().Unit(new StreamName("thing", "1")) with { Command = Appender.Command(Guid.Empty) });

        var bad = (await SampleLog.VerifyAsync(log)).FirstBad;

        Assert.Equal(log.LastPosition, bad?.Position);
        Assert.NotNull(bad);
    }

    [Fact]
    public async Task An_event_that_fails_the_callers_check_is_named_with_its_reason()
    {
        await using var log = new InMemoryEventLog();
        await SampleLog.FillAsync(log, rounds: 2);
        var refusing = new LogVerifier(log, EventCodec.Default, (recorded, _) => recorded.Position == 70 ? "not balanced" : null, new ManualClock(SampleLog.Start));
        var throwing = new LogVerifier(log, EventCodec.Default, (_, @event) => @event is TransactionEvent.Reversed ? throw new InvalidOperationException("not foldable") : null, new ManualClock(SampleLog.Start));

        Assert.Equal((70L, "not balanced"), ((await refusing.VerifyAsync(null, default)).FirstBad is { } bad ? (bad.Position!.Value, bad.Why) : default));
        Assert.Contains("not foldable", (await throwing.VerifyAsync(null, default)).FirstBad?.Why);
    }

    [Fact]
    public async Task A_log_is_verified_while_a_writer_appends()
    {
        await using var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);
        await SampleLog.FillAsync(log, rounds: 10);
        var writing = Task.Run(() => SampleLog.FillAsync(log, rounds: 40));
        while (!writing.IsCompleted)
        {
            await using var reading = SqliteEventLog.OpenReadOnly(_folder.Log);
            var report = await SampleLog.VerifyAsync(reading);
            Assert.True(report.IsSound, report.FirstBad?.Why);
        }

        await writing;
        Assert.Equal(log.LastPosition, (await SampleLog.VerifyAsync(log)).Events);
    }

    [Fact]
    public async Task A_replay_ends_at_a_version_or_an_instant_or_the_streams_end()
    {
        await using var log = new InMemoryEventLog();
        await SampleLog.FillAsync(log, rounds: 3);
        var stream = new StreamName("card", "1");
        var all = await ReplayAsync(log, stream, ReplayLimit.None);

        Assert.Equal(await log.ReadStreamAsync(stream, 0, 100, default), all.Select(replayed => replayed.Recorded));
        Assert.All(all, replayed => Assert.Equal(EventCodec.Default.Decode(replayed.Recorded), replayed.Event));
        Assert.Equal(3, all.Count);
        Assert.Equal(all[..2], await ReplayAsync(log, stream, new ReplayLimit(2, null)));
        Assert.Equal(all[..2], await ReplayAsync(log, stream, new ReplayLimit(null, all[1].Recorded.RecordedAt)));
        Assert.Equal(all[..1], await ReplayAsync(log, stream, new ReplayLimit(null, all[1].Recorded.RecordedAt.PlusNanoseconds(-1))));
        Assert.Empty(await ReplayAsync(log, new StreamName("card", "none"), ReplayLimit.None));
    }

    private static async Task<List<ReplayedEvent>> ReplayAsync(IEventLog log, StreamName stream, ReplayLimit limit)
    {
        var events = new List<ReplayedEvent>();
        await foreach (var replayed in StreamReplay.ReadAsync(log, EventCodec.Default, stream, limit, default)) events.Add(replayed);
        return events;
    }

    private async Task FillAsync()
    {
        await using var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);
        await SampleLog.FillAsync(log, rounds: 3);
    }

    private async Task<VerifyReport> VerifyFileAsync()
    {
        await using var log = SqliteEventLog.OpenReadOnly(_folder.Log);
        return await SampleLog.VerifyAsync(log);
    }

    private async Task FlipAsync(byte[] file, Row @event, int bit, string run)
    {
        var mask = (byte)(1 << (bit % 8));
        file[@event.Start + (bit / 8)] ^= mask;
        await File.WriteAllBytesAsync(_folder.Log, file);
        file[@event.Start + (bit / 8)] ^= mask;
        Assert.True((await VerifyFileAsync()).FirstBad?.Position == @event.Position, $"Bit {bit} of the event at {@event.Position} ({run}).");
    }

    /// <summary>Where each event's row stands in the file: the kinds of its columns, then their values, one after the other.</summary>
    private async Task<List<Row>> EventsInFileAsync(byte[] file)
    {
        var found = new List<Row>();
        await using var log = SqliteEventLog.OpenReadOnly(_folder.Log);
        foreach (var recorded in await log.ReadAllAsync(0, int.MaxValue, default))
        {
            byte[] bytes = [.. recorded.CommandId.ToByteArray(bigEndian: true), .. recorded.Payload.Span, .. recorded.Hash.Span];
            var at = file.AsSpan().IndexOf(bytes);
            if (at < 0 || at != file.AsSpan().LastIndexOf(bytes)) continue;
            if (KindsBefore(file, at) is var (start, kinds)) found.Add(new Row(recorded.Position, start, at + bytes.Length - start, kinds));
        }

        Assert.True(found.Count > log.LastPosition / 2);
        return found;
    }

    /// <summary>
    /// SQLite's record format (fileformat2, 2.1): the header's length, then the kind of each column, then the values. Of our nine columns the first,
    /// the position, is the row's key and has kind 0; the sixth, recorded_at, has kind 6 (eight bytes); the seventh is the command's id.
    /// </summary>
    private static (int Start, int Length)? KindsBefore(byte[] file, int commandAt)
    {
        const int commandIdColumn = 6;
        for (var at = commandAt - 9; at > commandAt - 200; at--)
        {
            if (file[at] is not (>= 10 and <= 12) || file[at + 1] != 0) continue;
            if (Kinds(file.AsSpan(at + 1, file[at] - 1)) is not { Count: 9 } kinds || kinds[5] != 6 || kinds[commandIdColumn] != (2 * 16) + 12) continue;
            if (at + file[at] + kinds.Take(commandIdColumn).Sum(SizeOf) == commandAt) return (at + 2, file[at] - 2);
        }

        return null;
    }

    /// <summary>Variable-length integers of one or two bytes.</summary>
    private static List<int> Kinds(ReadOnlySpan<byte> header)
    {
        var kinds = new List<int>();
        for (var at = 0; at < header.Length; at++)
        {
            var kind = header[at] & 0x7F;
            if (header[at] > 0x7F && at + 1 < header.Length) kind = (kind << 7) | header[++at];
            kinds.Add(kind);
        }

        return kinds;
    }

    private static int SizeOf(int kind) => kind switch { 0 or 8 or 9 => 0, <= 4 => kind, 5 => 6, 6 or 7 => 8, _ => (kind - 12) / 2 };

    private sealed record Row(long Position, int Start, int Length, int KindsLength);

    /// <summary>Told in turn, unlike <see cref="Progress{T}"/>; a second passes with each.</summary>
    private sealed class Progress(List<VerifyProgress> told, ManualClock clock) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value)
        {
            told.Add(value);
            clock.Advance(Duration.FromSeconds(1));
        }
    }
}
