using NodaTime;

namespace Ledger.Domain.Cards;

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
