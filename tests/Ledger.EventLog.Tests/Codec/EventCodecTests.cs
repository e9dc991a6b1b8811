using System.Reflection;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;

namespace Ledger.EventLog.Tests.Codec;

public sealed class EventCodecTests
{
    private static readonly EventCodec Codec = EventCodec.Default;

    public static TheoryData<string> Names => [.. Codec.Names];

    [Fact]
    public void Every_case_of_every_event_has_a_stored_name_and_a_sample()
    {
        var cases = typeof(ILedgerEvent).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(ILedgerEvent)) && !type.IsAbstract)
            .Select(type => type.Name)
            .Order();

        Assert.Equal(cases, SampleEvents.All.Select(sample => sample.GetType().Name).Order());
        Assert.Equal(Codec.Names, SampleEvents.All.Select(sample => Codec.NameOf(sample.GetType())).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_stored_name_begins_with_the_category_of_its_stream()
    {
        foreach (var sample in SampleEvents.All)
        {
            var category = sample.GetType().DeclaringType!.Name.Replace("Event", "").ToLowerInvariant();
            Assert.StartsWith(category + "-", Codec.NameOf(sample.GetType()));
        }
    }

    [Theory, MemberData(nameof(Names)), Rule("I20")]
    public void The_golden_file_is_what_is_written_byte_for_byte(string name)
    {
        var sample = SampleEvents.All.Single(sample => Codec.NameOf(sample.GetType()) == name);
        SpecFile.Compare(SpecFile.PathOf("events", "golden", name + ".json"), Codec.Encode(sample).Payload.Span, mayChange: false);
    }

    [Fact, Rule("I20")]
    public void Every_golden_file_ever_written_still_loads()
    {
        var files = Directory.GetFiles(SpecFile.PathOf("events", "golden"), "*.json");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var read = Codec.Decode(Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(file));
            Assert.Contains(read, SampleEvents.All);
        }
    }

    [Fact]
    public void Every_event_comes_back_equal()
    {
        foreach (var sample in SampleEvents.All.Concat(SampleEvents.WithNulls))
        {
            var encoded = Codec.Encode(sample);
            Assert.Equal(sample, Codec.Decode(encoded.Type, encoded.Payload.Span));
        }
    }

    [Fact]
    public void What_may_be_null_is_left_out_and_nothing_else_is()
    {
        foreach (var sample in SampleEvents.WithNulls)
        {
            var json = Encoding.UTF8.GetString(Codec.Encode(sample).Payload.Span);
            Assert.DoesNotContain("null", json);
        }

        var progressed = new TransactionEvent.Progressed(CardStage.AwaitingCard, Instant.FromUtc(2026, 1, 1, 0, 0));
        Assert.Equal("""{"stage":"awaitingCard","at":"2026-01-01T00:00:00Z"}""", Encoding.UTF8.GetString(Codec.Encode(progressed).Payload.Span));
    }

    [Fact, Rule("I20")]
    public void Any_instant_and_any_amount_come_back_to_the_nanosecond_and_the_cent()
    {
        Prop.ForAll<DoNotSize<long>, DoNotSize<long>>((nanoseconds, cents) =>
        {
            var at = ChainHash.FromNanoseconds(nanoseconds.Item);
            var sample = new TransactionEvent.ReversalRequested(default, ReversalReason.Abandoned, Money.Eur(cents.Item & long.MaxValue), at);
            var encoded = Codec.Encode(sample);
            return Codec.Decode(encoded.Type, encoded.Payload.Span).Equals(sample)
                && Encoding.UTF8.GetString(encoded.Payload.Span).Contains(NodaTime.Text.InstantPattern.ExtendedIso.Format(at));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("""{"at":"2026-01-01T00:00:00Z"}""", "stage")]
    [InlineData("""{"stage":"awaitingCard"}""", "at")]
    [InlineData("""{"stage":"dancing","at":"2026-01-01T00:00:00Z"}""", "$.stage")]
    [InlineData("""{"stage":"AwaitingCard","at":"2026-01-01T00:00:00Z"}""", "$.stage")]
    [InlineData("""{"stage":1,"at":"2026-01-01T00:00:00Z"}""", "$.stage")]
    [InlineData("""{"stage":null,"at":"2026-01-01T00:00:00Z"}""", "$.stage")]
    [InlineData("""{"stage":"awaitingCard","at":"2026-01-01T00:00:00+01:00"}""", "$.at")]
    [InlineData("""{"stage":"awaitingCard","at":"2026-02-29T00:00:00Z"}""", "$.at")]
    [InlineData("""{"stage":"awaitingCard","at":"2026-01-01T24:00:00Z"}""", "$.at")]
    [InlineData("""{"stage":"awaitingCard","at":"2026-01-01T00:00:00.Z"}""", "$.at")]
    [InlineData("""{"stage":"awaitingCard","at":"2026-01-01T00:00:00.1234567890Z"}""", "$.at")]
    [InlineData("""{"stage":"awaitingCard","at":1735689600}""", "$.at")]
    [InlineData("""{"stage":"awaitingCard","stage":"cardRead","at":"2026-01-01T00:00:00Z"}""", "stage")]
    [InlineData("""{"stage":"awaitingCard","at":"2026-01-01T00:00:00Z"} {}""", "$")]
    [InlineData("""[]""", "$")]
    [InlineData("""null""", "$")]
    [InlineData("""{"stage":""", "$")]
    [InlineData("", "$")]
    public void A_damaged_payload_is_named_with_its_type_and_member(string json, string member)
    {
        var error = Assert.Throws<EventLogCorruptException>(() => Codec.Decode("transaction-progressed.1", Encoding.UTF8.GetBytes(json)));
        Assert.Contains("transaction-progressed.1", error.Message);
        Assert.Contains(member, error.Message);
    }

    [Theory]
    [InlineData("""{"minorUnits":1.5,"currency":"EUR"}""")]
    [InlineData("""{"minorUnits":"1500","currency":"EUR"}""")]
    [InlineData("""{"minorUnits":-1,"currency":"EUR"}""")]
    [InlineData("""{"minorUnits":9223372036854775808,"currency":"EUR"}""")]
    [InlineData("""{"minorUnits":1500}""")]
    [InlineData("""{"currency":"EUR"}""")]
    [InlineData("""{"minorUnits":1500,"currency":"euro"}""")]
    [InlineData("""{"minorUnits":1500,"currency":978}""")]
    [InlineData("1500")]
    [InlineData("null")]
    public void An_amount_that_is_not_whole_cents_with_a_currency_is_refused(string amount)
    {
        var json = $$"""{"exchange":"0192a7b4c5d68e7fa8b9cadbecfdae04","reason":"abandoned","amount":{{amount}},"at":"2026-01-01T00:00:00Z"}""";
        var error = Assert.Throws<EventLogCorruptException>(() => Codec.Decode("transaction-reversal-requested.1", Encoding.UTF8.GetBytes(json)));
        Assert.Contains("$.amount", error.Message);
    }

    [Theory]
    [InlineData("card-opposed.1", """{"token":"short","reason":"lost","at":"2026-01-01T00:00:00Z"}""", "$.token")]
    [InlineData("card-opposed.1", """{"token":"0000000000000000","reason":"lost","at":"2026-01-01T00:00:00Z"}""", "$.token")]
    [InlineData("transaction-remitted.1", """{"remittance":"boulangerie-1-2026-02-30","at":"2026-01-01T00:00:00Z"}""", "$.remittance")]
    [InlineData("transaction-declined.1", """{"exchange":"0192a7b4-c5d6-8e7f-a8b9-cadbecfdae04","response":"51","at":"2026-01-01T00:00:00Z"}""", "$.exchange")]
    [InlineData("transaction-declined.1", """{"exchange":"0192a7b4c5d68e7fa8b9cadbecfdae04","response":"511","at":"2026-01-01T00:00:00Z"}""", "$.response")]
    [InlineData("terminal-blocked-for-good.1", """{"serial":"tpe000042","at":"2026-01-01T00:00:00Z"}""", "$.serial")]
    public void An_id_that_its_type_does_not_allow_is_refused(string type, string json, string member)
    {
        var error = Assert.Throws<EventLogCorruptException>(() => Codec.Decode(type, Encoding.UTF8.GetBytes(json)));
        Assert.Contains(member, error.Message);
    }

    [Fact]
    public void Members_that_a_newer_version_added_are_passed_over()
    {
        var json = """{"stage":"awaitingCard","later":{"deep":[1,2,{"x":null}]},"at":"2026-01-01T00:00:00Z"}"""u8;
        Assert.Equal(new TransactionEvent.Progressed(CardStage.AwaitingCard, Instant.FromUtc(2026, 1, 1, 0, 0)), Codec.Decode("transaction-progressed.1", json));
    }

    [Theory]
    [InlineData("transaction-progressed.2")]
    [InlineData("transaction-progressed")]
    [InlineData("Progressed")]
    public void A_type_that_nobody_knows_is_named_with_what_to_do(string type)
    {
        Assert.False(Codec.Knows(type));
        var error = Assert.Throws<UnknownEventTypeException>(() => Codec.Decode(type, "{}"u8));
        Assert.Equal(type, error.Type);
        Assert.Contains(type, error.Message);
        Assert.Contains("newer version", error.Message);
    }

    [Fact]
    public void A_class_without_a_stored_name_is_never_written() =>
        Assert.Contains("EventTypeTable", Assert.Throws<UnknownEventTypeException>(() => Codec.Encode(new Unheard(default))).Message);

    [Fact]
    public void A_value_that_was_never_set_is_never_written()
    {
        Assert.Throws<ArgumentException>(() => Codec.Encode(new CardEvent.CardOpposed(default, OppositionReason.Lost, default)));
        Assert.Throws<ArgumentException>(() => Codec.Encode(new TransactionEvent.Aborted(default, default)));
        Assert.Throws<ArgumentException>(() => Codec.Encode(new TransactionEvent.ReversalRequested(default, ReversalReason.Abandoned, default, default)));
    }

    [Fact, Rule("I40")]
    public void No_member_of_any_event_can_name_card_data()
    {
        string[] forbidden = ["pan", "cardNumber", "track", "pin", "cvv", "cvc", "securityCodeValue", "password", "email", "phone", "expiry"];
        foreach (var sample in SampleEvents.All) Check(sample.GetType());

        void Check(Type type)
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                Assert.DoesNotContain(property.Name, forbidden, StringComparer.OrdinalIgnoreCase);
                if (property.PropertyType.Namespace!.StartsWith("Ledger.", StringComparison.Ordinal) && property.PropertyType.IsClass) Check(property.PropertyType);
            }
        }
    }

    private sealed record Unheard(Instant At) : ILedgerEvent;
}
