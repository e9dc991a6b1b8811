using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Simulation.Oracle;

/// <summary>Every transaction by its events alone: amounts, the day rule, one end, refunds within the payment, one remittance.</summary>
internal sealed class PaymentBook(Judge judge)
{
    private readonly Dictionary<StreamName, Payment> _payments = [];
    private readonly Dictionary<SaleId, int> _unresolved = [];
    private readonly HashSet<LocalDate> _days = [];

    public IReadOnlyDictionary<StreamName, Payment> Payments => _payments;

    public bool IsUnresolved(SaleId sale) => _unresolved.ContainsKey(sale);

    public Payment? Find(TransactionId id) => _payments.GetValueOrDefault(new StreamName("transaction", id.ToString()));

    public void Take(StreamName stream, TransactionEvent @event)
    {
        if (@event is TicketSent or TicketFailed or TicketReissued) return;

        if (!_payments.TryGetValue(stream, out var payment))
        {
            if (@event is Requested requested) Request(stream, requested);
            else judge.Broken("I20", $"{stream} begins with {@event.GetType().Name}");
            return;
        }

        if (payment.Phase is Phase.Declined or Phase.Aborted or Phase.Reversed) judge.Broken("I29", $"{stream}: {@event.GetType().Name} after it ended {payment.Phase}");
        if (payment.Phase is Phase.Cancelled) judge.Broken("I04", $"{stream}: {@event.GetType().Name} after it was cancelled");
        if (!TakeAuthorisation(stream, payment, @event) && !TakeMoney(stream, payment, @event)) TakeRefund(stream, payment, @event);
    }

    private void Request(StreamName stream, Requested e)
    {
        if (e.Amount.Currency != Currency.Eur || e.Amount.MinorUnits is < 1 or > 150_000) judge.Broken("I01", $"{stream}: {e.Amount}");
        if (!judge.Contracts.Covers(e.MerchantId, e.At)) judge.Broken("I30", $"{stream}: {e.MerchantId} has no contract at {e.At}");
        if (e.BusinessDay != ParisTime.DayOf(e.At)) judge.Broken("I22", $"{stream}: {e.At} is not on {e.BusinessDay}");
        if (_days.Add(e.BusinessDay)) judge.Counts.Days++;
        _payments[stream] = new Payment(e.MerchantId, e.SaleId, e.Amount.MinorUnits, e.BusinessDay, e.At);
    }

    private bool TakeAuthorisation(StreamName stream, Payment payment, TransactionEvent @event)
    {
        switch (@event)
        {
            case Progressed: break;
            case AuthorisationSent: payment.Phase = Phase.Asked; break;
            case OutcomeUnknown:
                Doubt(payment);
                payment.Phase = Phase.InDoubt;
                break;
            case Approved e: Approve(stream, payment, e); break;
            case ReversalRequested:
                if (payment.Phase is not (Phase.Asked or Phase.InDoubt or Phase.Approved)) judge.Broken("I13", $"{stream}: to be reversed while it is {payment.Phase}");
                Doubt(payment);
                payment.Phase = Phase.BeingReversed;
                break;
            case Reversed:
                if (payment.Phase is not Phase.BeingReversed) judge.Broken("I14", $"{stream}: reversed while it is {payment.Phase}");
                End(payment, Phase.Reversed);
                break;
            case Declined: End(payment, Phase.Declined); break;
            case Aborted: End(payment, Phase.Aborted); break;
            case Completed e: Complete(stream, payment, e); break;
            default: return false;
        }

        return true;
    }

    private void Approve(StreamName stream, Payment payment, Approved e)
    {
        if (e.Amount.MinorUnits != payment.Cents) judge.Broken("I02", $"{stream}: {payment.Cents} cents were asked and {e.Amount} approved");
        if (payment.Phase is not (Phase.Asked or Phase.InDoubt)) judge.Broken("I16", $"{stream}: approved while it is {payment.Phase}");
        payment.Phase = Phase.Approved;
    }

    private void Complete(StreamName stream, Payment payment, Completed e)
    {
        if (payment.Phase is Phase.BeingReversed) judge.Broken("I16", $"{stream}: completed while it is being reversed");
        if (payment.Phase is not Phase.Approved) judge.Broken("I13", $"{stream}: completed while it is {payment.Phase}");
        if (e.Amount.MinorUnits != payment.Cents || e.BusinessDay != payment.Day) judge.Broken("I02", $"{stream}: completed as {e.Amount} of {e.BusinessDay}");
        // Regulation (EU) 2015/751, art. 3: 0.2 % of a consumer debit card's amount; the charge is in 1/10000 EUR.
        if (e.Charge.Interchange * 5 > payment.Cents) judge.Broken("I08", $"{stream}: interchange {e.Charge.Interchange} of {payment.Cents} cents");
        End(payment, Phase.Completed);
        judge.Counts.Payments++;
    }

    private bool TakeMoney(StreamName stream, Payment payment, TransactionEvent @event)
    {
        switch (@event)
        {
            case CancellationRequested e:
                if (payment.Phase is not Phase.Completed || payment.Refunds.Count > 0) judge.Broken("I04", $"{stream}: a cancellation of what is {payment.Phase} with {payment.Refunds.Count} refunds");
                if (DayOf(e.At, payment.RequestedAt) != payment.Day) judge.Broken("I21", $"{stream}: cancelled at {e.At}, and its day is {payment.Day}");
                if (payment.Remittance is not null) judge.Broken("I36", $"{stream}: a cancellation after it was remitted");
                if (!judge.Contracts.Covers(payment.Merchant, e.At)) judge.Broken("I32", $"{stream}: cancelled at {e.At} without a contract");
                payment.Phase = Phase.BeingCancelled;
                break;
            case CancellationRefused: payment.Phase = Phase.Completed; break;
            case Cancelled e:
                if (e.Amount.MinorUnits != payment.Cents) judge.Broken("I05", $"{stream}: {e.Amount} of {payment.Cents} cents were cancelled");
                if (payment.Phase is not Phase.BeingCancelled) judge.Broken("I16", $"{stream}: cancelled while it is {payment.Phase}");
                payment.Phase = Phase.Cancelled;
                break;
            case Remitted e:
                if (payment.Phase is not Phase.Completed || payment.Remittance is not null) judge.Broken("I36", $"{stream}: remitted while it is {payment.Phase}, before in {payment.Remittance}");
                CheckRemitted(stream, e.Remittance, payment.Day, e.At);
                payment.Remittance = e.Remittance;
                break;
            default: return false;
        }

        return true;
    }

