namespace Ledger.EventLog.Conformance;

/// <summary>
/// What holds when several processes write one log, here as several logs with connections of their own. The tests of an adapter whose
/// <see cref="IEventLog.HasOtherWriters"/> says so inherit this.
/// </summary>
public abstract class SharedWritingConformance
{
    private const int WritersPerLog = 8;
    private const int EventsBetweenBreaks = 20;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    /// <summary>How many have it open while it breaks.</summary>
    protected virtual int Logs => 4;

    protected virtual int UnitsPerWriter => 6;

    /// <summary>How many events there are, of at least one per unit, when a third is written.</summary>
    protected long ThirdOfEvents => Logs * WritersPerLog * UnitsPerWriter / 3;

    /// <summary>A new, empty log: opens it, as often as asked. Who waits there hears of commits by being told; it looks by itself once an hour at most.</summary>
    protected abstract Task<Func<Task<IEventLog>>> CreateAsync();

    /// <summary>A new, empty log that can be broken.</summary>
    protected abstract Task<BreakableLog> CreateBreakableAsync();

    [Fact]
    public async Task Of_two_that_race_on_one_stream_one_wins_and_the_other_is_told_where_the_stream_is()
    {
        var open = await CreateAsync();
        await using var first = await open();
        await using var second = await open();
        for (var round = 0; round < 20; round++)
        {
            var stream = Appender.Stream(round);
            var appends = new[] { first, second }.Select((log, side) => Task.Run(async () => await log.AppendAsync([Unit((round * 2) + side, stream)], default)));
            var results = (await Task.WhenAll(appends)).Select(static result => Assert.Single(result)).ToArray();

            Assert.Single(results, static result => result is AppendResult.Appended);
            Assert.Single(results, result => result == new AppendResult.VersionConflict(stream, 0, 1));
        }
    }

    [Fact]
    public async Task The_same_command_at_two_processes_takes_effect_once()
    {
        var open = await CreateAsync();
        await using var first = await open();
        await using var second = await open();
        for (var round = 0; round < 20; round++)
        {
            var unit = Unit(round, Appender.Stream(round));
            var results = await Task.WhenAll(new[] { first, second }.Select(log => Task.Run(async () => (await log.AppendAsync([unit], default)).Single())));

            Assert.Single(results, static result => result is AppendResult.Appended);
            Assert.Single(results, static result => result is AppendResult.DuplicateCommand);
        }

        Assert.Equal(20, Math.Max(first.LastPosition, second.LastPosition));
    }

    /// <summary>A client that was answered by one server and asks another.</summary>
    [Fact]
    public async Task What_one_acknowledged_another_reads_at_once()
    {
        var open = await CreateAsync();
        await using var writer = await open();
        await using var reader = await open();
        var appender = new Appender();
        for (var number = 0; number < 20; number++)
        {
            var stream = Appender.Stream(number % 3);
            var unit = appender.Unit(stream);
            Assert.Equal(number + 1, await Appender.AppendAsync(writer, unit));

            Assert.Equal(unit.Command.Id, (await reader.ReadStreamAsync(stream, 0, 100, default))[^1].CommandId);
            Assert.NotNull(await reader.FindCommandAsync(unit.Command.Id, default));
            Assert.Equal(unit.Command.Id, Assert.Single(await reader.ReadAllAsync(number, 100, default)).CommandId);
        }
    }

    [Fact]
    public async Task Whoever_waits_hears_of_another_process_s_commit_without_a_poll()
    {
        var open = await CreateAsync();
        await using var writer = await open();
        await using var reader = await open();
        using var bound = new CancellationTokenSource(Bound);

        // The reader may begin to listen after the first commits; from then on it is told of each.
        await Appender.AppendAsync(writer, Unit(0, Appender.Stream(0)));
        await reader.WaitForAsync(0, bound.Token);
        for (var number = 1; number < 50; number++)
        {
            var waiting = reader.WaitForAsync(number, bound.Token).AsTask();
            await Appender.AppendAsync(writer, Unit(number, Appender.Stream(number)));
            await waiting;
        }
    }

