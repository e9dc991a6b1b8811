using Ledger.Contracts.Integration.V1;
using Ledger.Domain;
using Ledger.Domain.Complaints;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using NodaTime;
using Wire = Ledger.Contracts.V1;

namespace Ledger.Cluster.Wolverine.Outbound;

/// <summary>
/// Which stored events other services hear of, and how. Every event that moves money has a message, so that whoever sums messages has the ledger's own figures; and so has a complaint, whose
/// deadlines run. Pure.
/// </summary>
internal static class IntegrationMapping
{
    /// <param name="recorded">As it is stored.</param>
    /// <param name="event">What it says.</param>
    /// <param name="terminal">The serial of the terminal that the transaction was made on; needed for a completed payment alone.</param>
    /// <returns>Null where nobody outside is told.</returns>
    public static IIntegrationEvent? Map(RecordedEvent recorded, ILedgerEvent @event, string? terminal) => @event switch
    {
        TransactionEvent.Completed e => new PaymentAccepted(
            OriginOf<PaymentAccepted>(recorded, e.At), recorded.Stream.Id, e.MerchantId.Value, terminal!, MoneyOf(e.Amount), DayOf(e.BusinessDay)),
        TransactionEvent.Cancelled e => new PaymentCancelled(
            OriginOf<PaymentCancelled>(recorded, e.At), recorded.Stream.Id, e.MerchantId.Value, MoneyOf(e.Amount), DayOf(e.BusinessDay)),
        TransactionEvent.RefundApproved e => new PaymentRefunded(
            OriginOf<PaymentRefunded>(recorded, e.At), recorded.Stream.Id, e.RefundId.ToString(), e.MerchantId.Value, MoneyOf(e.Amount), DayOf(e.BusinessDay)),
        TransactionEvent.RefundCancelled e => new RefundCancelled(
            OriginOf<RefundCancelled>(recorded, e.At), recorded.Stream.Id, e.RefundId.ToString(), e.MerchantId.Value, MoneyOf(e.Amount), DayOf(e.BusinessDay)),
        RemittanceEvent.RemittanceClosed e => new DayRemitted(
            OriginOf<DayRemitted>(recorded, e.At), e.Remittance.ToString(), e.Remittance.MerchantId.Value, DayOf(e.Remittance.Day), e.LineCount,
            MoneyOf(e.Debits), MoneyOf(e.Credits), NetOf(e.Debits, e.Credits), DayOf(e.CreditDate)),
        RemittanceEvent.RemittanceCredited e => new DayCredited(
            OriginOf<DayCredited>(recorded, e.At), e.Remittance.ToString(), e.Remittance.MerchantId.Value, DayOf(e.Remittance.Day), NetOf(e.Debits, e.Credits), DayOf(e.CreditDate)),
        ComplaintEvent.ComplaintOpened { Facts: var facts } e => new ComplaintOpened(
            OriginOf<ComplaintOpened>(recorded, e.At), e.Complaint.ToString(), facts.Merchant?.Value, ReasonOf(facts.Reason), ChannelOf(facts.Channel), facts.Subject?.Transaction.ToString(),
            DayOf(facts.ReceivedOn), e.Deadlines.Acknowledge is { } acknowledge ? DayOf(acknowledge.On) : null, DayOf(e.Deadlines.Answer.On)),
        _ => null,
    };

    private static Origin OriginOf<T>(RecordedEvent recorded, Instant at)
        where T : IIntegrationEvent
    {
        var stream = recorded.Stream.ToString();
        var version = recorded.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var id = DerivedId.Of("integration/event", IntegrationMessages.NameOf(typeof(T)), stream, version);
        return new Origin(id, recorded.Position, stream, recorded.Version, at.ToDateTimeOffset());
    }

    private static Wire.Money MoneyOf(Money amount) => new(amount.MinorUnits, amount.Currency.Code);

    private static Wire.Money NetOf(Money debits, Money credits)
    {
        Invariant.Holds(debits.Currency == credits.Currency);
        return new Wire.Money(debits.MinorUnits - credits.MinorUnits, debits.Currency.Code);
    }

    private static DateOnly DayOf(LocalDate day) => day.ToDateOnly();

    private static Wire.ComplaintReason ReasonOf(ComplaintReason reason) => reason switch
    {
        ComplaintReason.LateTransfer => Wire.ComplaintReason.LateTransfer,
        ComplaintReason.SiteAccess => Wire.ComplaintReason.SiteAccess,
        ComplaintReason.AbusiveDebits => Wire.ComplaintReason.AbusiveDebits,
        ComplaintReason.Fees => Wire.ComplaintReason.Fees,
        ComplaintReason.RefundAfterBankError => Wire.ComplaintReason.RefundAfterBankError,
        ComplaintReason.CardRenewal => Wire.ComplaintReason.CardRenewal,
        ComplaintReason.FailedPayment => Wire.ComplaintReason.FailedPayment,
        ComplaintReason.MissingCredit => Wire.ComplaintReason.MissingCredit,
        ComplaintReason.Ticket => Wire.ComplaintReason.Ticket,
    };

    private static Wire.ComplaintChannel ChannelOf(ComplaintChannel channel) => channel switch
    {
        ComplaintChannel.Phone => Wire.ComplaintChannel.Phone,
        ComplaintChannel.WebForm => Wire.ComplaintChannel.WebForm,
        ComplaintChannel.Messaging => Wire.ComplaintChannel.Messaging,
        ComplaintChannel.Chat => Wire.ComplaintChannel.Chat,
        ComplaintChannel.RegisteredPost => Wire.ComplaintChannel.RegisteredPost,
        ComplaintChannel.SocialNetwork => Wire.ComplaintChannel.SocialNetwork,
        ComplaintChannel.Branch => Wire.ComplaintChannel.Branch,
    };
}
