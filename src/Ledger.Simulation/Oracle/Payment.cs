using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Simulation.Oracle;

/// <summary>One transaction in the oracle's own book.</summary>
internal sealed class Payment(MerchantId merchant, SaleId sale, long cents, LocalDate day, Instant requestedAt)
{
    private Dictionary<RefundId, RefundEntry>? _refunds;

    public MerchantId Merchant { get; } = merchant;

    public SaleId Sale { get; } = sale;

    public long Cents { get; } = cents;

    public LocalDate Day { get; } = day;

    public Instant RequestedAt { get; } = requestedAt;

    public Phase Phase { get; set; } = Phase.Open;

    /// <summary>Its sale must not be tried again meanwhile.</summary>
    public bool IsDoubted { get; set; }

    public RemittanceId? Remittance { get; set; }

    public Dictionary<RefundId, RefundEntry> Refunds => _refunds ??= [];

    public bool IsAtRest => Phase is Phase.Declined or Phase.Aborted or Phase.Reversed or Phase.Cancelled || (Phase is Phase.Completed && Remittance is not null);
}

internal sealed class RefundEntry(long cents, LocalDate day, Instant requestedAt)
{
    public long Cents { get; } = cents;

    public LocalDate Day { get; } = day;

    public Instant RequestedAt { get; } = requestedAt;

    /// <summary>In doubt is pending here.</summary>
    public RefundStatus Status { get; set; } = RefundStatus.Pending;

    public RemittanceId? Remittance { get; set; }

    public bool HoldsAmount => Status is not (RefundStatus.Declined or RefundStatus.Cancelled);

    public bool IsAtRest => Status is RefundStatus.Declined or RefundStatus.Cancelled || (Status is RefundStatus.Approved && Remittance is not null);
}

internal enum Phase
{
    Open = 1,
    Asked = 2,
    InDoubt = 3,
    Approved = 4,
    BeingReversed = 5,
    Completed = 6,
    BeingCancelled = 7,
    Declined = 8,
    Aborted = 9,
    Reversed = 10,
    Cancelled = 11,
}
