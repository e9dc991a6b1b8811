using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ledger.Engine;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Engines;

/// <summary>An open loop's shape.</summary>
/// <param name="RateAt">Commands a second over all workers, by seconds since the start.</param>
/// <param name="Seconds">How long commands are sent.</param>
/// <param name="Workers">Threads that send.</param>
internal sealed record OpenLoad(Func<double, double> RateAt, double Seconds, Spacing Spacing, int Workers, int Seed)
{
    /// <summary>
    /// A command that was refused is sent again as a later arrival, in place of a new one: at many times the peak the sender would else take the
    /// engine's cores to make what is thrown away. Only where order does not matter.
    /// </summary>
    public bool ResendsRefused { get; init; }

    public static OpenLoad Steady(double rate, double seconds, RunOptions options) => new(_ => rate, seconds, options.Spacing, options.Workers, options.Seed);

    /// <summary>Some more than will be due, so that a source prepared for it does not run dry.</summary>
    public long CountMax => (long)(Enumerable.Range(0, (int)Math.Ceiling(Seconds)).Sum(second => Math.Max(RateAt(second), RateAt(second + 1.0))) * 1.1) + 1_000;
}

/// <summary>
/// An open loop on the embedded engine: commands are sent when they are due, whatever became of those before, and latency counts from then, so
/// that a stall shows in all that it delayed. One thread a worker sends; what ends is stamped where it ends and counted by the sender.
/// </summary>
internal static class OpenLoop
{
    /// <summary>Commands of one worker under way; what would be more is counted as unsent. Far above what the engine takes in.</summary>
    public const int OutstandingMax = 1 << 18;

    /// <summary>How long the last answers are waited for.</summary>
    public static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(60);

    /// <param name="next">From worker and its own count, from 0, to the command. Called on that worker's thread; null ends it.</param>
    public static async Task<LoadResult> RunAsync(ILedgerEngine engine, OpenLoad load, Func<int, long, EngineCommand?> next, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var workers = Enumerable.Range(0, load.Workers).Select(number => new Worker(engine, load, number, next, startedAt)).ToArray();
        await Task.WhenAll(workers.Select(worker => Task.Factory.StartNew(() => worker.Run(cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return LoadResult.Of(startedAt, workers.Select(static worker => worker.Tally), ClosedLoop.SampleInterval);
    }

    private sealed class Worker
    {
        private readonly ILedgerEngine _engine;
        private readonly Pacer _pacer;
        private readonly ILoadClock _clock = new SystemLoadClock();
        private readonly Func<int, long, EngineCommand?> _next;
        private readonly int _number;
        private readonly Stack<Call> _free = [];
        private readonly Stack<EngineCommand> _refused = [];
        private readonly bool _resendsRefused;
        private Call? _ended;
        private int _outstanding;

        public Worker(ILedgerEngine engine, OpenLoad load, int number, Func<int, long, EngineCommand?> next, long startedAt)
        {
            (_engine, _number, _next, _resendsRefused) = (engine, number, next, load.ResendsRefused);
            var arrivals = new Arrivals(at => load.RateAt(at) / load.Workers, load.Spacing, load.Seconds, load.Seed + number, (double)number / load.Workers);
            _pacer = new Pacer(arrivals, _clock, startedAt);
            Tally = new Tally(startedAt, ClosedLoop.SampleInterval);
        }

        public Tally Tally { get; }

        public void Run(CancellationToken cancellation)
        {
            while (_pacer.WaitNext(TakeEnded, out var dueAt))
            {
                cancellation.ThrowIfCancellationRequested();
                if (_outstanding >= OutstandingMax / 2) TakeEnded();
                if ((_refused.TryPop(out var again) ? again : _next(_number, Tally.Offered)) is not { } command) break;

                Tally.Offered++;
                if (_outstanding < OutstandingMax) Send(command, dueAt);
                else Tally.Unsent++;
            }

            Drain(cancellation);
        }

        public void Ended(Call call)
        {
            do call.Below = Volatile.Read(ref _ended);
            while (Interlocked.CompareExchange(ref _ended, call, call.Below) != call.Below);
        }

        private void Send(EngineCommand command, long dueAt)
        {
            var sent = _engine.ExecuteAsync(command, CancellationToken.None);
            if (sent.IsCompleted)
            {
                if (Count(sent, dueAt, _clock.Now) is CallOutcome.Refused && _resendsRefused) _refused.Push(command);
                return;
            }

            _outstanding++;
            var call = _free.TryPop(out var free) ? free : new Call(this);
            call.Start(sent, dueAt);
        }

        /// <summary>All at once off the stack that the answering threads push on, so no order among them is needed.</summary>
        private void TakeEnded()
        {
            var call = Interlocked.Exchange(ref _ended, null);
            while (call is not null)
            {
                var below = call.Below;
                Count(call.Sent, call.DueAt, call.DoneAt);
                _outstanding--;
                _free.Push(call);
                call = below;
            }
        }

        private CallOutcome Count(in ValueTask<CommandReply> sent, long dueAt, long doneAt)
        {
            var outcome = EngineCalls.OutcomeOf(sent, out var reason);
            switch (outcome)
            {
                case CallOutcome.Accepted: Tally.Accept(dueAt, doneAt); break;
                case CallOutcome.Refused: Tally.Refused++; break;
                case CallOutcome.Failed: Tally.Fail(reason!); break;
            }

            return outcome;
        }

        private void Drain(CancellationToken cancellation)
        {
            var until = _clock.Now + (long)(DrainMax.TotalSeconds * Stopwatch.Frequency);
            while (_outstanding > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                TakeEnded();
                if (_clock.Now > until) throw new TimeoutException($"{_outstanding} commands had no answer {DrainMax.TotalSeconds} s after the last was sent.");
                if (_outstanding > 0) _clock.SleepUntil(_clock.Now + 1);
            }
        }
    }

    /// <summary>One command under way; used again and again by its worker, so that the generator allocates next to nothing.</summary>
    private sealed class Call
    {
        private readonly Worker _worker;
        private readonly Action _onEnded;
        private ConfiguredValueTaskAwaitable<CommandReply>.ConfiguredValueTaskAwaiter _awaiter;

        public Call(Worker worker)
        {
            _worker = worker;
            _onEnded = OnEnded;
        }

        public ValueTask<CommandReply> Sent { get; private set; }

        public long DueAt { get; private set; }

        public long DoneAt { get; private set; }

        public Call? Below { get; set; }

        public void Start(ValueTask<CommandReply> sent, long dueAt)
        {
            (Sent, DueAt) = (sent, dueAt);
            _awaiter = sent.ConfigureAwait(false).GetAwaiter();
            _awaiter.UnsafeOnCompleted(_onEnded);
        }

        private void OnEnded()
        {
            DoneAt = Stopwatch.GetTimestamp();
            _worker.Ended(this);
        }
    }
}