    /// <summary>It breaks again and again, in the middle of commits too. Whoever was cut off repeats, as an engine does.</summary>
    [Fact]
    public async Task No_reader_skips_or_sees_twice_and_nothing_is_lost_while_many_writers_collide_and_it_breaks()
    {
        var broken = await CreateBreakableAsync();
        using var bound = new CancellationTokenSource(Bound);
        using var done = new CancellationTokenSource();
        var logs = await Task.WhenAll(Enumerable.Range(0, Logs).Select(_ => broken.OpenAsync()));
        try
        {
            var readers = logs.Select(log => Task.Run(() => FollowAsync(log, done.Token, bound.Token))).ToArray();
            var breaking = Task.Run(() => BreakAsync(broken, logs[0], done.Token, bound.Token));
            var gates = logs.Select(static _ => new SemaphoreSlim(1)).ToArray();
            var writers = Enumerable.Range(0, Logs * WritersPerLog).Select(seed => Task.Run(() => WriteAsync(logs[seed % Logs], gates[seed % Logs], seed, bound.Token)));

            var acknowledged = (await Task.WhenAll(writers)).SelectMany(static ids => ids).ToArray();
            await done.CancelAsync();
            var breaks = await breaking;
            var seen = await Task.WhenAll(readers);

            Assert.True(breaks >= broken.BreaksLeast, $"It broke {breaks} times, and was to break {broken.BreaksLeast} times.");
            var all = seen[0];
            Assert.Equal(Enumerable.Range(1, all.Count).Select(static position => (long)position), all.Select(static e => e.Position));
            foreach (var other in seen) Assert.Equal(all.Select(static e => e.CommandId), other.Select(static e => e.CommandId));
            Assert.Equal(acknowledged.Order(), all.Select(static e => e.CommandId).Order());
            // The last break may have been one of the log's idle connections.
            foreach (var stream in all.Select(static e => e.Stream).Distinct()) await Appender.UntilThereAsync(async () => await logs[0].ReadStreamAsync(stream, 0, int.MaxValue, default), bound.Token);
        }
        finally
        {
            foreach (var log in logs) await log.DisposeAsync();
        }
    }

    /// <summary>One event on one stream that has none.</summary>
    protected static AppendUnit Unit(int number, StreamName stream)
    {
        var id = Appender.CommandId(number);
        return new AppendUnit(Appender.Command(id), [new Appender().Write(id, stream, "{}")]);
    }

    /// <summary>One caller at a time a log, as a committer does.</summary>
    /// <returns>Commands that were acknowledged with an event, however often they had to be sent.</returns>
    private async Task<List<Guid>> WriteAsync(IEventLog log, SemaphoreSlim gate, int seed, CancellationToken bound)
    {
        var random = new Random(seed);
        var acknowledged = new List<Guid>();
        for (var number = 0; number < UnitsPerWriter; number++)
        {
            var stream = Appender.Stream(random.Next(2));
            var id = Appender.CommandId((seed * 1000) + number);
            var head = await Appender.UntilThereAsync(async () => await log.ReadStreamAsync(stream, 0, int.MaxValue, bound), bound);
            for (var stall = random.Next(4); stall > 0; stall--) await Task.Yield();

            var appender = new Appender();
            appender.Rewind(stream, head.IsEmpty ? null : new StreamHead(stream, head[^1].Version, head[^1].Hash));
            var contended = new AppendUnit(Appender.Command(id), [appender.Write(id, stream, "{}")]);
            var own = Unit(1_000_000 + (seed * 1000) + number, new StreamName("own", $"{seed}-{number}"));
            await gate.WaitAsync(bound);
            try
            {
                var results = await Appender.UntilThereAsync(async () => await log.AppendAsync([contended, own], default), bound);
                if (results[0] is AppendResult.Appended or AppendResult.DuplicateCommand) acknowledged.Add(contended.Command.Id);
                Assert.False(results[1] is AppendResult.VersionConflict);
                acknowledged.Add(own.Command.Id);
            }
            finally
            {
                gate.Release();
            }
        }

        return acknowledged;
    }

    /// <returns>How often it broke.</returns>
    private static async Task<int> BreakAsync(BreakableLog broken, IEventLog log, CancellationToken done, CancellationToken bound)
    {
        var breaks = 0;
        while (!done.IsCancellationRequested)
        {
            breaks += await broken.BreakAsync(log.LastPosition, bound);
            try
            {
                await log.WaitForAsync(log.LastPosition + EventsBetweenBreaks, done);
            }
            catch (OperationCanceledException)
            {
                // The writers are done.
            }
        }

        return breaks;
    }

    private static async Task<List<RecordedEvent>> FollowAsync(IEventLog log, CancellationToken done, CancellationToken bound)
    {
        var seen = new List<RecordedEvent>();
        while (true)
        {
            var finished = done.IsCancellationRequested;
            using var given = CancellationTokenSource.CreateLinkedTokenSource(bound, done);
            try
            {
                await log.WaitForAsync(seen.Count, given.Token);
            }
            catch (OperationCanceledException)
            {
                bound.ThrowIfCancellationRequested();
            }

            var page = await Appender.UntilThereAsync(async () => await log.ReadAllAsync(seen.Count, 50, bound), bound);
            seen.AddRange(page);
            if (finished && page.IsEmpty) return seen;
        }
    }

    /// <param name="OpenAsync">As often as asked.</param>
    /// <param name="BreakAsync">Breaks something of it, given the last position that is known; asked every few events. Gives how much broke: 0 or more.</param>
    /// <param name="BreaksLeast">How much must have broken in the end.</param>
    protected sealed record BreakableLog(Func<Task<IEventLog>> OpenAsync, Func<long, CancellationToken, Task<int>> BreakAsync, int BreaksLeast);
}
