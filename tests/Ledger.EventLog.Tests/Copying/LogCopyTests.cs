using System.Collections.Immutable;
using Ledger.EventLog.Conformance;
using Ledger.EventLog.Copying;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Sqlite;
using Ledger.EventLog.Tests.Verification;

namespace Ledger.EventLog.Tests.Copying;

/// <summary>A copy holds the same events at the same positions and the same command records, however often it was interrupted.</summary>
public sealed class LogCopyTests : IDisposable
{
    /// <summary>More than one page of the copy.</summary>
    private const int Rounds = 45;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_copy_into_another_kind_of_log_and_back_is_the_same_log()
    {
        await using var source = await FilledAsync();
        await using var file = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);
        await using var back = new InMemoryEventLog();

        var report = await new LogCopy(source, file).RunAsync(null, default);
        await new LogCopy(file, back).RunAsync(null, default);

        Assert.Equal((source.LastPosition, source.LastPosition), (report.Events, report.Position));
        await AssertSameAsync(source, file);
        await AssertSameAsync(source, back);
    }

    [Fact]
    public async Task An_interrupted_copy_goes_on_where_it_stopped()
    {
        await using var source = await FilledAsync();
        await using var target = new InMemoryEventLog();
        var copied = 0L;
        for (var run = 0; run < 20; run++)
        {
            try
            {
                copied += (await new LogCopy(source, new EndingLog(target, appendsMax: 1)).RunAsync(null, default)).Events;
                break;
            }
            catch (EventLogUnavailableException)
            {
                // The next run goes on.
            }
        }

        await new LogCopy(source, target).RunAsync(null, default);
        await AssertSameAsync(source, target);
        Assert.True(copied < source.LastPosition, "No run copied all.");
    }

    [Fact]
    public async Task A_target_that_is_no_earlier_part_of_the_source_is_refused_and_stays_as_it_is()
    {
        await using var source = await FilledAsync();
        await using var target = new InMemoryEventLog();
        await Appender.AppendAsync(target, new Appender().Unit(Appender.Stream(1)));

        await Assert.ThrowsAsync<EventLogRefusedException>(() => new LogCopy(source, target).RunAsync(null, default));
        Assert.Equal(1, target.LastPosition);
    }

    [Fact]
    public async Task A_target_that_has_more_than_the_source_is_refused()
    {
        await using var source = new InMemoryEventLog();
        await using var target = await FilledAsync();
        await Assert.ThrowsAsync<EventLogRefusedException>(() => new LogCopy(source, target).RunAsync(null, default));
    }

    [Fact]
    public async Task A_target_whose_last_event_is_the_source_s_and_another_is_not_is_found()
    {
        var appender = new Appender();
        await using var source = new InMemoryEventLog();
        await using var target = new InMemoryEventLog();
        var other = new Appender();
        for (var skipped = 0; skipped < 9; skipped++) _ = other.Unit(Appender.Stream(3));
        await Appender.AppendAsync(target, other.Unit(Appender.Stream(2)));
        var (first, last) = (appender.Unit(Appender.Stream(2)), appender.Unit(Appender.Stream(1)));
        await Appender.AppendAsync(source, first, last);
        await Appender.AppendAsync(target, last);

        var found = await Assert.ThrowsAsync<EventLogCorruptException>(() => new LogCopy(source, target).RunAsync(null, default));
        Assert.Equal(Appender.Stream(2), found.Stream);
    }

    [Fact]
    public async Task A_source_that_lacks_a_command_s_record_is_said_to_be_damaged()
    {
        await using var source = await FilledAsync();
        await using var target = new InMemoryEventLog();
        var found = await Assert.ThrowsAsync<EventLogCorruptException>(() => new LogCopy(new EndingLog(source, appendsMax: 0) { HasCommands = false }, target).RunAsync(null, default));
        Assert.NotNull(found.Position);
    }

    /// <summary>Real events, a command with several events on two streams at a page's edge, and commands without any.</summary>
    private static async Task<InMemoryEventLog> FilledAsync()
    {
        var log = new InMemoryEventLog();
        var appender = new Appender();
        await SampleLog.FillAsync(log, Rounds / 3);
        while (log.LastPosition % 1000 != 997)
        {
            var filler = Appender.CommandId(1_000_000 + (int)log.LastPosition);
            await Appender.AppendAsync(log, new AppendUnit(Appender.Command(filler), [appender.Write(filler, Appender.Stream(1), "{}")]));
        }

        var id = Appender.CommandId(2_000_000);
        await Appender.AppendAsync(log, new AppendUnit(Appender.Command(id), [appender.Write(id, Appender.Stream(1), "{}", "{}", "{}"), appender.Write(id, Appender.Stream(2), "{}", "{}")]));
        await SampleLog.FillAsync(log, Rounds);
        for (var number = 0; number < 1_200; number++) await Appender.AppendAsync(log, new AppendUnit(Appender.Command(Appender.CommandId(3_000_000 + number)), []));
        return log;
    }

    private static async Task AssertSameAsync(IEventLog expected, IEventLog actual)
    {
        var (left, right) = (await expected.ReadAllAsync(0, int.MaxValue, default), await actual.ReadAllAsync(0, int.MaxValue, default));
        Assert.Equal(left.Select(Describe), right.Select(Describe));
        var (ours, theirs) = (await expected.ReadCommandsAsync(null, int.MaxValue, default), await actual.ReadCommandsAsync(null, int.MaxValue, default));
        Assert.Equal(ours.Select(Describe), theirs.Select(Describe));
    }

    private static string Describe(RecordedEvent recorded) =>
        $"{recorded.Position} {recorded.Stream} {recorded.Version} {recorded.Type} {recorded.RecordedAt} {recorded.CommandId} {Convert.ToHexString(recorded.Payload.Span)} {Convert.ToHexString(recorded.Hash.Span)}";

    private static string Describe(CommandRecord record) => $"{record.Id} {record.RecordedAt} {Convert.ToHexString(record.Fingerprint.Span)} {Convert.ToHexString(record.Reply.Span)}";

    /// <summary>A log that takes so many appends and then is gone.</summary>
    private sealed class EndingLog(IEventLog inner, int appendsMax) : IEventLog
    {
        private int _appends;

        public bool HasCommands { get; init; } = true;

        public long LastPosition => inner.LastPosition;

        public bool HasOtherWriters => inner.HasOtherWriters;

        public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation) =>
            ++_appends <= appendsMax ? inner.AppendAsync(units, cancellation) : throw new EventLogUnavailableException("It is gone.");

        public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
            inner.ReadStreamAsync(stream, afterVersion, countMax, cancellation);

        public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) => inner.ReadAllAsync(afterPosition, countMax, cancellation);

        public ValueTask WaitForAsync(long position, CancellationToken cancellation) => inner.WaitForAsync(position, cancellation);

        public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => HasCommands ? inner.FindCommandAsync(commandId, cancellation) : new((CommandRecord?)null);

        public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => inner.ReadCommandsAsync(afterId, countMax, cancellation);

        public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) => inner.ReadHeadsAsync(afterName, countMax, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
