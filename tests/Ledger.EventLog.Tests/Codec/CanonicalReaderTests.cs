using System.Text;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using Ledger.EventLog.Codec;
using NodaTime;

namespace Ledger.EventLog.Tests.Codec;

/// <summary>The fast reader of the written form against the strict reader of JSON.</summary>
public sealed class CanonicalReaderTests
{
    private static readonly EventCodec Codec = EventCodec.Default;
    private static readonly EventType[] Types = [.. EventTypeTable.Create().Where(type => type.Canonical is not null)];
    private static readonly Instant At = Instant.FromUtc(2026, 1, 1, 0, 0);

    private static IEnumerable<ILedgerEvent> Samples => SampleEvents.All.Concat(SampleEvents.WithNulls).Concat(
    [
        Completed(new CardConfirmation("A1B2", null, CardholderVerification.None)),
        Completed(new CardConfirmation(null, 7, CardholderVerification.SignatureOnScreen) { TerminalDate = new LocalDate(2026, 2, 28) }),
        Completed(new CardConfirmation(null, null, CardholderVerification.Pin) { TerminalDate = new LocalDate(1999, 12, 31) }),
    ]);

    [Fact]
    public void What_we_write_is_read_by_the_fast_reader_and_as_the_strict_one_does()
    {
        var seen = new HashSet<Type>();
        foreach (var sample in Samples)
        {
            if (Types.SingleOrDefault(type => type.ClrType == sample.GetType()) is not { } type) continue;
            seen.Add(type.ClrType);
            var payload = Codec.Encode(sample).Payload.Span;
            Assert.Equal(sample, EventCodec.ReadCanonical(payload, type));
            Assert.Equal(sample, Codec.DecodeStrictly(type.Name, payload));
        }

        Assert.Equal(Types.Length, seen.Count);
    }

    /// <summary>Each byte of each payload taken out, doubled, and replaced by what means something to JSON or to a value.</summary>
    [Fact]
    public void Whatever_the_fast_reader_takes_the_strict_one_takes_as_the_same()
    {
        var taken = 0;
        foreach (var sample in Samples)
        {
            if (Types.SingleOrDefault(type => type.ClrType == sample.GetType()) is not { } type) continue;
            foreach (var spoilt in Spoilt(Codec.Encode(sample).Payload.ToArray()))
            {
                if (EventCodec.ReadCanonical(spoilt, type) is not { } read) continue;
                Assert.True(read.Equals(Codec.DecodeStrictly(type.Name, spoilt)), Encoding.UTF8.GetString(spoilt));
                taken++;
            }
        }

        Assert.True(taken > 1_000, $"Only {taken} were taken.");
    }

    [Fact]
    public void Another_form_of_the_same_is_left_to_the_strict_reader_and_read()
    {
        var sample = SampleEvents.All.OfType<TransactionEvent.Progressed>().Single();
        var type = Types.Single(type => type.ClrType == typeof(TransactionEvent.Progressed));
        string[] forms =
        [
            """{ "stage":"awaitingPin","at":"2026-11-22T08:15:30.123456789Z"}""",
            """{"at":"2026-11-22T08:15:30.123456789Z","stage":"awaitingPin"}""",
            """{"stage":"awaiting\u0050in","at":"2026-11-22T08:15:30.123456789Z"}""",
            """{"stage":"awaitingPin","at":"2026-11-22T08:15:30.123456789Z","later":1}""",
        ];
        foreach (var form in forms.Select(Encoding.UTF8.GetBytes))
        {
            Assert.Null(EventCodec.ReadCanonical(form, type));
            Assert.Equal(sample, Codec.Decode(type.Name, form));
        }
    }

    private static IEnumerable<byte[]> Spoilt(byte[] payload)
    {
        for (var at = 0; at < payload.Length; at++)
        {
            yield return [.. payload[..at], .. payload[(at + 1)..]];
            yield return [.. payload[..at], payload[at], .. payload[at..]];
            yield return payload[..at];
            foreach (var other in "0189-+.eE\"\\{}[],: aZzAnT\u007f\0"u8.ToArray()) yield return [.. payload[..at], other, .. payload[(at + 1)..]];
        }
    }

    private static TransactionEvent.Completed Completed(CardConfirmation confirmation) =>
        new(new MerchantId("boulangerie-1"), Money.Eur(long.MaxValue / 100), new LocalDate(2026, 11, 22), confirmation, new ServiceCharge(-1, 0, long.MaxValue / 100), At);
}
