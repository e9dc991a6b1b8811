using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using NodaTime;

namespace Ledger.Domain.Merchants;

/// <summary>What happened to one contract. Names are stored, so never renamed.</summary>
public abstract record MerchantEvent : ILedgerEvent
{
    private MerchantEvent() { }

    public abstract Instant At { get; init; }

    public sealed record ContractRequested(
        MerchantId MerchantId,
        string LegalName,
        Acceptor Acceptor,
        SettlementAccount Account,
        CalendarName Calendar,
        PriceList Prices,
        bool StripeAccepted,
        ValueList<CardBrand> Brands,
        Instant At) : MerchantEvent;

    public sealed record ContractAccepted(string AcceptedBy, Instant At) : MerchantEvent;

    public sealed record ContractRefused(string RefusedBy, string Reason, Instant At) : MerchantEvent;

    public sealed record PricesChanged(PriceList Prices, Instant At) : MerchantEvent;

    /// <param name="Version">The new contract version, one above the last.</param>
    public sealed record AcceptorChanged(Acceptor Acceptor, int Version, Instant At) : MerchantEvent;

    public sealed record AccountChanged(SettlementAccount Account, Instant At) : MerchantEvent;

    /// <param name="EffectiveAt">First instant of the month after receipt, Paris time (R112).</param>
    public sealed record ContractTerminated(string ProofReference, Instant ReceivedAt, Instant EffectiveAt, Instant At) : MerchantEvent;

    public sealed record LetterSent(CredentialLetter Letter, Instant At) : MerchantEvent;

    public sealed record CredentialAccepted(Credential Credential, Guid ForCommand, Instant At) : MerchantEvent;

    /// <param name="Attempt">How many in a row, from 1.</param>
    public sealed record CredentialRejected(Credential Credential, Guid ForCommand, int Attempt, Instant At) : MerchantEvent;

    public sealed record CredentialLocked(Credential Credential, Instant At) : MerchantEvent;

    public sealed record CredentialUnlocked(Credential Credential, string UnlockedBy, Instant At) : MerchantEvent;
}
