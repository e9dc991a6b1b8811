using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using Ledger.LoadTests.Traffic;
using NodaTime;

namespace Ledger.LoadTests.Budgets;

/// <summary>What is counted, on one thread, so that its bytes and instructions are the same every time.</summary>
internal enum BudgetKind
{
    /// <summary>Whole payments of four commands, one after another, each durable: decided, encoded, chained, committed, taken into the tables.</summary>
    Payment = 1,

    /// <summary>Events read out of the log's tables and decoded.</summary>
    Read = 2,
}

/// <summary>The work of one kind, prepared up to where the counting begins. One thread.</summary>
internal sealed class BudgetWork : IAsyncDisposable
{
    /// <summary>Steps of an engine without threads for one command; far more than it takes.</summary>
    private const int RoundsMax = 100;

    private const int PageLength = 1_000;

    private readonly CardTraffic _traffic = new(seed: 1);
    private readonly SqliteEventLog _log;
    private readonly LedgerEngine _engine;
    private long _number;
    private long _position;

    /// <param name="path">Of the log's file, which is not there yet.</param>
    public BudgetWork(string path)
    {
        _log = SqliteEventLog.Open(path, new SqliteEventLogOptions { WorksInBackground = false });
        _engine = new LedgerEngine(_log, EventCodec.Default, new StillClock(), new EngineOptions { HasThreads = false, ShardCount = 1, RecentCommandsMax = 1_024, ActorsMax = 1_000, UnpackedActorsMax = 500 });
    }

    /// <summary>Bytes allocated on this thread for one command or event, after as much again that warms up.</summary>
    public double MeasureBytes(BudgetKind kind, int count)
    {
        Run(kind, count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var done = Run(kind, count);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)done;
    }

    /// <returns>Commands or events.</returns>
    public long Run(BudgetKind kind, int count) => kind switch
    {
        BudgetKind.Payment => Pay(count),
        BudgetKind.Read => Read(count),
    };

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _log.DisposeAsync();
    }

    private int Pay(int commands)
    {
        for (var left = commands; left > 0; left -= CardTraffic.StepsOfPayment, _number++)
        {
            EngineCommand last = null!;
            for (var step = 0; step < CardTraffic.StepsOfPayment; step++) Execute(last = _traffic.Step(_number, step));

            // Whoever asks for it waits until it is in the tables.
            if (_log.FindCommandAsync(last.Id, CancellationToken.None).AsTask().Result is null) throw new InvalidOperationException($"Command {last.Id:N} is not there.");
        }

        return commands;
    }

    private void Execute(EngineCommand command)
    {
        var sent = _engine.ExecuteAsync(command, CancellationToken.None).AsTask();
        for (var round = 0; !sent.IsCompleted && round < RoundsMax; round++)
        {
            for (var part = 0; part < _engine.StepPartCount; part++) _engine.RunOnce(part);
        }

        if (!sent.IsCompletedSuccessfully || sent.Result.Outcome != CommandOutcome.Accepted) throw new InvalidOperationException($"Command {command.Id:N} was not accepted.");
    }

    private long Read(int events)
    {
        var decoded = 0L;
        while (decoded < events)
        {
            var page = _log.ReadAllAsync(_position, PageLength, CancellationToken.None).AsTask().Result;
            if (page.IsEmpty)
            {
                if (_position == 0) throw new InvalidOperationException("The log is empty: payments come first.");
                _position = 0;
                continue;
            }

            foreach (var recorded in page)
            {
                _ = EventCodec.Default.Decode(recorded);
                _position = recorded.Position;
                if (++decoded == events) break;
            }
        }

        return decoded;
    }

    /// <summary>Always the first transaction's instant: time is no part of what is counted.</summary>
    private sealed class StillClock : IClock
    {
        public Instant GetCurrentInstant() => CardTraffic.Start;
    }
}
