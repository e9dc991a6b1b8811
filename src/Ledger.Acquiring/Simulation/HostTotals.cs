using Ledger.Domain;
using Ledger.Domain.Merchants;

namespace Ledger.Acquiring.Simulation;

/// <summary>What the host holds of one merchant.</summary>
/// <param name="Approved">Every authorisation that it ever approved.</param>
/// <param name="Reversed">Of these, undone by reversal.</param>
/// <param name="Cancelled">Of these, undone by cancellation.</param>
/// <param name="Refunded">Every refund that it ever approved.</param>
/// <param name="RefundsCancelled">Of these, undone by cancellation.</param>
public sealed record HostTotals(MerchantId Merchant, Money Approved, Money Reversed, Money Cancelled, Money Refunded, Money RefundsCancelled)
{
    /// <summary>What clients owe the merchant.</summary>
    public Money Collected => Approved - Reversed - Cancelled;

    /// <summary>What the merchant owes clients.</summary>
    public Money PaidBack => Refunded - RefundsCancelled;

    internal static HostTotals Of(MerchantId merchant, IReadOnlyCollection<HostEntry> entries)
    {
        return new HostTotals(
            merchant,
            Sum(static e => e.Kind is HostEntryKind.Authorisation),
            Sum(static e => e is { Kind: HostEntryKind.Authorisation, UndoneBy: HostUndo.Reversal }),
            Sum(static e => e is { Kind: HostEntryKind.Authorisation, UndoneBy: HostUndo.Cancellation }),
            Sum(static e => e.Kind is HostEntryKind.Refund),
            Sum(static e => e is { Kind: HostEntryKind.Refund, UndoneBy: HostUndo.Cancellation }));

        Money Sum(Func<HostEntry, bool> which) => entries
            .Where(e => e.Merchant == merchant && e.Approved is not null && which(e))
            .Aggregate(Money.Zero(Currency.Eur), static (sum, e) => sum + e.Approved!.Value);
    }
}
