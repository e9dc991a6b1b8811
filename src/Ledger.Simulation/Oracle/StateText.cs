using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;

namespace Ledger.Simulation.Oracle;

/// <summary>A state as text, the dictionaries in it included, so that two are compared to the last bit.</summary>
internal static class StateText
{
    public static string Of(object state)
    {
        var text = state.ToString()!;
        return state switch
        {
            TransactionState transaction when Transaction.CompletionOf(transaction) is { } completed => $"{text} {string.Join(' ', Texts(completed.Refunds))}",
            TerminalState terminal => $"{text} {string.Join(' ', Texts(terminal.Work.SetAside))}",
            RemittanceState.Open open => $"{text} {string.Join(' ', Texts(open.Lines))}",
            _ => text,
        };
    }

    private static IEnumerable<string> Texts<T>(IEnumerable<T> items) => items.Select(static item => $"{item}").Order(StringComparer.Ordinal);
}
