using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Traffic;
using NodaTime;

namespace Ledger.LoadTests.Tests;

/// <summary>The loops count each command once, as what it was, and wait for none that is not theirs to wait for.</summary>
public class EngineLoopTests
{
    private static readonly CardTraffic Traffic = new(seed: 1);

    [Fact]
    public async Task A_closed_loop_has_every_command_accepted_once_also_through_a_mailbox_that_is_often_full()
    {
        await using var log = new InMemoryEventLog();
        await using var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, new EngineOptions { MailboxCapacity = 4 });

        var result = await ClosedLoop.RunAsync(engine, CommandSource.Share(2_000, 3, Traffic.Request), inFlight: 300, advance: null, CancellationToken.None);

        Assert.Equal((2_000, 2_000, 0), (result.Accepted, result.Tally.Offered, result.Tally.Failed));
        Assert.Equal(2_000, log.LastPosition);
    }

    [Fact]
    public async Task A_refusal_does_not_change_the_order_of_one_workers_commands()
    {
        await using var log = new InMemoryEventLog();
        await using var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, new EngineOptions { MailboxCapacity = 4 });

        await Filling.FillAsync(engine, Traffic, 0, 300, CardTraffic.StepsOfPayment, new Reporting.NoProgress(), CancellationToken.None);

        Assert.Equal(300 * CardTraffic.StepsOfPayment, log.LastPosition);
    }

    [Fact]
    public async Task An_open_loop_sends_on_while_nothing_is_answered_and_counts_from_when_each_was_due()
    {
        var engine = new StuckEngine(answersAfter: 50);

        var load = new OpenLoad(static _ => 1_000, Seconds: 0.1, Spacing.Even, Workers: 2, Seed: 1);
        var result = await OpenLoop.RunAsync(engine, load, (worker, number) => Traffic.Request(worker + (number * 2)), CancellationToken.None);

        Assert.Equal((100, 100), (result.Accepted, result.Tally.Offered));
        // The first was due at the beginning and answered when the fiftieth had been sent, some 49 ms later.
        Assert.True(result.Latencies.Max > 40, $"{result.Latencies.Max} ms");
    }

    [Fact]
    public async Task An_open_loop_counts_what_is_refused_apart_and_takes_no_latency_of_it()
    {
        var load = new OpenLoad(static _ => 1_000, Seconds: 0.05, Spacing.Even, Workers: 1, Seed: 1);
        var result = await OpenLoop.RunAsync(new FullEngine(), load, static (_, number) => Traffic.Request(number), CancellationToken.None);

        Assert.Equal((50, 50, 0, 0), (result.Tally.Offered, result.Tally.Refused, result.Accepted, result.Latencies.Count));
    }

    [Fact]
    public async Task A_run_in_which_a_command_was_rejected_says_nothing_and_says_so()
    {
        await using var log = new InMemoryEventLog();
        await using var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, new EngineOptions());

        var result = await ClosedLoop.RunAsync(engine, [new CommandSource(5, static number => Traffic.Step(number, 3))], 2, null, CancellationToken.None);

        Assert.Equal(5, result.Tally.Failed);
        Assert.Contains("Rejected", Assert.Throws<InvalidOperationException>(result.Checked).Message, StringComparison.Ordinal);
    }

    /// <summary>Answers nothing until so many commands have come, then everything.</summary>
    private sealed class StuckEngine(int answersAfter) : ILedgerEngine
    {
        private readonly TaskCompletionSource _answering = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public async ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
        {
            if (Interlocked.Increment(ref _count) == answersAfter) _answering.SetResult();
            await _answering.Task;
            return new CommandReply(CommandOutcome.Accepted, null, [], 1, Replayed: false);
        }

        public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
            where TState : class => throw new NotSupportedException();

        public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
            where TState : class => throw new NotSupportedException();
    }

    private sealed class FullEngine : ILedgerEngine
    {
        public ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation) => ValueTask.FromException<CommandReply>(new MailboxFullException());

        public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
            where TState : class => throw new NotSupportedException();

        public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
            where TState : class => throw new NotSupportedException();
    }
}
