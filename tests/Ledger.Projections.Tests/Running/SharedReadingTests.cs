using Ledger.Domain;
using Ledger.EventLog;
using Ledger.Projections.Revenue;
using Ledger.Projections.Running;
using Ledger.Projections.Terminals;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Running;

public class SharedReadingTests
{
    [Fact]
    public async Task All_take_the_same_pages_in_order_and_what_nobody_folds_is_not_decoded()
    {
        await using var log = Filled(SharedReading.PageMax + 100);
        await using var reading = new SharedReading(Source(log), [new RevenueProjection(), new TerminalsProjection()]);
        reading[0].Take();
        reading[1].Take();

        var (left, right) = (await AllPages(reading[0]), await AllPages(reading[1]));

        Assert.Equal(left, right);
        Assert.Equal(Enumerable.Range(1, (int)log.LastPosition).Select(n => (long)n), left.SelectMany(page => page.Recorded).Select(recorded => recorded.Position));
        foreach (var (recorded, @event) in left.SelectMany(page => page.Recorded.Zip(page.Events)))
        {
            Assert.Equal(recorded.Type == "transaction-completed.1" ? EventCodec.Default.Decode(recorded) : null, @event);
        }

        reading[0].Leave();
        reading[1].Leave();
    }

    [Fact]
    public async Task It_begins_when_every_seat_is_taken_or_left_and_one_that_leaves_holds_nobody_up()
    {
        await using var log = Filled((SharedReading.PagesAheadMax + 3) * SharedReading.PageMax);
        await using var reading = new SharedReading(Source(log), [new RevenueProjection(), new TerminalsProjection(), new RevenueProjection()]);
        reading[0].Take();
        var first = reading[0].NextAsync(World.Bounded());
        Assert.False(first.IsCompleted);

        // The second takes its seat and reads nothing: its buffer fills, and the reading waits for it until it leaves.
        reading[1].Take();
        reading[2].Leave();
        Assert.Equal(1, (await first)!.Recorded[0].Position);
        for (var page = 1; page < SharedReading.PagesAheadMax; page++) Assert.NotNull(await reading[0].NextAsync(World.Bounded()));
        reading[1].Leave();

        Assert.Equal(log.LastPosition, (await AllPages(reading[0]))[^1].Recorded[^1].Position);
        reading[0].Leave();
        reading[0].Leave();
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_is_said_to_each()
    {
        var log = Filled(10);
        await using var reading = new SharedReading(Source(new BrokenLog(log)), [new RevenueProjection(), new TerminalsProjection()]);
        reading[0].Take();
        reading[1].Take();

        foreach (var seat in new[] { reading[0], reading[1] })
        {
            await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await seat.NextAsync(World.Bounded()));
            seat.Leave();
        }
    }

    private static EventSource Source(IEventLog log) => new(log, EventCodec.Default, new HashSet<string>());

    private static InMemoryEventLog Filled(int events)
    {
        var log = new InMemoryEventLog();
        var writer = new LogWriter(log);
        for (var number = 1; log.LastPosition < events; number++) writer.Append(StreamOf(Payment(number)), [.. Paid(number)]);
        return log;
    }

    private static async Task<List<EventPage>> AllPages(SharedReading.Seat seat)
    {
        var pages = new List<EventPage>();
        while (await seat.NextAsync(World.Bounded()) is { } page) pages.Add(page);
        return pages;
    }
}
