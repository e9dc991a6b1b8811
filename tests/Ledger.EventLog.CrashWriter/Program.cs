using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using NodaTime;

// Appends to a log until it is killed, and prints each batch's last position and command ids once they are acknowledged.
// Used by Ledger.EventLog.Tests: Ledger.EventLog.CrashWriter <file> <seed>
const int Streams = 20;
const int BatchMax = 20;
const int CheckpointPages = 100;

var random = new Random(int.Parse(args[1], CultureInfo.InvariantCulture));
var at = Instant.FromUtc(2026, 11, 22, 8, 0);
await using var log = SqliteEventLog.Open(args[0], new SqliteEventLogOptions { CheckpointPages = CheckpointPages });
var heads = (await log.ReadHeadsAsync(null, int.MaxValue, default)).ToDictionary(head => head.Stream);
while (true)
{
    var units = Enumerable.Range(0, random.Next(1, BatchMax + 1)).Select(_ => Unit()).ToImmutableArray();
    var results = await log.AppendAsync(units, default);
    if (results.Any(result => result is not AppendResult.Appended)) throw new InvalidOperationException("A unit was refused.");

    Console.WriteLine($"{log.LastPosition} {string.Join(' ', units.Select(unit => unit.Command.Id.ToString("N")))}");
}

// One or two streams, one to three events each; the reply says how many events there must be.
AppendUnit Unit()
{
    var bytes = new byte[16];
    random.NextBytes(bytes);
    var id = new Guid(bytes);
    var first = random.Next(Streams);
    var writes = Enumerable.Range(0, random.Next(1, 3)).Select(offset => Write(id, new StreamName("transaction", $"{(first + offset) % Streams:00}"))).ToImmutableArray();
    var count = writes.Sum(write => write.Events.Length).ToString(CultureInfo.InvariantCulture);
    return new AppendUnit(new CommandRecord(id, new byte[32], Encoding.UTF8.GetBytes(count), at), writes);
}

StreamWrite Write(Guid id, StreamName stream)
{
    var head = heads.GetValueOrDefault(stream, new StreamHead(stream, 0, ChainHash.Genesis));
    var events = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new TransactionEvent.Progressed(CardStage.CardRead, at)).ToArray();
    var write = EventEncoder.Write(EventCodec.Default, stream, head.Version, head.Hash, at, id, events);
    heads[stream] = new StreamHead(stream, head.Version + events.Length, write.Events[^1].Hash);
    return write;
}
