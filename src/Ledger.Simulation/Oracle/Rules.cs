using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Simulation.Oracle;

/// <summary>The deciders, chosen by a stream's name; without the engine.</summary>
internal abstract class Rules
{
    private static readonly ImmutableArray<Rules> _all =
    [
        new Rules<Transaction, TransactionState, TransactionCommand, TransactionEvent, TransactionRejection>(),
        new Rules<Terminal, TerminalState, TerminalCommand, TerminalEvent, TerminalRejection>(),
        new Rules<Merchant, MerchantState, MerchantCommand, MerchantEvent, MerchantRejection>(),
        new Rules<Remittance, RemittanceState, RemittanceCommand, RemittanceEvent, RemittanceRejection>(),
        new Rules<OpposedCard, CardState, CardCommand, CardEvent, CardRejection>(),
        new Rules<Complaint, ComplaintState, ComplaintCommand, ComplaintEvent, ComplaintRejection>(),
    ];

    public abstract string Category { get; }

    public abstract object Initial { get; }

    public static Rules Of(StreamName stream)
    {
        foreach (var rules in _all)
        {
            if (rules.Category == stream.Category) return rules;
        }

        throw new ArgumentException($"« {stream} » has no decider.", nameof(stream));
    }

    /// <returns>Null when it is refused.</returns>
    public abstract ImmutableArray<ILedgerEvent>? Decide(object state, object command);

    /// <exception cref="InvariantException">The event cannot follow.</exception>
    public abstract object Evolve(object state, ILedgerEvent @event);
}

internal sealed class Rules<TDecider, TState, TCommand, TEvent, TRejection> : Rules
    where TDecider : IDecider<TState, TCommand, TEvent, TRejection>
    where TState : class
    where TCommand : class
    where TEvent : class, ILedgerEvent
    where TRejection : struct, Enum
{
    public override string Category => TDecider.Category;

    public override object Initial => TDecider.Initial;

    public override ImmutableArray<ILedgerEvent>? Decide(object state, object command)
    {
        var decision = TDecider.Decide((TState)state, (TCommand)command);
        return decision.Rejection is null ? ImmutableArray<ILedgerEvent>.CastUp(decision.Events) : null;
    }

    public override object Evolve(object state, ILedgerEvent @event) => TDecider.Evolve((TState)state, (TEvent)@event);
}
