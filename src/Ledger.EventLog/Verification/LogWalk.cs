using System.Diagnostics.CodeAnalysis;
using Ledger.Domain;

namespace Ledger.EventLog.Verification;

/// <summary>What a verification remembers on its way: the last event of every stream. One walk is one caller's.</summary>
internal sealed class LogWalk(EventCodec codec, Func<RecordedEvent, ILedgerEvent, string?> check)
{
    private readonly Dictionary<StreamName, (long Version, ReadOnlyMemory<byte> Hash, bool HeadSeen)> _last = [];

    /// <summary>Position of the last event that was found sound.</summary>
    public long Position { get; private set; }

    public int StreamCount => _last.Count;

    /// <summary>Takes in the next event.</summary>
    /// <returns>Null when it is sound.</returns>
    public BadEvent? Take(RecordedEvent recorded)
    {
        if (Fault(recorded) is { } why) return new BadEvent(recorded.Position, recorded.Stream, recorded.Version, why);

        _last[recorded.Stream] = (recorded.Version, recorded.Hash, _last.GetValueOrDefault(recorded.Stream).HeadSeen);
        Position = recorded.Position;
        return null;
    }

    /// <returns>Null when the stream ends where its head says.</returns>
    public BadEvent? Compare(StreamHead head)
    {
        var (version, hash, _) = _last.GetValueOrDefault(head.Stream);
        if (version != head.Version) return new BadEvent(null, head.Stream, Math.Min(version, head.Version) + 1, $"The stream's head tells of version {head.Version}, its last event is version {version}.");

        if (!hash.Span.SequenceEqual(head.Hash.Span)) return new BadEvent(null, head.Stream, version, "The hash of the stream's head is not that of its last event.");

        _last[head.Stream] = (version, hash, true);
        return null;
    }

    /// <summary>Streams of which no head was compared yet, with their last version.</summary>
    public IEnumerable<(StreamName Stream, long Version)> WithoutHead() => _last.Where(static row => !row.Value.HeadSeen).Select(static row => (row.Key, row.Value.Version));

    private string? Fault(RecordedEvent recorded)
    {
        if (recorded.Position != Position + 1) return $"Position {Position + 1} is missing.";

        var (version, hash, _) = _last.GetValueOrDefault(recorded.Stream, (0, ChainHash.Genesis, false));
        if (recorded.Version != version + 1) return $"Version {version + 1} of the stream was expected here.";
        if (!ChainHash.Matches(hash.Span, recorded)) return "Its bytes are not those that were appended: the chain hash differs.";

        return Read(recorded, out var @event) ?? Check(recorded, @event!);
    }

    private string? Read(RecordedEvent recorded, out ILedgerEvent? @event)
    {
        @event = null;
        try
        {
            @event = codec.Decode(recorded);
            return null;
        }
        catch (Exception exception) when (exception is UnknownEventTypeException or EventLogCorruptException)
        {
            return exception.Message;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The edge of a foreign check: whatever it throws is its verdict on this event.")]
    private string? Check(RecordedEvent recorded, ILedgerEvent @event)
    {
        try
        {
            return check(recorded, @event);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return $"It fails its check: {exception.Message}";
        }
    }
}
