using System.Collections.Frozen;
using Ledger.Domain;
using Ledger.Domain.Merchants;
using Ledger.EventLog;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Projections.Revenue;

/// <summary>Turnover of every merchant, one row per business day.</summary>
internal sealed class RevenueProjection : IProjection
{
    public static readonly RevenueDayTable Days = new();
    public static readonly OpenChargeTable OpenCharges = new();

    private static readonly FrozenSet<Type> Classes =
        new[] { typeof(Completed), typeof(Cancelled), typeof(Remitted), typeof(RefundApproved), typeof(RefundCancelled) }.ToFrozenSet();

    public ViewSchema Schema { get; } = new("revenue", 1, [Days, OpenCharges]);

    public IReadOnlySet<string> Categories { get; } = new[] { Running.Categories.Transaction }.ToFrozenSet(StringComparer.Ordinal);

    public bool Folds(Type eventClass) => Classes.Contains(eventClass);

    public IFold Start(ViewBatch batch) => new Fold(batch.Open(Days), batch.Open(OpenCharges));

    private sealed class Fold(BatchTable<RevenueKey, RevenueDay> days, BatchTable<ChargeKey, OpenCharge> openCharges) : IFold
    {
        public void Expect(RecordedEvent recorded, ILedgerEvent @event)
        {
            if (PlaceOf(@event) is { } place) days.Expect(KeyOf(place.Merchant, place.Day));
            if (@event is Cancelled) openCharges.Expect(KeyOf(recorded));
        }

        public void Apply(RecordedEvent recorded, ILedgerEvent @event)
        {
            switch (@event)
            {
                case Completed e:
                    openCharges.Add(new OpenCharge(KeyOf(recorded), e.Charge));
                    days.Put(RevenueFold.Complete(DayOf(e.MerchantId, e.BusinessDay), e));
                    break;
                case Cancelled e:
                    days.Put(RevenueFold.Cancel(DayOf(e.MerchantId, e.BusinessDay), e, TakeCharge(KeyOf(recorded))));
                    break;
                case Remitted:
                    openCharges.Remove(KeyOf(recorded));
                    break;
                case RefundApproved e:
                    days.Put(RevenueFold.Refund(DayOf(e.MerchantId, e.BusinessDay), e));
                    break;
                case RefundCancelled e:
                    days.Put(RevenueFold.CancelRefund(DayOf(e.MerchantId, e.BusinessDay), e));
                    break;
            }
        }

        private static ChargeKey KeyOf(RecordedEvent recorded) => new(recorded.Stream.GuidId);

        private static RevenueKey KeyOf(MerchantId merchant, LocalDate day) => new(merchant.Value, day);

        /// <summary>Whose figures of which day the event changes; null for none.</summary>
        private static (MerchantId Merchant, LocalDate Day)? PlaceOf(ILedgerEvent @event) => @event switch
        {
            Completed e => (e.MerchantId, e.BusinessDay),
            Cancelled e => (e.MerchantId, e.BusinessDay),
            RefundApproved e => (e.MerchantId, e.BusinessDay),
            RefundCancelled e => (e.MerchantId, e.BusinessDay),
            _ => null,
        };

        private RevenueDay DayOf(MerchantId merchant, LocalDate day)
        {
            var key = KeyOf(merchant, day);
            return days.Find(key) ?? new RevenueDay(key);
        }

        private ServiceCharge TakeCharge(ChargeKey key)
        {
            var open = openCharges.Find(key);
            Invariant.Holds(open is not null);
            openCharges.Remove(key);
            return open.Charge;
        }
    }
}

/// <summary>How events change a day's figures. Pure.</summary>
internal static class RevenueFold
{
    public static RevenueDay Complete(RevenueDay day, Completed e) =>
        day with { Gross = day.Gross + e.Amount.ToCents(), Payments = day.Payments + 1, Charge = day.Charge + e.Charge };

    /// <param name="charge">What the payment's completion had added.</param>
    public static RevenueDay Cancel(RevenueDay day, Cancelled e, ServiceCharge charge)
    {
        Invariant.Holds(day.Cancelled + e.Amount.ToCents() <= day.Gross && day.Cancellations < day.Payments);
        return day with
        {
            Cancelled = day.Cancelled + e.Amount.ToCents(),
            Cancellations = day.Cancellations + 1,
            Charge = new ServiceCharge(day.Charge.Interchange - charge.Interchange, day.Charge.Scheme - charge.Scheme, day.Charge.Margin - charge.Margin),
        };
    }

    public static RevenueDay Refund(RevenueDay day, RefundApproved e) =>
        day with { Refunded = day.Refunded + e.Amount.ToCents(), Refunds = day.Refunds + 1 };

    public static RevenueDay CancelRefund(RevenueDay day, RefundCancelled e)
    {
        Invariant.Holds(e.Amount.ToCents() <= day.Refunded && day.Refunds > 0);
        return day with { Refunded = day.Refunded - e.Amount.ToCents(), Refunds = day.Refunds - 1 };
    }
}
