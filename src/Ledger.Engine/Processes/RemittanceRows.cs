using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Domain;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using NodaTime;
using NodaTime.Text;

namespace Ledger.Engine.Processes;

/// <summary>
/// The remittance process's rows. An operation (a payment, or one of its refunds) stands in one place at a time, and « at/… » says where:
/// open/merchant/day and refunding/day while it is under way, line/merchant/day when it is to be remitted on that day, held while a
/// cancellation is out, taken/merchant/day when its stream says Remitted and the remittance has no line yet.
/// </summary>
internal static class RemittanceRows
{
    public const string DayPrefix = "day/";
    public const string CreditPrefix = "credit/";

    public static string Day(RemittanceId id) => $"{DayPrefix}{Place(id.MerchantId, id.Day)}";

    public static string Credit(RemittanceId id) => $"{CreditPrefix}{Place(id.MerchantId, id.Day)}";

    /// <summary>The last day that a merchant's remittance was closed for.</summary>
    public static string Closed(MerchantId merchant) => $"closed/{merchant}";

    public static string At(OperationId id) => $"at/{id}";

    public static string Open(MerchantId merchant, LocalDate day, string operation) => $"open/{Place(merchant, day)}/{operation}";

    public static string Refunding(LocalDate day, string operation) => $"refunding/{Text(day)}/{operation}";

    public static string Line(MerchantId merchant, LocalDate day, string operation) => $"line/{Place(merchant, day)}/{operation}";

    public static string Taken(MerchantId merchant, LocalDate day, string operation) => $"taken/{Place(merchant, day)}/{operation}";

    public static string Held(OperationId id) => $"held/{id}";

    public static RemittanceId RemittanceOf(string dayOrCreditKey)
    {
        var parts = dayOrCreditKey.Split('/');
        return new RemittanceId(new MerchantId(parts[1]), DateOf(parts[2]));
    }

    public static string Text(LocalDate day) => LocalDatePattern.Iso.Format(day);

    public static LocalDate DateOf(string text) => LocalDatePattern.Iso.Parse(text).Value;

    private static string Place(MerchantId merchant, LocalDate day) => $"{merchant}/{Text(day)}";
}

/// <summary>A payment, or one refund of it: « transaction » or « transaction.refund ».</summary>
internal readonly record struct OperationId(TransactionId Transaction, RefundId? Refund)
{
    public static OperationId Of(StreamName stream, RefundId? refund) => new(new TransactionId(stream.GuidId), refund);

    public override string ToString() => Refund is { } refund ? $"{Transaction}.{refund}" : Transaction.ToString();
}

/// <summary>What a line needs to know; stored as JSON in the process's own list.</summary>
/// <param name="Version">Of the event that put the line where it is: makes the next attempt another command.</param>
internal sealed record LineRow(Guid Transaction, Guid? Refund, string Merchant, long Cents, string Currency, string OperationDay, long Version)
{
    public OperationId Operation => new(new TransactionId(Transaction), Refund is { } refund ? new RefundId(refund) : null);

    public static LineRow Of(OperationId id, MerchantId merchant, Money amount, LocalDate day, long version) =>
        new(id.Transaction.Value, id.Refund?.Value, merchant.Value, amount.MinorUnits, amount.Currency.Code, RemittanceRows.Text(day), version);

    public static LineRow Parse(string data) =>
        JsonSerializer.Deserialize(data, LineRowJson.Default.LineRow) ?? throw new InvalidDataException("A remittance row is null.");

    public string ToJson() => JsonSerializer.Serialize(this, LineRowJson.Default.LineRow);

    public RemittanceLine ToLine() => new(
        Operation.Transaction,
        Operation.Refund,
        Refund is null ? RemittanceSide.Debit : RemittanceSide.Credit,
        new Money(Cents, new Currency(Currency)),
        RemittanceRows.DateOf(OperationDay));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Operation} {Cents}");
}

[JsonSerializable(typeof(LineRow))]
internal sealed partial class LineRowJson : JsonSerializerContext;
