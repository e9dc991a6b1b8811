using System.Collections.Immutable;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Testing;

namespace Ledger.Engine.Tests;

/// <summary>
/// Random commands of several callers at once, with commits that fail, are lost after they took effect, or stall, repeats, restarts of the
/// engine and passivation; held against the pure deciders run one command after another.
/// </summary>
public class ModelTests
{
    private const int CallersMax = 5;
    private const int TerminalsMax = 3;

    [Fact]
    [Rule("I11"), Rule("I20")]
    public void Whatever_happens_meanwhile_each_reply_is_what_the_decider_says_at_its_version()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), static seed => RunStepped(seed, commands: 120)).QuickCheckThrowOnFailure();
    }

    [Fact]
    [Rule("I11"), Rule("I20")]
    public async Task The_same_holds_on_threads()
    {
        for (var seed = 1; seed <= 5; seed++) await RunThreadedAsync(seed);
    }

    /// <summary>Everything on this thread, in an order that the seed gives.</summary>
    private static void RunStepped(int seed, int commands)
    {
        var random = new Random(seed);
        var log = new SteppedLog(new InMemoryEventLog(), random);
        var world = new World(new Shop(log, new EngineOptions { ShardCount = 2, ActorsMax = 2, BatchUnitsMax = 4, RecentCommandsMax = 4, AttemptsMax = 1000, HasThreads = false }), random);
        var shop = world.Shop;
        while (world.Sent < commands || world.Callers.Any(static caller => caller.IsWaiting))
        {
            var caller = world.Callers[random.Next(CallersMax)];
            if (!caller.IsWaiting && world.Sent < commands) caller.Send(world.NextCommand());
            for (var step = random.Next(4); step > 0; step--) shop.Engine.RunOnce(random.Next(shop.Engine.StepPartCount));
            if (random.Next(3) == 0) log.Finish();
            foreach (var other in world.Callers) other.Collect();
            if (random.Next(200) != 0) continue;
            log.Finish();
            shop.RestartAsync().GetAwaiter().GetResult();
        }

        world.Check();
    }

    private static async Task RunThreadedAsync(int seed)
    {
        var random = new Random(seed);
        var log = new FaultyLog(new InMemoryEventLog()) { BeforeCommit = static commit => commit % 7 == 3 ? new EventLogUnavailableException("disk full") : null, AfterCommit = static commit => commit % 11 == 5 ? new IOException("lost") : null };
        var world = new World(new Shop(log, new EngineOptions { ShardCount = 2, ActorsMax = 2, AttemptsMax = 1000 }), random);
        await Task.WhenAll(world.Callers.Select(caller => Task.Run(async () =>
        {
            for (var command = 0; command < 100; command++)
            {
                EngineCommand next;
                lock (world) next = world.NextCommand();
                caller.Send(next);
                while (caller.IsWaiting)
                {
                    await caller.Answer;
                    caller.Collect();
                }
            }
        })));
        await world.Shop.DisposeAsync();

        world.Check();
    }

    /// <summary>The terminals, the callers, and everything that was answered.</summary>
    private sealed class World
    {
        private readonly Random _random;
        private readonly List<EngineCommand> _old = [];

        public World(Shop shop, Random random)
        {
            (Shop, _random) = (shop, random);
            Callers = [.. Enumerable.Range(0, CallersMax).Select(_ => new Caller(shop))];
        }

        public Shop Shop { get; }

        public ImmutableArray<Caller> Callers { get; }

        public int Sent { get; private set; }

        /// <summary>A new command on some terminal, or an old one again.</summary>
        public EngineCommand NextCommand()
        {
            Sent++;
            if (_old.Count > 0 && _random.Next(6) == 0) return _old[_random.Next(_old.Count)];

            var serial = Shop.SerialOf(1 + _random.Next(TerminalsMax));
            var sale = new TransactionId(Shop.Id(_random.Next(20)));
            var now = Shop.Clock.Now;
            TerminalCommand command = _random.Next(8) switch
            {
                0 => new TerminalCommand.Register(serial, "Move 5000", AcceptanceCountry.France, 1, now),
                1 => new TerminalCommand.Activate(Shop.Terms, Shop.Device, Shop.Serial, now),
                2 => new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, now),
                3 or 4 => new TerminalCommand.Unblock(Channel.Assistance, now),
                5 => new TerminalCommand.StartTransaction(sale, new SaleId(sale.Value), Shop.Terms, Shop.Device, serial, now),
                6 => new TerminalCommand.FinishTransaction(sale, Paid: _random.Next(2) == 0, now),
                _ => new TerminalCommand.TakeNumber(Shop.Id(_random.Next(10_000)), Shop.Terms, Shop.Device, now),
            };
            var id = Shop.NextId();
            _old.Add(Shop.One(id, serial.Stream, command));
            return _old[^1];
        }

        public void Check()
        {
            var recorded = Shop.RecordedAsync().GetAwaiter().GetResult();
            CheckChains(recorded);
            CheckEachCommandOnce(recorded);
            foreach (var caller in Callers) caller.CheckOrder();
            foreach (var (command, reply) in Callers.SelectMany(static caller => caller.Answers)) CheckAnswer(recorded, command, reply);
        }

        private static void CheckChains(IReadOnlyList<RecordedEvent> recorded)
        {
            foreach (var stream in recorded.GroupBy(static e => e.Stream))
            {
                var (previous, version) = (ChainHash.Genesis, 0L);
                foreach (var e in stream)
                {
                    Assert.Equal(++version, e.Version);
                    Assert.True(ChainHash.Matches(previous.Span, e));
                    previous = e.Hash;
                }
            }
        }

        private void CheckEachCommandOnce(IReadOnlyList<RecordedEvent> recorded)
        {
            foreach (var command in Callers.SelectMany(static caller => caller.Answers).GroupBy(static answer => answer.Command.Id))
            {
                Assert.Single(command.Select(static answer => $"{answer.Reply.Outcome} {answer.Reply.Rejection} {answer.Reply.Versions[0]}").Distinct());
                var outcome = command.First().Reply.Outcome;
                Assert.Equal(outcome == CommandOutcome.Accepted, recorded.Any(e => e.CommandId == command.Key));
            }
        }

        private static void CheckAnswer(IReadOnlyList<RecordedEvent> recorded, EngineCommand command, CommandReply reply)
        {
            var (stream, version) = Assert.Single(reply.Versions);
            var events = recorded.Where(e => e.Stream == stream).ToArray();
            var own = events.Where(e => e.CommandId == command.Id).Select(static e => (TerminalEvent)EventCodec.Default.Decode(e)).ToArray();
            var before = events.Take((int)version - own.Length).Select(static e => (TerminalEvent)EventCodec.Default.Decode(e)).Aggregate(Terminal.Initial, Terminal.Evolve);
            var decision = Terminal.Decide(before, (TerminalCommand)command.Parts[0].Build([]));

            Assert.Equal(decision.Rejection?.ToString(), reply.Rejection?.Name);
            Assert.Equal(decision.Events, own);
            if (own.Length > 0) Assert.Equal(events.Single(e => e.Version == version).Position, reply.Position);
        }
    }

    /// <summary>One who waits for each answer before asking again, and asks again with the same id when there was none.</summary>
    private sealed class Caller(Shop shop)
    {
        private EngineCommand? _command;
        private Task<CommandReply>? _task;
        private readonly Dictionary<StreamName, long> _seen = [];
        private bool _isOrdered = true;

        public List<(EngineCommand Command, CommandReply Reply)> Answers { get; } = [];

        public bool IsWaiting => _command is not null;

        public Task Answer => Task.WhenAny(_task!);

        public void Send(EngineCommand command) => (_command, _task) = (command, shop.Engine.ExecuteAsync(command, default).AsTask());

        public void Collect()
        {
            if (_task is not { IsCompleted: true }) return;
            if (_task.Exception?.InnerException is { } error)
            {
                Assert.True(error is EventLogUnavailableException or ObjectDisposedException, error.ToString());
                Send(_command!);
                return;
            }

            var reply = _task.Result;
            var (stream, version) = reply.Versions[0];
            if (!reply.Replayed) _isOrdered &= _seen.GetValueOrDefault(stream) <= version;
            _seen[stream] = Math.Max(_seen.GetValueOrDefault(stream), version);
            Answers.Add((_command!, reply));
            (_command, _task) = (null, null);
        }

        /// <summary>What a caller was told of is not forgotten by what it is told next.</summary>
        public void CheckOrder() => Assert.True(_isOrdered);
    }

    /// <summary>A log that takes as long as the test lets it, and now and then fails before or after the commit.</summary>
    private sealed class SteppedLog(IEventLog inner, Random random) : IEventLog
    {
        private TaskCompletionSource<ImmutableArray<AppendResult>>? _asked;
        private IReadOnlyList<AppendUnit> _units = [];

        public long LastPosition => inner.LastPosition;

        public bool HasOtherWriters => inner.HasOtherWriters;

        public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
        {
            Assert.Null(_asked);
            (_asked, _units) = (new TaskCompletionSource<ImmutableArray<AppendResult>>(), [.. units]);
            return new(_asked.Task);
        }

        public void Finish()
        {
            if (_asked is not { } asked) return;

            _asked = null;
            var luck = random.Next(10);
            if (luck == 0)
            {
                asked.SetException(new EventLogUnavailableException("disk full"));
                return;
            }

            var results = inner.AppendAsync(_units, default).AsTask().GetAwaiter().GetResult();
            if (luck == 1) asked.SetException(new IOException(string.Create(CultureInfo.InvariantCulture, $"lost the answer of {results.Length}")));
            else asked.SetResult(results);
        }

        public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
            inner.ReadStreamAsync(stream, afterVersion, countMax, cancellation);

        public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) =>
            inner.ReadAllAsync(afterPosition, countMax, cancellation);

        public ValueTask WaitForAsync(long position, CancellationToken cancellation) => inner.WaitForAsync(position, cancellation);

        public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => inner.FindCommandAsync(commandId, cancellation);

        public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => inner.ReadCommandsAsync(afterId, countMax, cancellation);

        public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) =>
            inner.ReadHeadsAsync(afterName, countMax, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
