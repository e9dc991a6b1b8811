using System.Collections.Immutable;

namespace Ledger.EventLog.Conformance;

/// <summary>What readers of the whole log may rely on, while others write, stall, collide and give up.</summary>
public abstract class EventLogReaderConformance : IAsyncLifetime
{
    private const int Writers = 64;
    private const int Readers = 8;
    private const int UnitsPerWriter = 6;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private IEventLog _log = null!;

    public async ValueTask InitializeAsync() => _log = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new, empty log.</summary>
    protected abstract ValueTask<IEventLog> OpenAsync();

    [Fact]
    public async Task Waiting_ends_at_once_for_what_is_there_and_with_the_commit_for_what_is_not()
    {
        using var bound = new CancellationTokenSource(Bound);
        var appender = new Appender();
        var waiting = _log.WaitForAsync(0, bound.Token).AsTask();
        var waitingForMore = _log.WaitForAsync(1, bound.Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await Appender.AppendAsync(_log, appender.Unit(Appender.Stream(1)));
        await waiting;
        await _log.WaitForAsync(0, bound.Token);
        Assert.False(waitingForMore.IsCompleted);

        await Appender.AppendAsync(_log, appender.Unit(Appender.Stream(1)));
        await waitingForMore;
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        using var given = new CancellationTokenSource();
        var waiting = _log.WaitForAsync(0, given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _log.ReadAllAsync(0, 1, new CancellationToken(true)));
    }

    [Fact]
    public async Task No_reader_skips_an_event_while_64_writers_stall_collide_and_give_up()
    {
        using var bound = new CancellationTokenSource(Bound);
        using var gate = new SemaphoreSlim(1);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, Readers).Select(seed => Task.Run(() => FollowAsync(seed, done.Token, bound.Token))).ToArray();
        var writers = Enumerable.Range(0, Writers).Select(seed => Task.Run(() => WriteAsync(seed, gate, bound.Token)));

        var appended = (await Task.WhenAll(writers)).Sum();
        await done.CancelAsync();
        var seen = await Task.WhenAll(readers);

        Assert.True(appended > Writers * UnitsPerWriter / 2, "Most units get through.");
        Assert.Equal(appended, _log.LastPosition);
        var all = (await _log.ReadAllAsync(0, int.MaxValue, default)).Select(recorded => (recorded.Position, Convert.ToHexString(recorded.Hash.Span))).ToArray();
        foreach (var sequence in seen) Assert.Equal(all, sequence);
    }

    /// <summary>Writers share two streams and contend for them; the log is called by one at a time, as by a committer.</summary>
    private async Task<int> WriteAsync(int seed, SemaphoreSlim gate, CancellationToken bound)
    {
        var random = new Random(seed);
        var appended = 0;
        for (var number = 0; number < UnitsPerWriter; number++)
        {
            var stream = Appender.Stream(random.Next(2));
            var head = await HeadAsync(stream, bound);
            for (var stall = random.Next(4); stall > 0; stall--) await Task.Yield();

            var appender = new Appender();
            appender.Rewind(stream, head);
            var id = Appender.CommandId((seed * 1000) + number);
            var contended = new AppendUnit(Appender.Command(id), [appender.Write(id, stream, "{}")]);
            var own = Own(seed, number);
            using var given = CancellationTokenSource.CreateLinkedTokenSource(bound);
            if (random.Next(8) == 0) await given.CancelAsync();

            await gate.WaitAsync(bound);
            try
            {
                var results = await _log.AppendAsync([contended, own], given.Token);
                appended += results.OfType<AppendResult.Appended>().Count();
            }
            catch (OperationCanceledException) when (!bound.IsCancellationRequested)
            {
                // Given up before it began: nothing was appended.
            }
            finally
            {
                gate.Release();
            }
        }

        return appended;
    }

    /// <summary>A stream that only this unit writes, so that every batch that is not given up has an event.</summary>
    private static AppendUnit Own(int seed, int number)
    {
        var id = Appender.CommandId(1_000_000 + (seed * 1000) + number);
        return new AppendUnit(Appender.Command(id), [new Appender().Write(id, new StreamName("own", $"{seed}-{number}"), "{}")]);
    }

    private async Task<StreamHead?> HeadAsync(StreamName stream, CancellationToken bound)
    {
        var heads = await _log.ReadHeadsAsync(null, int.MaxValue, bound);
        return heads.FirstOrDefault(head => head.Stream == stream);
    }

    /// <summary>Reads with pages of random size and random cancels, until the writers are done and all was read.</summary>
    private async Task<ImmutableArray<(long Position, string Hash)>> FollowAsync(int seed, CancellationToken done, CancellationToken bound)
    {
        var random = new Random(seed);
        var seen = ImmutableArray.CreateBuilder<(long, string)>();
        while (true)
        {
            var finished = done.IsCancellationRequested;
            using var given = CancellationTokenSource.CreateLinkedTokenSource(bound, done);
            if (random.Next(4) == 0) given.CancelAfter(TimeSpan.FromMilliseconds(random.Next(3)));
            try
            {
                await _log.WaitForAsync(seen.Count, given.Token);
            }
            catch (OperationCanceledException)
            {
                bound.ThrowIfCancellationRequested();
            }

            var page = await _log.ReadAllAsync(seen.Count, random.Next(1, 20), bound);
            foreach (var recorded in page) seen.Add((recorded.Position, Convert.ToHexString(recorded.Hash.Span)));
            if (finished && page.IsEmpty) return seen.ToImmutable();
        }
    }
}
