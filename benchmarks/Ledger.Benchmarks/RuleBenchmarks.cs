using BenchmarkDotNet.Attributes;
using Ledger.Domain.Transactions;

namespace Ledger.Benchmarks;

/// <summary>The rules alone: what one decision and one fold cost. Baseline: the smallest decision.</summary>
[MemoryDiagnoser]
public class RuleBenchmarks
{
    private readonly TransactionState _approved = Payment.Events[..3].Aggregate(Transaction.Initial, Transaction.Evolve);

    [Benchmark(Baseline = true)]
    public bool DecideRequest() => Transaction.Decide(Transaction.Initial, Payment.Request).Rejection is null;

    [Benchmark]
    public bool DecideComplete() => Transaction.Decide(_approved, Payment.Complete).Rejection is null;

    [Benchmark]
    public TransactionState EvolveFourEvents()
    {
        var state = Transaction.Initial;
        foreach (var @event in Payment.Events) state = Transaction.Evolve(state, @event);
        return state;
    }
}