    private void TakeRefund(StreamName stream, Payment payment, TransactionEvent @event)
    {
        switch (@event)
        {
            case RefundRequested e: RequestRefund(stream, payment, e); break;
            case RefundApproved e:
                if (RefundOf(stream, payment, e.RefundId) is not { Status: RefundStatus.Pending } approved || approved.Cents != e.Amount.MinorUnits) judge.Broken("I16", $"{stream}: refund {e.RefundId} was approved again or for {e.Amount}");
                else approved.Status = RefundStatus.Approved;
                break;
            case RefundDeclined e:
                if (RefundOf(stream, payment, e.RefundId) is not { Status: RefundStatus.Pending } declined) judge.Broken("I16", $"{stream}: refund {e.RefundId} was declined after it had an answer");
                else declined.Status = RefundStatus.Declined;
                break;
            case RefundCancellationRequested e: CancelRefund(stream, payment, e); break;
            case RefundCancellationRefused e: RefundOf(stream, payment, e.RefundId).Status = RefundStatus.Approved; break;
            case RefundCancelled e:
                if (RefundOf(stream, payment, e.RefundId) is not { Status: RefundStatus.CancellationPending } cancelled) judge.Broken("I16", $"{stream}: refund {e.RefundId} was cancelled without being asked");
                else cancelled.Status = RefundStatus.Cancelled;
                break;
            case RefundRemitted e:
                var remitted = RefundOf(stream, payment, e.RefundId);
                if (remitted.Status is not RefundStatus.Approved || remitted.Remittance is not null) judge.Broken("I36", $"{stream}: refund {e.RefundId} remitted while it is {remitted.Status}, before in {remitted.Remittance}");
                CheckRemitted(stream, e.Remittance, remitted.Day, e.At);
                remitted.Remittance = e.Remittance;
                break;
        }
    }

    private void RequestRefund(StreamName stream, Payment payment, RefundRequested e)
    {
        if (payment.Phase is not Phase.Completed) judge.Broken("I04", $"{stream}: a refund of what is {payment.Phase}");
        if (e.BusinessDay <= payment.Day || e.BusinessDay != ParisTime.DayOf(e.At)) judge.Broken("I21", $"{stream}: refunded at {e.At} as of {e.BusinessDay}, and its day is {payment.Day}");
        if (!judge.Contracts.Covers(payment.Merchant, e.At)) judge.Broken("I32", $"{stream}: refunded at {e.At} without a contract");

        payment.Refunds[e.RefundId] = new RefundEntry(e.Amount.MinorUnits, e.BusinessDay, e.At);
        var reserved = payment.Refunds.Values.Where(static refund => refund.HoldsAmount).Sum(static refund => refund.Cents);
        if (reserved > payment.Cents) judge.Broken("I03", $"{stream}: {reserved} cents are refunded or asked back of {payment.Cents}");
    }

    private void CancelRefund(StreamName stream, Payment payment, RefundCancellationRequested e)
    {
        var refund = RefundOf(stream, payment, e.RefundId);
        if (refund.Status is not RefundStatus.Approved || refund.Remittance is not null) judge.Broken("I36", $"{stream}: a cancellation of refund {e.RefundId}, which is {refund.Status}, in {refund.Remittance}");
        if (DayOf(e.At, refund.RequestedAt) != refund.Day) judge.Broken("I21", $"{stream}: refund {e.RefundId} of {refund.Day} was cancelled at {e.At}");
        refund.Status = RefundStatus.CancellationPending;
    }

    private void CheckRemitted(StreamName stream, RemittanceId remittance, LocalDate day, Instant at)
    {
        if (remittance.Day < day || ParisTime.DayOf(at) <= remittance.Day) judge.Broken("I37", $"{stream} of {day} was remitted into {remittance} at {at}");
        if (judge.Remittances.IsClosed(remittance)) judge.Broken("I37", $"{stream} was remitted into {remittance}, which is closed");
    }

    private RefundEntry RefundOf(StreamName stream, Payment payment, RefundId id)
    {
        if (payment.Refunds.TryGetValue(id, out var refund)) return refund;

        judge.Broken("I20", $"{stream}: there is no refund {id}");
        return new RefundEntry(0, payment.Day, payment.RequestedAt);
    }

    private void Doubt(Payment payment)
    {
        if (payment.IsDoubted) return;

        payment.IsDoubted = true;
        _unresolved[payment.Sale] = _unresolved.GetValueOrDefault(payment.Sale) + 1;
    }

    private void End(Payment payment, Phase phase)
    {
        payment.Phase = phase;
        if (!payment.IsDoubted) return;

        payment.IsDoubted = false;
        if (--_unresolved[payment.Sale] == 0) _unresolved.Remove(payment.Sale);
    }

    /// <summary>A clock that stepped back brings no day back that is over.</summary>
    private static LocalDate DayOf(Instant at, Instant since) => ParisTime.DayOf(Instant.Max(at, since));
}
