using BenchmarkDotNet.Attributes;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Benchmarks;

/// <summary>From an event to the bytes that are stored, and back. Baseline: SHA-256 over the same chain input.</summary>
[MemoryDiagnoser]
public class EncodingBenchmarks
{
    private static readonly StreamName Stream = new("transaction", Payment.Id.ToString());
    private readonly TransactionEvent _completed = Payment.Events[3];
    private readonly EncodedEvent _encoded = EventCodec.Default.Encode(Payment.Events[3]);
    private readonly byte[] _hash = new byte[ChainHash.Length];

    [Benchmark(Baseline = true)]
    public byte[] Chain()
    {
        ChainHash.Compute(ChainHash.Genesis.Span, Stream, 4, _encoded.Type, Payment.Start, Payment.Id.Value, _encoded.Payload.Span, _hash);
        return _hash;
    }

    [Benchmark]
    public int Encode() => EventCodec.Default.Encode(_completed).Payload.Length;

    [Benchmark]
    public ILedgerEvent Decode() => EventCodec.Default.Decode(_encoded.Type, _encoded.Payload.Span);
}
