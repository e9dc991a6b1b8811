using System.Diagnostics;
using NodaTime;
using static Ledger.Domain.Cards.CardCommand;
using static Ledger.Domain.Cards.CardEvent;
using static Ledger.Domain.Cards.CardState;

namespace Ledger.Domain.Cards;

using Decision = Decision<CardEvent, CardRejection>;

/// <summary>One card token's opposition: immediate, definitive, nothing undoes it (R186, I29). Pure: no clock, no store, no logging.</summary>
public sealed class OpposedCard : IDecider<CardState, CardCommand, CardEvent, CardRejection>
{
    private OpposedCard() { }

    public static string Category => "card";

    public static CardState Initial { get; } = new NotOpposed();

    public static Decision Decide(CardState state, CardCommand command) => (state, command) switch
    {
        (NotOpposed, Oppose oppose) => DecideOppose(oppose),
        (NotOpposed, Renew) => CardRejection.NotOpposed,

        (Opposed s, Oppose oppose) => DecideOpposeAgain(s, oppose),
        (Opposed s, Renew renew) => DecideRenew(s, renew),

        _ => throw new UnreachableException($"{state.GetType().Name} x {command.GetType().Name}"),
    };

    public static CardState Evolve(CardState state, CardEvent @event) => (state, @event) switch
    {
        (NotOpposed, CardOpposed e) => new Opposed(e.Token, e.At, null),
        (Opposed { Replacement: null } s, CardRenewed e) when e.Token == s.Token && e.Replacement != s.Token => s with { Replacement = e.Replacement },

        // A stored history that Decide could not have produced is corruption, not a request: stop.
        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow {state.GetType().Name}"),
    };

    private static Decision DecideOppose(Oppose command)
    {
        Invariant.Holds(CardToken.IsValid(command.Token.Value));
        return new CardOpposed(command.Token, command.Reason, command.Now);
    }

    /// <summary>The first reason and instant stand.</summary>
    private static Decision DecideOpposeAgain(Opposed state, Oppose command)
    {
        Invariant.Holds(command.Token == state.Token);
        return Decision.AlreadyDone;
    }

    private static Decision DecideRenew(Opposed state, Renew command)
    {
        if (state.Replacement == command.Replacement) return Decision.AlreadyDone;
        if (state.Replacement is not null) return CardRejection.AlreadyRenewed;
        if (command.Replacement == state.Token) return CardRejection.ReplacementIsTheSameCard;

        return new CardRenewed(state.Token, command.Replacement, command.Now);
    }
}

/// <summary>What was asked about one card token (R184-R187).</summary>
public abstract record CardCommand
{
    private CardCommand() { }

    /// <summary>Faire opposition: immediate and definitive (R186).</summary>
    public sealed record Oppose(CardToken Token, OppositionReason Reason, Instant Now) : CardCommand;

    /// <summary>Renouveler: another card with another token takes over (R187).</summary>
    public sealed record Renew(CardToken Replacement, Instant Now) : CardCommand;
}

/// <summary>What happened to one card token. Names are stored, so never renamed.</summary>
public abstract record CardEvent : ILedgerEvent
{
    private CardEvent() { }

    public abstract Instant At { get; init; }

    public sealed record CardOpposed(CardToken Token, OppositionReason Reason, Instant At) : CardEvent;

    public sealed record CardRenewed(CardToken Token, CardToken Replacement, Instant At) : CardEvent;
}

public abstract record CardState
{
    private CardState() { }

    /// <summary>Never opposed, as far as we know.</summary>
    public sealed record NotOpposed : CardState;

    public sealed record Opposed(CardToken Token, Instant At, CardToken? Replacement) : CardState;
}

/// <summary>Why a command on a card was refused, in order of precedence. Numbers are wire values: append, never reuse.</summary>
public enum CardRejection
{
    /// <summary>Only an opposed card is renewed here.</summary>
    NotOpposed = 1,

    /// <summary>It was renewed by another token before.</summary>
    AlreadyRenewed = 2,

    /// <summary>A card cannot replace itself.</summary>
    ReplacementIsTheSameCard = 3,
}

public enum OppositionReason
{
    Lost = 1,
    Stolen = 2,
    FraudulentUse = 3,
}
