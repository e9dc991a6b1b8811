using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine.Runtime.Packing;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>A transaction lives in its terminal's partition, and tells its terminal when it has its outcome.</summary>
internal sealed class TransactionStreamType : StreamType<Transaction, TransactionState, TransactionCommand, TransactionEvent, TransactionRejection>
{
    public override StatePacking Packing { get; } = new TransactionPacking();

    public override ushort PartitionOf(StreamName stream) =>
        stream.TryGetGuid(out var id)
            ? new TransactionId(id).Partition
            : throw new ArgumentException($"« {stream} » names no transaction: its id has 32 hexadecimal digits.", nameof(stream));

    public override Reaction? React(object state, ImmutableArray<ILedgerEvent> events)
    {
        if (Transaction.FactsOf((TransactionState)state) is not { } facts) return null;

        // The array was made by the decider as one of TransactionEvent; the cast gives it its own type back, without a copy.
        var own = events.As<TransactionEvent>();
        return TerminalReactions.After(facts.TransactionId, own) is { } command ? new Reaction(facts.Terminal.Stream, command) : null;
    }
}
