using Ledger.Domain.Terminals;
using Ledger.EventLog;

namespace Ledger.Engine.Tests;

/// <summary>A command that finds its shard with nothing to do runs on its caller's thread, and nothing that comes meanwhile is lost.</summary>
public class CallerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lone_command_is_answered_on_its_callers_thread_if_the_options_let_it(bool runsOnCallers)
    {
        var commits = new CommitWatch();
        await using var shop = new Shop(commits.Log, new EngineOptions { ShardCount = 1, RunsOnCallers = runsOnCallers });

        // Only what comes to a shard that waits, after one that was alone, is lent: which is the rule for a caller who waits for each answer.
        var onCaller = false;
        for (var (number, patience) = (1, Shop.Soon()); number <= 100 || (runsOnCallers && !onCaller && !patience.IsCancellationRequested); number++)
        {
            var sent = shop.Do(Shop.SerialOf(number).Stream, shop.Register(number));
            onCaller |= sent.IsCompleted && commits.Thread == Environment.CurrentManagedThreadId;
            Assert.True((await sent).IsAccepted);
        }

        Assert.Equal(runsOnCallers, onCaller);
    }

    [Fact]
    public async Task What_comes_while_a_caller_runs_the_shard_is_done_after_it()
    {
        var commits = new CommitWatch();
        await using var shop = new Shop(commits.Log, new EngineOptions { ShardCount = 1 });
        var (number, lent) = (0, 0);
        for (var patience = Shop.Soon(); lent < 20 && !patience.IsCancellationRequested;)
        {
            // Two that wait for their answers, so that the next is lent if the shard's thread was back in time.
            for (var alone = 0; alone < 2; alone++) await Next();
            using var held = commits.HoldOne();
            var caller = 0;
            var first = Task.Run(() =>
            {
                caller = Environment.CurrentManagedThreadId;
                return Next();
            });
            await held.ReachedAsync();
            if (commits.Thread == caller) lent++;
            var rest = Enumerable.Range(1, 3).Select(_ => Next()).ToArray();
            held.Release();
            Assert.True((await first).IsAccepted);
            foreach (var reply in await Task.WhenAll(rest)) Assert.True(reply.IsAccepted);
        }

        Assert.Equal(20, lent);

        Task<CommandReply> Next() => shop.Do(Shop.SerialOf(++number).Stream, shop.Register(number));
    }

    [Fact]
    public async Task A_caller_who_does_not_wait_for_his_answers_is_not_made_to_wait_for_each()
    {
        var commits = new CommitWatch();
        await using var shop = new Shop(commits.Log, new EngineOptions { ShardCount = 1 });
        var number = 0;
        while (!LastRanHere()) await Next();

        // From here on only what runs here gets through: sooner or later one is not lent, to see whether it stays alone.
        using var held = commits.HoldElsewhere(Environment.CurrentManagedThreadId);
        Task<CommandReply> sent;
        while ((sent = Next()).IsCompleted) Assert.InRange(number, 1, 10_000);

        var rest = Enumerable.Range(0, 100).Select(_ => Next()).ToArray();
        held.Release();
        Assert.True((await sent).IsAccepted);
        foreach (var reply in await Task.WhenAll(rest)) Assert.True(reply.IsAccepted);

        // It was not alone, so the next is not lent either.
        var last = Next();
        var ranHere = last.IsCompleted && LastRanHere();
        Assert.True((await last).IsAccepted);
        Assert.False(ranHere);

        Task<CommandReply> Next() => shop.Do(Shop.SerialOf(++number).Stream, shop.Register(number));

        bool LastRanHere() => commits.Thread == Environment.CurrentManagedThreadId;
    }

    [Fact]
    public async Task A_command_that_another_writer_overtook_is_decided_again_wherever_it_runs()
    {
        var log = new InMemoryEventLog();
        await using var shop = new Shop(log, new EngineOptions { ShardCount = 1 });
        await using var other = new Shop(log, new EngineOptions { ShardCount = 1 });
        var ids = 0;
        for (var number = 1; number <= 50; number++)
        {
            var stream = Shop.SerialOf(number).Stream;
            Assert.True((await shop.Do(stream, shop.Register(number))).IsAccepted);
            await shop.StateAsync<TerminalState>(stream);

            // Ids of the other's own, and the first engine's actor is behind from here on.
            Assert.True((await other.Engine.ExecuteAsync(Shop.One(Shop.Id(5_000_000 + ++ids), stream, new TerminalCommand.Activate(Shop.Terms, Shop.Device, Shop.SerialOf(number), other.Clock.Now)), Shop.Soon())).IsAccepted);
            Assert.True((await shop.Do(stream, new TerminalCommand.Block(BlockReason.Lost, Domain.Transactions.Channel.Assistance, shop.Clock.Now))).IsAccepted);
        }
    }

    [Fact]
    public async Task A_shard_that_breaks_on_a_callers_thread_stops_the_engine_and_the_caller_is_told()
    {
        var calls = 0;
        var shop = new Shop(options: new EngineOptions { ShardCount = 1, OnCommitPoint = _ => { if (Volatile.Read(ref calls) > 0) throw new InvalidOperationException("broken on purpose"); } });
        for (var number = 1; number <= 20; number++) Assert.True((await shop.Do(Shop.SerialOf(number).Stream, shop.Register(number))).IsAccepted);

        Interlocked.Increment(ref calls);
        await Assert.ThrowsAsync<EngineFaultedException>(() => shop.Do(Shop.SerialOf(21).Stream, shop.Register(21)));
        Assert.Equal(EngineHealth.Faulted, shop.Engine.Status.Health);
        await shop.DisposeAsync();
    }

    /// <summary>Looks on which thread commits are made, on that thread, and can make one take long.</summary>
    private sealed class CommitWatch
    {
        private Held? _held;
        private int _spared;

        public CommitWatch() => Log = new FaultyLog(new InMemoryEventLog()) { BeforeCommit = See };

        public FaultyLog Log { get; }

        public int Thread { get; private set; }

        public Held HoldOne() => _held = new Held();

        /// <summary>Holds the next commit that is not made on this thread.</summary>
        public Held HoldElsewhere(int thread)
        {
            _spared = thread;
            return _held = new Held();
        }

        private Exception? See(int number)
        {
            Thread = Environment.CurrentManagedThreadId;
            if (Thread != _spared) Interlocked.Exchange(ref _held, null)?.Pass();
            return null;
        }
    }

    private sealed class Held : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task ReachedAsync() => _reached.Task.WaitAsync(Shop.Soon());

        public void Release() => _released.Set();

        public void Pass()
        {
            _reached.SetResult();
            _released.Wait(Shop.Soon());
        }

        public void Dispose() => _released.Dispose();
    }
}
