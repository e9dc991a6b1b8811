using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring.FollowUp;

/// <summary>The data of one row. Its key is the transaction's id, for a refund followed by « / » and the refund's: one open thing each.</summary>
/// <param name="Exchange">The question that it is about; null before one was asked.</param>
/// <param name="Cents">What to reverse, in cents; null for other steps.</param>
/// <param name="SentAt">When the question was written down, in Unix ticks; null before.</param>
internal sealed record FollowUpRow(FollowUpStep Step, Guid? Exchange, long? Cents, long? SentAt)
{
    [JsonIgnore]
    public ExchangeId ExchangeId => new(Exchange!.Value);

    [JsonIgnore]
    public Money Amount => Money.Eur(Cents!.Value);

    [JsonIgnore]
    public Instant Sent => Instant.FromUnixTimeTicks(SentAt!.Value);

    public static string KeyOf(TransactionId transaction) => transaction.ToString();

    public static string KeyOf(TransactionId transaction, RefundId refund) => $"{transaction}/{refund}";

    public static TransactionId TransactionOf(string key) => new(Guid.ParseExact(key.AsSpan(0, 32), "N"));

    public static RefundId RefundOf(string key) => new(Guid.ParseExact(key.AsSpan(33), "N"));

    public static FollowUpRow Parse(string data) => JsonSerializer.Deserialize<FollowUpRow>(data)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
