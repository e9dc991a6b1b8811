using System.Collections.Immutable;
using NodaTime;

namespace Ledger.Domain;

/// <summary>What every event of every stream has. A record prints everything it holds, so it never holds card data, codes or clear contacts.</summary>
public interface ILedgerEvent
{
    /// <summary>When it happened, on the server's clock (UTC). Order is the log's, not this: a clock may step back.</summary>
    Instant At { get; }
}

/// <summary>A pure stream: what may happen (<see cref="Decide"/>) and what did happen (<see cref="Evolve"/>).</summary>
/// <typeparam name="TState">What deciding needs to remember; never stored.</typeparam>
/// <typeparam name="TCommand">What a caller may ask; it brings its own time and ids.</typeparam>
/// <typeparam name="TEvent">What is stored, for ever.</typeparam>
/// <typeparam name="TRejection">Numbered reasons to refuse, in order of precedence.</typeparam>
public interface IDecider<TState, TCommand, TEvent, TRejection>
    where TState : class
    where TCommand : class
    where TEvent : class, ILedgerEvent
    where TRejection : struct, Enum
{
    /// <summary>First part of the stream's name. Stored, so never renamed.</summary>
    static abstract string Category { get; }

    /// <summary>The state of a stream without events.</summary>
    static abstract TState Initial { get; }

    /// <summary>Says what follows from a command. Total: every state answers every command.</summary>
    static abstract Decision<TEvent, TRejection> Decide(TState state, TCommand command);

    /// <summary>Takes in one event.</summary>
    /// <exception cref="InvariantException">The event cannot follow the state: the history was not made by <see cref="Decide"/>.</exception>
    static abstract TState Evolve(TState state, TEvent @event);
}

/// <summary>Either events to append (none: the command was already in effect) or one reason why not.</summary>
public readonly record struct Decision<TEvent, TRejection>
    where TEvent : class, ILedgerEvent
    where TRejection : struct, Enum
{
    private Decision(ImmutableArray<TEvent> events, TRejection? rejection) => (Events, Rejection) = (events, rejection);

    /// <summary>What to append, in order; empty when refused or already in effect.</summary>
    public ImmutableArray<TEvent> Events { get => field.IsDefault ? [] : field; }

    /// <summary>Why not; null when accepted.</summary>
    public TRejection? Rejection { get; }

    /// <summary>The command was in effect before it came: nothing to append, and no error.</summary>
    public static Decision<TEvent, TRejection> AlreadyDone => new([], null);

    public static Decision<TEvent, TRejection> Accept(params ReadOnlySpan<TEvent> events) => new([.. events], null);

    public static implicit operator Decision<TEvent, TRejection>(TRejection reason) => new([], reason);

    public static implicit operator Decision<TEvent, TRejection>(TEvent @event) => Accept(@event);
}
