using Ledger.Domain;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.EventLog.Tests.Codec;

/// <summary>With shapes that never were: « refund.1 » had euros as a whole number, « refund.2 » called the exchange « question ».</summary>
public sealed class UpcasterTests
{
    private static readonly Upcaster EurosToCents = new("test-reversal.1", "test-reversal.2", static json =>
    {
        json["amount"] = new System.Text.Json.Nodes.JsonObject { ["minorUnits"] = json["euros"]!.GetValue<long>() * 100, ["currency"] = "EUR" };
        json.Remove("euros");
        return json;
    });

    private static readonly Upcaster QuestionToExchange = new("test-reversal.2", "transaction-reversal-requested.1", static json =>
    {
        json["exchange"] = json["question"]!.DeepClone();
        json.Remove("question");
        return json;
    });

    private static readonly EventCodec Codec = new([QuestionToExchange, EurosToCents]);

    [Fact]
    public void An_event_of_two_shapes_ago_is_read_as_todays()
    {
        var old = """{"question":"0192a7b4c5d68e7fa8b9cadbecfdae04","reason":"abandoned","euros":15,"at":"2026-01-01T00:00:00Z"}"""u8;

        Assert.True(Codec.Knows("test-reversal.1"));
        Assert.Equal(typeof(TransactionEvent.ReversalRequested), Codec.ClassOf("test-reversal.1"));
        Assert.Equal(
            new TransactionEvent.ReversalRequested(
                new ExchangeId(Guid.Parse("0192a7b4c5d68e7fa8b9cadbecfdae04")), ReversalReason.Abandoned, Money.Eur(1500), Instant.FromUtc(2026, 1, 1, 0, 0)),
            Codec.Decode("test-reversal.1", old));
    }

    [Fact]
    public void What_an_upcaster_leaves_damaged_is_named_with_the_stored_type()
    {
        var old = """{"question":"0192a7b4c5d68e7fa8b9cadbecfdae04","reason":"abandoned","euros":-15,"at":"2026-01-01T00:00:00Z"}""";
        var error = Assert.Throws<EventLogCorruptException>(() => Codec.Decode("test-reversal.1", System.Text.Encoding.UTF8.GetBytes(old)));
        Assert.Contains("test-reversal.1", error.Message);
        Assert.Contains("$.amount", error.Message);
    }

    [Theory]
    [InlineData("""{"question":"0192a7b4c5d68e7fa8b9cadbecfdae04"}""")]
    [InlineData("""{"euros":"fifteen"}""")]
    [InlineData("[]")]
    public void What_an_upcaster_cannot_read_is_named_with_the_stored_type(string old)
    {
        var error = Assert.Throws<EventLogCorruptException>(() => Codec.Decode("test-reversal.1", System.Text.Encoding.UTF8.GetBytes(old)));
        Assert.Contains("test-reversal.1", error.Message);
    }

    [Fact]
    public void A_chain_that_ends_nowhere_turns_or_starts_twice_or_at_todays_name_is_refused_at_once()
    {
        Assert.Throws<ArgumentException>(() => new EventCodec([EurosToCents]));
        Assert.Throws<ArgumentException>(() => new EventCodec([new("test-a.1", "test-a.2", Same), new("test-a.2", "test-a.1", Same)]));
        Assert.Throws<ArgumentException>(() => new EventCodec([QuestionToExchange, QuestionToExchange]));
        Assert.Throws<ArgumentException>(() => new EventCodec([new("card-opposed.1", "card-renewed.1", Same)]));
        Assert.Throws<ArgumentException>(() => new Upcaster("No name", "card-renewed.1", Same));

        static System.Text.Json.Nodes.JsonObject Same(System.Text.Json.Nodes.JsonObject json) => json;
    }
}
