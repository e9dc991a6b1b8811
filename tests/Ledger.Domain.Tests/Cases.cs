using System.Collections.Immutable;

namespace Ledger.Domain.Tests;

/// <summary>Stands in for compiler exhaustiveness: no pair of state and command may reach the last arm of a decider.</summary>
public static class Cases
{
    /// <summary>The sealed cases nested in a closed record.</summary>
    public static ImmutableArray<Type> Of<T>() => [.. typeof(T).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(T))).OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>Every case of <typeparamref name="T"/> has a sample, so that a new case is not forgotten.</summary>
    public static void AllSampled<T>(IEnumerable<T> samples)
        where T : class
        => Assert.Equal(Of<T>(), samples.Select(s => s.GetType()).Distinct().OrderBy(t => t.Name, StringComparer.Ordinal));

    /// <summary>Decides every sample in every state: each answer is events that the state can take, nothing, or a named rejection.</summary>
    public static void AllAnswered<TDecider, TState, TCommand, TEvent, TRejection>(IReadOnlyList<TState> states, IReadOnlyList<TCommand> commands)
        where TDecider : IDecider<TState, TCommand, TEvent, TRejection>
        where TState : class
        where TCommand : class
        where TEvent : class, ILedgerEvent
        where TRejection : struct, Enum
    {
        AllSampled(states);
        AllSampled(commands);
        foreach (var state in states)
        {
            foreach (var command in commands)
            {
                var decision = TDecider.Decide(state, command);
                Assert.True(decision.Rejection is null || (decision.Events.IsEmpty && Enum.IsDefined(decision.Rejection.Value)), $"{state} x {command}");
                decision.Events.Aggregate(state, TDecider.Evolve);
            }
        }
    }
}
