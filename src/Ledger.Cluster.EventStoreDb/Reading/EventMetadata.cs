using System.Text.Json.Serialization;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb.Reading;

/// <summary>What stands in an event's metadata in EventStoreDB, as JSON. Stored, so members are never renamed; a reader passes over those it does not know.</summary>
/// <param name="Ledger">Number of this form: <see cref="Form"/>.</param>
/// <param name="Position">Its place in the whole log; of a command without events, the log's position then.</param>
/// <param name="CommandId">The command that caused it, where EventStoreDB's projections look for it.</param>
/// <param name="Stream">Null for a command without events, as are the three that follow.</param>
/// <param name="RecordedAt">Nanoseconds, see <see cref="ChainHash.ToNanoseconds"/>.</param>
/// <param name="Command">The command's record, with the first event of its unit.</param>
internal sealed record EventMetadata(
    [property: JsonPropertyName("ledger")] int Ledger,
    [property: JsonPropertyName("position")] long Position,
    [property: JsonPropertyName("$causationId")] Guid CommandId,
    [property: JsonPropertyName("stream")] string? Stream,
    [property: JsonPropertyName("version")] long? Version,
    [property: JsonPropertyName("recordedAt")] long? RecordedAt,
    [property: JsonPropertyName("hash")] byte[]? Hash,
    [property: JsonPropertyName("command")] CommandMetadata? Command)
{
    /// <summary>The form that is written.</summary>
    public const int Form = 1;
}

/// <param name="RecordedAt">Nanoseconds, see <see cref="ChainHash.ToNanoseconds"/>.</param>
internal sealed record CommandMetadata(
    [property: JsonPropertyName("fingerprint")] byte[] Fingerprint,
    [property: JsonPropertyName("reply")] byte[] Reply,
    [property: JsonPropertyName("recordedAt")] long RecordedAt);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventMetadata))]
internal sealed partial class MetadataJson : JsonSerializerContext;
