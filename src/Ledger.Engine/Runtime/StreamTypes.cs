using System.Collections.Frozen;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>Every stream type there is. Immutable; safe for any thread.</summary>
internal sealed class StreamTypes
{
    private readonly FrozenDictionary<string, StreamType> _byCategory;

    public StreamTypes(params ReadOnlySpan<StreamType> types) =>
        _byCategory = types.ToArray().ToFrozenDictionary(static type => type.Category, StringComparer.Ordinal);

    /// <summary>The product's deciders.</summary>
    public static StreamTypes Default { get; } = new(
        new StreamType<Terminal, TerminalState, TerminalCommand, TerminalEvent, TerminalRejection>(),
        new TransactionStreamType(),
        new StreamType<Merchant, MerchantState, MerchantCommand, MerchantEvent, MerchantRejection>(),
        new StreamType<Remittance, RemittanceState, RemittanceCommand, RemittanceEvent, RemittanceRejection>(),
        new StreamType<OpposedCard, CardState, CardCommand, CardEvent, CardRejection>());

    /// <exception cref="ArgumentException">No decider has that category.</exception>
    public StreamType Of(StreamName stream) =>
        _byCategory.TryGetValue(stream.Category ?? "", out var type) ? type : throw new ArgumentException($"« {stream} » is a stream of no type that the engine runs.", nameof(stream));
}
