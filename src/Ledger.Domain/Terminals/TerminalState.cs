using System.Collections.Immutable;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Terminals;

/// <summary>What deciding needs to remember of one terminal. Never stored.</summary>
public abstract record TerminalState
{
    private TerminalState() { }

    /// <summary>Not supplied by the bank, as far as we know (R008).</summary>
    public sealed record Unregistered : TerminalState;

    /// <summary>Supplied, not activated yet.</summary>
    public sealed record Registered(TerminalFacts Facts) : TerminalState;

    public sealed record Active(TerminalFacts Facts, TerminalBinding Binding, TerminalWork Work) : TerminalState;

    /// <summary>New starts are refused; what is under way ends as it would (I31, E85).</summary>
    /// <param name="Binding">Null when it was blocked before its first activation.</param>
    public sealed record Blocked(TerminalFacts Facts, TerminalBinding? Binding, TerminalWork Work, LocalDate UnblockableUntil) : TerminalState;

    /// <summary>For ever (R121).</summary>
    public sealed record BlockedForGood(TerminalFacts Facts, TerminalBinding? Binding, TerminalWork Work) : TerminalState;
}

public sealed record TerminalFacts(TerminalSerial Serial, string Model, AcceptanceCountry Country, int TerminalNumber);

public sealed record TerminalBinding(MerchantId MerchantId, DeviceId Device);

/// <summary>What runs on a terminal.</summary>
/// <param name="LastNumber">Last transaction number given; 0 before the first.</param>
/// <param name="Open">The one transaction it works on (I12).</param>
/// <param name="SetAside">Sales whose last attempt has no outcome yet (I15); at most <see cref="SetAsideMax"/>.</param>
/// <param name="RecentlyPaid">Sales paid last, oldest first, at most <see cref="RecentlyPaidMax"/>: an attempt at one of them again is a mistake.</param>
/// <param name="LastFinished">The transaction that got its outcome last, so that a repeat is told from an unknown one.</param>
/// <param name="LastTaken">The last number given to a refund, so that a repeat gets the same.</param>
public sealed record TerminalWork(
    int LastNumber,
    OpenTransaction? Open,
    ImmutableDictionary<TransactionId, SaleId> SetAside,
    ValueList<SaleId> RecentlyPaid,
    FinishedTransaction? LastFinished,
    TakenNumber? LastTaken)
{
    /// <summary>More unresolved sales than this say that the host is down: no new ones are started.</summary>
    public const int SetAsideMax = 16;

    /// <summary>
    /// More than <see cref="SetAsideMax"/>, so that a sale whose outcome came late is still known after the sales that were made meanwhile.
    /// </summary>
    public const int RecentlyPaidMax = 64;

    /// <summary>ISO 8583 DE 11 has six digits.</summary>
    public const int NumberMax = 999_999;

    public static TerminalWork None { get; } = new(0, null, ImmutableDictionary<TransactionId, SaleId>.Empty, [], null, null);

    public int NextNumber => LastNumber < NumberMax ? LastNumber + 1 : 1;
}

public sealed record OpenTransaction(TransactionId TransactionId, SaleId SaleId, DeviceId Device, int Number);

public sealed record FinishedTransaction(TransactionId TransactionId, bool Paid);

public sealed record TakenNumber(Guid OperationId, int Number);

/// <summary>Why a command on a terminal was refused, in order of precedence. Numbers are wire values: append, never reuse.</summary>
public enum TerminalRejection
{
    /// <summary>No such terminal: only hardware supplied by the bank works (R008).</summary>
    NotRegistered = 1,

    /// <summary>Registered with other facts.</summary>
    AlreadyRegistered = 2,

    /// <summary>Model, country or number is out of range.</summary>
    FactsInvalid = 3,

    /// <summary>Blocked for good; nothing brings it back (R121).</summary>
    BlockedForGood = 4,

    /// <summary>Blocked; ask assistance (R119).</summary>
    Blocked = 5,

    /// <summary>Not blocked, so there is nothing to make final.</summary>
    NotBlocked = 6,

    /// <summary>The three months are not over (R120).</summary>
    StillUnblockable = 7,

    /// <summary>Only assistance blocks and unblocks (I46).</summary>
    ChannelNotAllowed = 8,

    /// <summary>Activate it first (R098).</summary>
    NotActivated = 9,

    /// <summary>Activated for another merchant.</summary>
    MerchantDiffers = 10,

    /// <summary>Another device was activated since (R100, E92).</summary>
    DeviceDiffers = 11,

    /// <summary>The contract does not cover this instant (I26).</summary>
    ContractNotEffective = 12,

    /// <summary>It works on another transaction (E31).</summary>
    Busy = 13,

    /// <summary>The sale's last attempt has no outcome yet: wait for it, or start a new sale (I15).</summary>
    PreviousOutcomeUnknown = 14,

    /// <summary>This sale was paid.</summary>
    SaleAlreadyPaid = 15,

    /// <summary>Too many sales without an outcome; the host seems to be down.</summary>
    TooManySetAside = 16,

    /// <summary>It does not work on that transaction.</summary>
    TransactionNotOpen = 17,
}
