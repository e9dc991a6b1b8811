using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using NodaTime;

namespace Ledger.Domain.Merchants;

/// <summary>What may be asked of one contract. All but the credential commands are the bank staff's (R006, R103, R111).</summary>
public abstract record MerchantCommand
{
    private MerchantCommand() { }

    /// <summary>Asked for in the branch (R005, R006).</summary>
    public sealed record RequestContract(
        MerchantId MerchantId,
        string LegalName,
        Acceptor Acceptor,
        SettlementAccount Account,
        CalendarName Calendar,
        PriceList Prices,
        bool StripeAccepted,
        ValueList<CardBrand> Brands,
        Instant Now) : MerchantCommand;

    public sealed record AcceptContract(string AcceptedBy, Instant Now) : MerchantCommand;

    public sealed record RefuseContract(string RefusedBy, string Reason, Instant Now) : MerchantCommand;

    public sealed record ChangePrices(PriceList Prices, Instant Now) : MerchantCommand;

    public sealed record ChangeAcceptor(Acceptor Acceptor, Instant Now) : MerchantCommand;

    public sealed record ChangeAccount(SettlementAccount Account, Instant Now) : MerchantCommand;

    /// <summary>Always accepted for a contract that runs (R110); effective at the month's end (R112); the date of receipt counts (D-12).</summary>
    /// <param name="ProofReference">Of the registered letter or the signed receipt (R111).</param>
    public sealed record Terminate(string ProofReference, Instant ReceivedAt, Instant Now) : MerchantCommand;

    /// <summary>A secret was checked outside the log and was right.</summary>
    public sealed record RecordCredentialRight(Credential Credential, Guid ForCommand, Instant Now) : MerchantCommand;

    /// <summary>It was wrong; after five in a row it is locked (D-16, I44).</summary>
    public sealed record RecordCredentialWrong(Credential Credential, Guid ForCommand, Instant Now) : MerchantCommand;

    /// <summary>A letter with credentials left. The password's leaves 48 hours after the identifier's at the earliest (R096, I27).</summary>
    public sealed record RecordLetterSent(CredentialLetter Letter, Instant Now) : MerchantCommand;

    /// <summary>Assistance unlocks it (R101).</summary>
    public sealed record UnlockCredential(Credential Credential, string UnlockedBy, Instant Now) : MerchantCommand;
}
