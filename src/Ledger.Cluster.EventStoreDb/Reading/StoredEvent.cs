using System.Text.Json;
using EventStore.Client;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb.Reading;

/// <summary>One event of the log's stream in EventStoreDB.</summary>
/// <param name="Revision">Its place in that stream, from 0, without gaps.</param>
/// <param name="EventId">EventStoreDB's own; see <see cref="Appending.BatchEvents"/>.</param>
/// <param name="Position">The log's last position with it.</param>
/// <param name="Event">Null for the record of a command without events, and for what is none of ours.</param>
/// <param name="Command">With the first event of a unit, or by itself.</param>
internal sealed record StoredEvent(long Revision, Guid EventId, long Position, RecordedEvent? Event, CommandRecord? Command)
{
    /// <summary>The type of what records a command without events. No stored type of an event has this form, so none is ever called so. Stored, so never renamed.</summary>
    public const string CommandType = "ledger-command";

    private static readonly byte[] Mark = "\"ledger\":"u8.ToArray();

    /// <summary>Another program appended it: it is no part of the log.</summary>
    public bool IsForeign => Event is null && Command is null;

    /// <exception cref="EventLogCorruptException">It claims to be ours, and is not as the log writes it.</exception>
    public static StoredEvent Of(EventRecord record)
    {
        var (revision, id) = (record.EventNumber.ToInt64(), record.EventId.ToGuid());
        if (Metadata(record) is not { } metadata) return new StoredEvent(revision, id, 0, null, null);

        var command = metadata.Command is { } kept
            ? new CommandRecord(metadata.CommandId, kept.Fingerprint, kept.Reply, ChainHash.FromNanoseconds(kept.RecordedAt))
            : null;
        if (record.EventType == CommandType) return command is null ? throw Damaged(revision) : new StoredEvent(revision, id, metadata.Position, null, command);

        if (!StreamName.TryParse(metadata.Stream, out var stream) || metadata is not { Version: { } version, RecordedAt: { } recordedAt, Hash: { Length: ChainHash.Length } hash }) throw Damaged(revision);
        return new StoredEvent(
            revision, id, metadata.Position, new RecordedEvent(metadata.Position, stream, version, record.EventType, ChainHash.FromNanoseconds(recordedAt), metadata.CommandId, record.Data, hash), command);
    }

    public static EventLogCorruptException Damaged(long revision) =>
        new($"The log is damaged: event {revision} of its stream in EventStoreDB does not continue it. {EventLogCorruptException.WhatToDo}");

    /// <summary>Null for what is none of ours. Looked for before it is read: what others write may be anything.</summary>
    private static EventMetadata? Metadata(EventRecord record)
    {
        if (record.Metadata.Span.IndexOf(Mark) < 0) return null;
        try
        {
            return JsonSerializer.Deserialize(record.Metadata.Span, MetadataJson.Default.EventMetadata) is { Ledger: EventMetadata.Form } metadata ? metadata : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
