using System.Runtime.InteropServices;
using Ledger.Domain;
using NodaTime;

namespace Ledger.EventLog;

/// <summary>What writers do with events before they append: encode, then chain to what the stream holds.</summary>
public static class EventEncoder
{
    /// <summary>Chains one encoded event.</summary>
    /// <param name="previousHash">The hash of the stream's last event, or <see cref="ChainHash.Genesis"/>.</param>
    /// <param name="version">The version that this event will have, from 1.</param>
    public static NewEvent Chain(ReadOnlyMemory<byte> previousHash, StreamName stream, long version, Instant recordedAt, Guid commandId, in EncodedEvent encoded)
    {
        var hash = new byte[ChainHash.Length];
        ChainHash.Compute(previousHash.Span, stream, version, encoded.Type, recordedAt, commandId, encoded.Payload.Span, hash);
        return new NewEvent(encoded.Type, recordedAt, encoded.Payload, hash);
    }

    /// <summary>Encodes and chains what one command writes to one stream; the last event's hash is the stream's next previous hash.</summary>
    /// <param name="previousHash">The hash of the event at <paramref name="expectedVersion"/>, or <see cref="ChainHash.Genesis"/> when that is 0.</param>
    /// <param name="events">At least one.</param>
    /// <exception cref="UnknownEventTypeException">An event has no stored name.</exception>
    public static StreamWrite Write(
        EventCodec codec,
        StreamName stream,
        long expectedVersion,
        ReadOnlyMemory<byte> previousHash,
        Instant recordedAt,
        Guid commandId,
        params ReadOnlySpan<ILedgerEvent> events)
    {
        if (events.IsEmpty) throw new ArgumentException("A write has at least one event.", nameof(events));

        var chained = new NewEvent[events.Length];
        var index = 0;
        var version = expectedVersion;
        var first = previousHash;
        foreach (var @event in events)
        {
            version++;
            var next = Chain(previousHash, stream, version, recordedAt, commandId, codec.Encode(@event));
            chained[index++] = next;
            previousHash = next.Hash;
        }

        return new StreamWrite(stream, expectedVersion, ImmutableCollectionsMarshal.AsImmutableArray(chained)) { PreviousHash = first };
    }
}
