using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;

namespace Ledger.Host.Audit;

/// <summary>One stream's state, event by event, whatever its category.</summary>
internal sealed class StreamFold
{
    private readonly Func<object, ILedgerEvent, object> _evolve;
    private object _state;

    private StreamFold(object initial, Func<object, ILedgerEvent, object> evolve) => (_state, _evolve) = (initial, evolve);

    /// <summary>The state's name: for a transaction what outsiders call it, else its case.</summary>
    public string StateName => _state is TransactionState transaction and not TransactionState.New ? transaction.StatusOf().ToString() : _state.GetType().Name;

    /// <returns>Null for a category that this program does not know.</returns>
    public static StreamFold? For(string category) => category switch
    {
        "transaction" => Of<TransactionState, TransactionEvent>(Transaction.Initial, Transaction.Evolve),
        "terminal" => Of<TerminalState, TerminalEvent>(Terminal.Initial, Terminal.Evolve),
        "merchant" => Of<MerchantState, MerchantEvent>(Merchant.Initial, Merchant.Evolve),
        "remittance" => Of<RemittanceState, RemittanceEvent>(Remittance.Initial, Remittance.Evolve),
        "card" => Of<CardState, CardEvent>(OpposedCard.Initial, OpposedCard.Evolve),
        "complaint" => Of<ComplaintState, ComplaintEvent>(Complaint.Initial, Complaint.Evolve),
        _ => null,
    };

    /// <exception cref="InvariantException">The event cannot follow: the history was not made by the rules.</exception>
    public void Apply(ILedgerEvent @event) => _state = _evolve(_state, @event);

    private static StreamFold Of<TState, TEvent>(TState initial, Func<TState, TEvent, TState> evolve)
        where TState : class
        where TEvent : class, ILedgerEvent => new(initial, (state, @event) => evolve((TState)state, (TEvent)@event));
}
