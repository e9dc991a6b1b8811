using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using EventStore.Client;
using Ledger.Cluster.EventStoreDb.Indexing;
using Ledger.Cluster.EventStoreDb.Reading;
using Ledger.EventLog;
using Ledger.EventLog.Appending;

namespace Ledger.Cluster.EventStoreDb.Appending;

/// <summary>
/// What a decided batch is in EventStoreDB: its events in the order of their positions, each unit's command record with its first, or by itself. One writer uses it.
/// </summary>
/// <param name="writer">16 bytes that no other writer has; see <see cref="EventId"/>.</param>
internal sealed class BatchEvents(ReadOnlyMemory<byte> writer)
{
    /// <summary>What an event has in EventStoreDB beside its payload and its command's reply, at most: names, hashes and numbers, written out as JSON.</summary>
    public const int OverheadMax = 1024;

    private const string Json = "application/json";
    private const string Binary = "application/octet-stream";

    private static readonly ReadOnlyMemory<byte> EmptyObject = "{}"u8.ToArray();

    /// <param name="after">What they are appended after.</param>
    public (List<EventData> Data, List<StoredEvent> Stored) Of(BatchDecision decision, IndexEnd after)
    {
        var (data, stored) = (new List<EventData>(decision.Events.Count), new List<StoredEvent>(decision.Events.Count));
        var (next, position) = (0, after.Position);
        foreach (var command in decision.Commands)
        {
            var first = next;
            for (; next < decision.Events.Count && decision.Events[next].CommandId == command.Id; next++)
            {
                position = decision.Events[next].Position;
                Add(decision.Events[next], next == first ? command : null);
            }

            if (next == first) AddAlone(command);
        }

        return (data, stored);

        void Add(PlacedEvent placed, CommandRecord? command)
        {
            var (recordedAt, @event) = (placed.Event.RecordedAt, placed.Event);
            var metadata = new EventMetadata(
                EventMetadata.Form, position, placed.CommandId, placed.Stream.ToString(), placed.Version, ChainHash.ToNanoseconds(recordedAt), @event.Hash.ToArray(), command is null ? null : Record(command));
            var recorded = new RecordedEvent(position, placed.Stream, placed.Version, @event.Type, recordedAt, placed.CommandId, @event.Payload, @event.Hash);
            AddOne(@event.Type, @event.Payload, IsJson(@event.Payload.Span) ? Json : Binary, metadata, recorded, command);
        }

        void AddAlone(CommandRecord command) =>
            AddOne(StoredEvent.CommandType, EmptyObject, Json, new EventMetadata(EventMetadata.Form, position, command.Id, null, null, null, null, Record(command)), null, command);

        void AddOne(string type, ReadOnlyMemory<byte> payload, string contentType, EventMetadata metadata, RecordedEvent? recorded, CommandRecord? command)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(metadata, MetadataJson.Default.EventMetadata);
            var id = EventId(bytes);
            data.Add(new EventData(Uuid.FromGuid(id), type, payload, bytes, contentType));
            stored.Add(new StoredEvent(after.Revision + data.Count, id, position, recorded, command));
        }
    }

    /// <summary>What a unit takes of an append, at most.</summary>
    public static int BytesMax(AppendUnit unit)
    {
        // Base64 has four characters for three bytes.
        var bytes = OverheadMax + (unit.Command.Reply.Length + 2) / 3 * 4;
        foreach (var write in unit.Writes)
        {
            foreach (var @event in write.Events) bytes += OverheadMax + @event.Payload.Length;
        }

        return bytes;
    }

    /// <summary>
    /// EventStoreDB takes an append whose ids it has at that place for the same one again. So an id follows from all that the event says, its place and its hash
    /// among it, and from the writer: a repeat of one writer is found, and two writers with the same command are never taken for each other.
    /// </summary>
    private Guid EventId(ReadOnlySpan<byte> metadata)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(writer.Span);
        hash.AppendData(metadata);
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);

        // RFC 9562: version 8, variant 10.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes[..16], bigEndian: true);
    }

    private static CommandMetadata Record(CommandRecord command) => new(command.Fingerprint.ToArray(), command.Reply.ToArray(), ChainHash.ToNanoseconds(command.RecordedAt));

    /// <summary>Whether EventStoreDB's projections may take it for JSON.</summary>
    private static bool IsJson(ReadOnlySpan<byte> payload)
    {
        if (!Utf8.IsValid(payload)) return false;

        var reader = new Utf8JsonReader(payload);
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
