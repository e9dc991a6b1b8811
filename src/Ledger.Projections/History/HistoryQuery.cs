using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Projections.History;

/// <summary>What a merchant did, newest business day first; within a day, the latest in the log first.</summary>
public interface IMerchantHistory
{
    /// <summary>One page of entries. Refusals: LimitOutOfRange, PositionOutOfRange, DaysInverted, AmountsInverted, CurrencyNotKept, CursorInvalid.</summary>
    ValueTask<Answer<HistoryPage>> QueryAsync(HistoryQuery query, CancellationToken cancellation);

    /// <summary>One transaction with its refunds and cancellations; null when there is none that may be shown. Refusals: PositionOutOfRange.</summary>
    ValueTask<Answer<HistoryDetail?>> FindAsync(HistoryLookup lookup, CancellationToken cancellation);
}

/// <summary>Which entries. All filters must hold; what is null does not filter, except where said.</summary>
public sealed record HistoryQuery
{
    public required MerchantId MerchantId { get; init; }

    /// <summary>The current business day: entries of the 15 calendar months before it are shown (R088, D-15).</summary>
    public required LocalDate Today { get; init; }

    /// <summary>First business day; null or earlier than the window means the window's first day.</summary>
    public LocalDate? From { get; init; }

    /// <summary>Last business day; null or later than today means today.</summary>
    public LocalDate? To { get; init; }

    /// <summary>True lifts the 15 months: for auditors and complaints only (E97).</summary>
    public bool Archive { get; init; }

    /// <summary>Null means <see cref="HistoryStatuses.Validated"/> (R028); failed ones come on request.</summary>
    public IReadOnlyCollection<TransactionStatus>? Statuses { get; init; }

    /// <summary>Null means payments alone.</summary>
    public IReadOnlyCollection<HistoryKind>? Kinds { get; init; }

    public Money? AmountMin { get; init; }

    public Money? AmountMax { get; init; }

    public TerminalSerial? Terminal { get; init; }

    public LastFour? CardLastFour { get; init; }

    /// <summary>With an amount and a day: finds the original of a cancellation or refund (D-04).</summary>
    public CardToken? CardToken { get; init; }

    /// <summary>Payment account reference; with <see cref="CardToken"/>, either may match: a renewed card finds its payments (E63).</summary>
    public string? CardAccount { get; init; }

    /// <summary><see cref="HistoryPage.Next"/> of the page before; null for the first.</summary>
    public string? Cursor { get; init; }

    /// <summary>1 to <see cref="QueryLimits.PageMax"/>.</summary>
    public int Limit { get; init; } = QueryLimits.PageDefault;

    /// <summary>Wait, within a bound, until this position is reflected: a caller reads what it wrote.</summary>
    public long? AtLeastPosition { get; init; }
}

/// <param name="MerchantId">Whose it must be; null for auditors.</param>
/// <param name="Today">Hides a transaction that is older than 15 months; null for auditors (E97).</param>
public sealed record HistoryLookup(TransactionId TransactionId, MerchantId? MerchantId, LocalDate? Today, long? AtLeastPosition = null);

/// <param name="From">First business day that the answer covers, after clamping.</param>
/// <param name="To">Last business day that the answer covers.</param>
/// <param name="Next">See <see cref="Page{T}.Next"/>.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, LocalDate From, LocalDate To, string? Next);

/// <param name="Operations">Its refunds and cancellations, in the log's order.</param>
public sealed record HistoryDetail(HistoryEntry Payment, IReadOnlyList<HistoryEntry> Operations);
