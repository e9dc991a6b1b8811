using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Simulation;

/// <summary>Chooses the fault of each question from script and seed. Safe for any number of callers; what it counted is gone with its process.</summary>
internal sealed class FaultPicker(FaultScript script, long seed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HostOperation, long> _questions = [];
    private readonly Dictionary<(HostOperation, ExchangeId), int> _attempts = [];
    private readonly Dictionary<(int Rule, ExchangeId), int> _hits = [];

    /// <param name="about">The exchange's entry, for amount and card; null when the host knows nothing of it.</param>
    public Fault? Pick(HostOperation operation, ExchangeId exchange, QuestionFacts? about)
    {
        lock (_lock)
        {
            var number = _questions[operation] = _questions.GetValueOrDefault(operation) + 1;
            var attempt = _attempts[(operation, exchange)] = _attempts.GetValueOrDefault((operation, exchange)) + 1;
            for (var i = 0; i < script.Rules.Length; i++)
            {
                var rule = script.Rules[i];
                if (rule.On != operation || _hits.GetValueOrDefault((i, exchange)) >= rule.TimesMax) continue;
                if (!Applies(rule.When, i, exchange, attempt, number, about)) continue;

                _hits[(i, exchange)] = _hits.GetValueOrDefault((i, exchange)) + 1;
                return rule.Then;
            }

            return null;
        }
    }

    private bool Applies(FaultTrigger trigger, int rule, ExchangeId exchange, int attempt, long number, QuestionFacts? about) => trigger switch
    {
        FaultTrigger.Always => true,
        FaultTrigger.AmountIs t => about?.Amount == t.Amount,
        FaultTrigger.CentsAre t => about is not null && about.Amount.MinorUnits % 100 == t.Cents,
        FaultTrigger.CardIs t => about?.Card == t.Card,
        FaultTrigger.Nth t => number == t.Number,
        FaultTrigger.Chance t => Draw(rule, exchange, attempt) < t.PerThousand,
        _ => throw new UnreachableException(trigger.GetType().Name),
    };

    /// <returns>0 to 999.</returns>
    private int Draw(int rule, ExchangeId exchange, int attempt)
    {
        Span<byte> input = stackalloc byte[32];
        BinaryPrimitives.WriteInt64BigEndian(input, seed);
        BinaryPrimitives.WriteInt32BigEndian(input[8..], rule);
        BinaryPrimitives.WriteInt32BigEndian(input[12..], attempt);
        exchange.Value.TryWriteBytes(input[16..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % 1000);
    }
}
