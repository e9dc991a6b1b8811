using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>Every stream type there is. Immutable; safe for any thread.</summary>
internal sealed class StreamTypes
{
    private readonly StreamType[] _types;

    /// <param name="types">The busiest first: they are a handful, and looked through in order.</param>
    public StreamTypes(params ReadOnlySpan<StreamType> types) => _types = types.ToArray();

    /// <summary>The product's deciders.</summary>
    public static StreamTypes Default { get; } = new(
        new TransactionStreamType(),
        new StreamType<Terminal, TerminalState, TerminalCommand, TerminalEvent, TerminalRejection>(),
        new StreamType<Merchant, MerchantState, MerchantCommand, MerchantEvent, MerchantRejection>(),
        new StreamType<Remittance, RemittanceState, RemittanceCommand, RemittanceEvent, RemittanceRejection>(),
        new StreamType<OpposedCard, CardState, CardCommand, CardEvent, CardRejection>(),
        new StreamType<Complaint, ComplaintState, ComplaintCommand, ComplaintEvent, ComplaintRejection>());

    /// <summary>The one type whose waiting actors are packed: by far the most actors are of it. Null when there is none.</summary>
    public StreamType? Packed => Array.Find(_types, static type => type.Packing is not null);

    /// <exception cref="ArgumentException">No decider has that category.</exception>
    public StreamType Of(StreamName stream)
    {
        foreach (var type in _types)
        {
            if (stream.IsIn(type.Category)) return type;
        }

        throw new ArgumentException($"« {stream} » is a stream of no type that the engine runs.", nameof(stream));
    }
}
