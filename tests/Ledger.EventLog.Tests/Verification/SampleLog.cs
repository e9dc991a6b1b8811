using Ledger.Domain;
using Ledger.EventLog.Tests.Codec;
using Ledger.EventLog.Verification;
using Ledger.Testing;
using NodaTime;

namespace Ledger.EventLog.Tests.Verification;

/// <summary>Logs full of real events, and their verification.</summary>
internal static class SampleLog
{
    /// <summary>Tests name positions in these logs, so a new event type does not lengthen a round.</summary>
    public const int EventsPerRound = 51;

    public static readonly Instant Start = Instant.FromUtc(2026, 11, 22, 8, 0);

    /// <summary>Appends the first <see cref="EventsPerRound"/> samples to one of a few streams of its category, one unit each, a batch a round; event n is recorded n seconds after the start.</summary>
    public static async Task FillAsync(IEventLog log, int rounds)
    {
        var heads = (await log.ReadHeadsAsync(null, int.MaxValue, default)).ToDictionary(head => head.Stream);
        for (var round = 0; round < rounds; round++)
        {
            var first = (int)log.LastPosition + 1;
            var results = await log.AppendAsync([.. SampleEvents.All.Take(EventsPerRound).Select((sample, index) => Next(heads, first + index, index, sample))], default);
            Assert.All(results, result => Assert.IsType<AppendResult.Appended>(result));
        }
    }

    private static AppendUnit Next(Dictionary<StreamName, StreamHead> heads, int number, int index, ILedgerEvent sample)
    {
        var name = EventCodec.Default.NameOf(sample.GetType());
        var stream = new StreamName(name[..name.IndexOf('-', StringComparison.Ordinal)], $"{index % 3}");
        var head = heads.GetValueOrDefault(stream, new StreamHead(stream, 0, ChainHash.Genesis));
        var unit = Unit(head, number, sample);
        heads[stream] = new StreamHead(stream, head.Version + 1, unit.Writes[0].Events[0].Hash);
        return unit;
    }

    private static AppendUnit Unit(StreamHead head, int number, ILedgerEvent @event)
    {
        var command = new Guid(number, 0x0192, 0x7A7B, 0x80, 1, 2, 3, 4, 5, 6, 7);
        var at = Start.Plus(Duration.FromSeconds(number));
        var write = EventEncoder.Write(EventCodec.Default, head.Stream, head.Version, head.Hash, at, command, @event);
        return new AppendUnit(new CommandRecord(command, new byte[32], "ok"u8.ToArray(), at), [write]);
    }

    public static Task<VerifyReport> VerifyAsync(IEventLog log) =>
        new LogVerifier(log, EventCodec.Default, static (_, _) => null, new ManualClock(Start)).VerifyAsync(null, default);
}
