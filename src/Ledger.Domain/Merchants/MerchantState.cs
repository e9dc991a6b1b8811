using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using NodaTime;

namespace Ledger.Domain.Merchants;

/// <summary>What deciding needs to remember of one contract. Never stored.</summary>
public abstract record MerchantState
{
    private MerchantState() { }

    public sealed record Unknown : MerchantState;

    public sealed record Requested(ContractFacts Facts) : MerchantState;

    /// <summary>For ever.</summary>
    public sealed record Refused(ContractFacts Facts) : MerchantState;

    public sealed record Accepted(ContractFacts Facts, Instant From, CredentialCounter Password, CredentialCounter SecurityCode) : MerchantState
    {
        /// <summary>When the last letter with the identifier left; null before.</summary>
        public Instant? IdentifierSentAt { get; init; }
    }

    /// <summary>Runs until the month's end, then never again (R113). Credentials still work: tickets and history stay reachable.</summary>
    public sealed record Terminated(ContractFacts Facts, Instant From, Instant Until, string ProofReference, CredentialCounter Password, CredentialCounter SecurityCode) : MerchantState;
}

/// <param name="Acceptors">Every acceptor text there was; index 0 is version 1.</param>
public sealed record ContractFacts(
    MerchantId MerchantId,
    string LegalName,
    ValueList<Acceptor> Acceptors,
    SettlementAccount Account,
    CalendarName Calendar,
    PriceList Prices,
    bool StripeAccepted,
    ValueList<CardBrand> Brands)
{
    public int Version => Acceptors.Count;

    public Acceptor AcceptorAt(int version) => Acceptors[version - 1];
}

/// <summary>Wrong attempts in a row.</summary>
public readonly record struct CredentialCounter(int Wrong, bool Locked)
{
    /// <summary>D-16; RTS 2018/389 art. 4(3)(b) allows no more than five.</summary>
    public const int AttemptsMax = 5;

    internal CredentialCounter AfterRight()
    {
        Invariant.Holds(!Locked);
        return default;
    }

    internal CredentialCounter AfterWrong(int attempt)
    {
        Invariant.Holds(!Locked && attempt == Wrong + 1 && attempt <= AttemptsMax);
        return this with { Wrong = attempt };
    }

    internal CredentialCounter AfterLock()
    {
        Invariant.Holds(!Locked && Wrong == AttemptsMax);
        return this with { Locked = true };
    }

    internal CredentialCounter AfterUnlock()
    {
        Invariant.Holds(Locked);
        return default;
    }
}

/// <summary>What other rooms ask of a contract's state, whichever it is.</summary>
public static class MerchantStates
{
    extension(MerchantState state)
    {
        /// <summary>Null while it was not requested.</summary>
        public ContractFacts? Facts => state switch
        {
            MerchantState.Requested s => s.Facts,
            MerchantState.Refused s => s.Facts,
            MerchantState.Accepted s => s.Facts,
            MerchantState.Terminated s => s.Facts,
            _ => null,
        };

        /// <summary>The snapshot that commands on transactions and terminals bring along; null while it was not requested.</summary>
        public ContractTerms? Terms => state.Facts is not { } facts ? null : new ContractTerms(
            facts.MerchantId,
            facts.Version,
            state switch
            {
                MerchantState.Accepted s => s.From,
                MerchantState.Terminated s => s.From,
                _ => null,
            },
            (state as MerchantState.Terminated)?.Until,
            facts.StripeAccepted,
            facts.Brands,
            facts.Prices);

        /// <summary>Wrong attempts so far; none before the contract was accepted.</summary>
        public CredentialCounter CounterOf(Credential credential) => (state, credential) switch
        {
            (MerchantState.Accepted s, Credential.Password) => s.Password,
            (MerchantState.Accepted s, Credential.SecurityCode) => s.SecurityCode,
            (MerchantState.Terminated s, Credential.Password) => s.Password,
            (MerchantState.Terminated s, Credential.SecurityCode) => s.SecurityCode,
            _ => default,
        };

        internal MerchantState With(Credential credential, CredentialCounter counter) => (state, credential) switch
        {
            (MerchantState.Accepted s, Credential.Password) => s with { Password = counter },
            (MerchantState.Accepted s, Credential.SecurityCode) => s with { SecurityCode = counter },
            (MerchantState.Terminated s, Credential.Password) => s with { Password = counter },
            (MerchantState.Terminated s, Credential.SecurityCode) => s with { SecurityCode = counter },
            _ => throw new InvariantException($"{state.GetType().Name} has no {credential}"),
        };
    }
}

/// <summary>Why a command on a contract was refused, in order of precedence. Numbers are wire values: append, never reuse.</summary>
public enum MerchantRejection
{
    NotRequested = 1,

    /// <summary>Requested with other content.</summary>
    AlreadyRequested = 2,

    /// <summary>A text, number or SIRET is out of range.</summary>
    FactsInvalid = 3,

    /// <summary>A rate is out of range, doubled, or above the interchange cap.</summary>
    PricesInvalid = 4,

    /// <summary>Refused before; definitive.</summary>
    ContractRefused = 5,

    /// <summary>Terminated before; definitive (R113).</summary>
    ContractTerminated = 6,
    NotAccepted = 7,
    AlreadyAccepted = 8,

    /// <summary>A termination needs the reference of its proof (R111).</summary>
    ProofMissing = 9,

    /// <summary>Received after now.</summary>
    ReceivedInTheFuture = 10,

    /// <summary>Locked after five wrong attempts; assistance unlocks it (D-16).</summary>
    CredentialLocked = 11,
    CredentialNotLocked = 12,

    /// <summary>The identifier's letter goes first (R096).</summary>
    IdentifierNotSent = 13,

    /// <summary>Less than 48 hours after the identifier's letter (I27).</summary>
    PasswordLetterTooEarly = 14,
}
