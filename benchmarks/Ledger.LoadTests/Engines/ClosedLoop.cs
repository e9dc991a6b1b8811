using System.Diagnostics;
using Ledger.Engine;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Engines;

/// <summary>
/// A closed loop on the embedded engine: each worker keeps a window of commands under way and sends the next when the oldest is answered. One
/// worker stands for as many callers as its window is wide, at a fraction of their cost. Latency counts from the sending, so a stall of the
/// engine delays what would have been sent meanwhile without showing in it (coordinated omission): rates are what this is for. It is seen when
/// the worker looks, oldest first, so it is an upper bound.
/// </summary>
internal static class ClosedLoop
{
    /// <summary>How long a worker that has nothing under way waits after a refusal.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(1);

    /// <param name="sources">One per worker.</param>
    /// <param name="inFlight">Commands under way over all workers, at least one each.</param>
    /// <param name="advance">Told how many more were answered, now and then.</param>
    public static async Task<LoadResult> RunAsync(ILedgerEngine engine, CommandSource[] sources, int inFlight, Action<long>? advance, CancellationToken cancellation)
    {
        var window = Math.Max(1, inFlight / sources.Length);
        var startedAt = Stopwatch.GetTimestamp();
        var workers = sources.Select(source => new Worker(engine, source, window, new Tally(startedAt, SampleInterval), advance)).ToArray();
        await Task.WhenAll(workers.Select(worker => Task.Run(() => worker.RunAsync(cancellation), cancellation)));
        return LoadResult.Of(startedAt, workers.Select(static worker => worker.Tally), SampleInterval);
    }

    /// <summary>Of the throughput over time.</summary>
    public static TimeSpan SampleInterval { get; } = TimeSpan.FromMilliseconds(100);

    private sealed class Worker(ILedgerEngine engine, CommandSource source, int window, Tally tally, Action<long>? advance)
    {
        private const int AdvanceEvery = 1024;

        private readonly ValueTask<CommandReply>[] _calls = new ValueTask<CommandReply>[window];
        private readonly long[] _sentAt = new long[window];
        private int _head;
        private int _count;
        private EngineCommand? _refused;
        private long _unreported;

        public Tally Tally => tally;

        public async Task RunAsync(CancellationToken cancellation)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                Fill();
                if (_count == 0)
                {
                    if (_refused is null) break;

                    await Task.Delay(RefusedPause, cancellation);
                    continue;
                }

                await HeadEndedAsync();
                while (_count > 0 && _calls[_head].IsCompleted) TakeHead();
            }

            advance?.Invoke(_unreported);
        }

        /// <summary>Sends until the window is full; what is refused is kept and sent first next time, so that order holds.</summary>
        private void Fill()
        {
            while (_count < window && (_refused ?? source.Next()) is { } command)
            {
                var at = (_head + _count) % window;
                if (_refused is null) tally.Offered++;
                _refused = null;
                _sentAt[at] = Stopwatch.GetTimestamp();
                var call = engine.ExecuteAsync(command, CancellationToken.None);
                if (call.IsFaulted && EngineCalls.OutcomeOf(call, out var reason) is var outcome)
                {
                    if (outcome is CallOutcome.Failed) throw new InvalidOperationException(reason);

                    tally.Refused++;
                    _refused = command;
                    return;
                }

                _calls[at] = call;
                _count++;
            }
        }

        /// <summary>A value task may be awaited once only, so the head is turned into a task and read from there.</summary>
        private async ValueTask HeadEndedAsync()
        {
            if (_calls[_head].IsCompleted) return;

            var task = _calls[_head].AsTask();
            _calls[_head] = new ValueTask<CommandReply>(task);
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private void TakeHead()
        {
            switch (EngineCalls.OutcomeOf(_calls[_head], out var reason))
            {
                case CallOutcome.Accepted: tally.Accept(_sentAt[_head], Stopwatch.GetTimestamp()); break;
                case CallOutcome.Refused: tally.Refused++; break;
                case CallOutcome.Failed: tally.Fail(reason!); break;
            }

            _calls[_head] = default;
            _head = (_head + 1) % window;
            _count--;
            if (++_unreported < AdvanceEvery) return;

            advance?.Invoke(_unreported);
            _unreported = 0;
        }
    }
}
