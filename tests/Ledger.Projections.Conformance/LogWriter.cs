using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Projections.Conformance;

/// <summary>Appends events to a log as the engine would: encoded, chained, one command each.</summary>
public sealed class LogWriter(IEventLog log, Dictionary<StreamName, (long Version, ReadOnlyMemory<byte> Hash)>? heads = null)
{
    private readonly Dictionary<StreamName, (long Version, ReadOnlyMemory<byte> Hash)> _heads = heads ?? [];
    private int _commands = (int)log.LastPosition;

    public IEventLog Log => log;

    /// <summary>One unit: several streams, each with its events.</summary>
    public void Append(Instant at, params (StreamName Stream, ImmutableArray<ILedgerEvent> Events)[] writes)
    {
        var command = NextCommand();
        var units = writes.Where(static w => w.Events.Length > 0).Select(w => Write(w.Stream, at, command, w.Events)).ToImmutableArray();
        Commit(at, command, units);
    }

    public void Append(StreamName stream, params ImmutableArray<ILedgerEvent> events) => Append(events[^1].At, (stream, events));

    /// <summary>An event as some other program may have written it.</summary>
    public void AppendRaw(StreamName stream, string type, string payload, Instant at)
    {
        var command = NextCommand();
        var (version, hash) = _heads.GetValueOrDefault(stream, (0, ChainHash.Genesis));
        var chained = EventEncoder.Chain(hash, stream, version + 1, at, command, new EncodedEvent(type, System.Text.Encoding.UTF8.GetBytes(payload)));
        Commit(at, command, [new StreamWrite(stream, version, [chained])]);
    }

    private Guid NextCommand() => new(++_commands, 7, 7, new byte[8]);

    private StreamWrite Write(StreamName stream, Instant at, Guid command, ImmutableArray<ILedgerEvent> events)
    {
        var (version, hash) = _heads.GetValueOrDefault(stream, (0, ChainHash.Genesis));
        return EventEncoder.Write(EventCodec.Default, stream, version, hash, at, command, events.AsSpan());
    }

    private void Commit(Instant at, Guid command, ImmutableArray<StreamWrite> writes)
    {
        var results = log.AppendAsync([new AppendUnit(new CommandRecord(command, new byte[32], new byte[1], at), writes)], CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Assert.IsType<AppendResult.Appended>(results[0]);
        foreach (var write in writes) _heads[write.Stream] = (write.ExpectedVersion + write.Events.Length, write.Events[^1].Hash);
    }
}
