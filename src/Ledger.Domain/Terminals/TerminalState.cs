using System.Collections.Immutable;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Terminals.TerminalEvent;

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

    /// <summary>Which sale a transaction that has no outcome yet is an attempt at; null when it is none of this terminal's.</summary>
    public SaleId? SaleOf(TransactionId id) =>
        Open?.TransactionId == id ? Open.SaleId : SetAside.TryGetValue(id, out var sale) ? sale : null;

    /// <summary>Whether it was started here and is not forgotten yet.</summary>
    internal bool Knows(TransactionId id) => SaleOf(id) is not null || LastFinished?.TransactionId == id;

    internal TerminalWork After(TransactionStarted e)
    {
        Invariant.Holds(Open is null && e.Number == NextNumber && !Knows(e.TransactionId));
        return this with { LastNumber = e.Number, Open = new OpenTransaction(e.TransactionId, e.SaleId, e.Device, e.Number) };
    }

    internal TerminalWork After(NumberTaken e)
    {
        Invariant.Holds(e.Number == NextNumber);
        return this with { LastNumber = e.Number, LastTaken = new TakenNumber(e.OperationId, e.Number) };
    }

    internal TerminalWork After(TransactionSetAside e)
    {
        Invariant.Holds(Open?.TransactionId == e.TransactionId && Open.SaleId == e.SaleId && SetAside.Count < SetAsideMax);
        return this with { Open = null, SetAside = SetAside.Add(e.TransactionId, e.SaleId) };
    }

    internal TerminalWork After(TransactionFinished e)
    {
        Invariant.Holds(SaleOf(e.TransactionId) == e.SaleId);
        return this with
        {
            Open = Open?.TransactionId == e.TransactionId ? null : Open,
            SetAside = SetAside.Remove(e.TransactionId),
            RecentlyPaid = e.Paid ? Remember(e.SaleId) : RecentlyPaid,
            LastFinished = new FinishedTransaction(e.TransactionId, e.Paid),
        };
    }

    private ValueList<SaleId> Remember(SaleId sale)
    {
        var kept = RecentlyPaid.Items.AsSpan();
        return kept.Length < RecentlyPaidMax ? [.. kept, sale] : [.. kept[1..], sale];
    }
}

/// <summary>What every state has, for whoever does not care which it is.</summary>
public static class TerminalStates
{
    extension(TerminalState state)
    {
        /// <summary>Null while it is not registered.</summary>
        public TerminalFacts? Facts => state switch
        {
            TerminalState.Registered s => s.Facts,
            TerminalState.Active s => s.Facts,
            TerminalState.Blocked s => s.Facts,
            TerminalState.BlockedForGood s => s.Facts,
            _ => null,
        };

        /// <summary>Null before the first activation.</summary>
        public TerminalBinding? Binding => state switch
        {
            TerminalState.Active s => s.Binding,
            TerminalState.Blocked s => s.Binding,
            TerminalState.BlockedForGood s => s.Binding,
            _ => null,
        };

        /// <summary>Empty before the first activation.</summary>
        public TerminalWork Work => state switch
        {
            TerminalState.Active s => s.Work,
            TerminalState.Blocked s => s.Work,
            TerminalState.BlockedForGood s => s.Work,
            _ => TerminalWork.None,
        };
    }
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

    /// <summary>Model, country, number or reason is out of range.</summary>
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

    /// <summary>No terminal is connected: link it first, then activate (R099) or start a payment (R021).</summary>
    NotLinked = 18,

    /// <summary>The connected terminal announced another serial number than the one on the label, or than the device's own terminal has (E54, R021).</summary>
    SerialDiffers = 19,
}
