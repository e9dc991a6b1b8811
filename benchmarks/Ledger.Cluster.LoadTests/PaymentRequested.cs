using Ledger.Domain.Transactions;

namespace Ledger.Cluster.LoadTests;

/// <summary>What our event of a requested payment says, in the plain form that a team on Marten would give it.</summary>
internal sealed record PaymentRequested(
    Guid Transaction,
    Guid Sale,
    string Merchant,
    int ContractVersion,
    string Terminal,
    Guid Device,
    int Number,
    long Amount,
    string Currency,
    string Ticket,
    DateTimeOffset At)
{
    public static PaymentRequested Of(TransactionCommand.Request request) => new(
        request.TransactionId.Value,
        request.SaleId.Value,
        request.Contract.MerchantId.Value,
        request.Contract.Version,
        request.Terminal.Value,
        request.Device.Value,
        request.Number,
        request.Amount.MinorUnits,
        request.Amount.Currency.ToString(),
        request.Ticket.ToString(),
        request.ReceivedAt.ToDateTimeOffset());
}

/// <summary>The aggregate that Marten folds.</summary>
internal sealed class Payment
{
    public string Id { get; set; } = "";

    public long Amount { get; set; }

    public void Apply(PaymentRequested requested) => Amount = requested.Amount;
}
