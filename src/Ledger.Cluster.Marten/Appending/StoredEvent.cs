using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Cluster.Marten.Appending;

/// <summary>
/// The one class of event that Marten's store of the log writes: a payload that is JSON already and goes into <c>mt_events.data</c> as it is. Marten's column for
/// the type then names the stored type, not this class.
/// </summary>
[JsonConverter(typeof(Writer))]
internal sealed class StoredEvent(ReadOnlyMemory<byte> payload, bool isJson)
{
    /// <summary>What stands in <c>mt_events.data</c> for a payload that jsonb cannot hold. Stored, so never changed.</summary>
    public const string Placeholder = """{"ledger": "not JSON"}""";

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>See <see cref="StorableJson"/>.</summary>
    public bool IsJson { get; } = isJson;

    private sealed class Writer : JsonConverter<StoredEvent>
    {
        public override StoredEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("The log reads the bytes that were hashed, not what jsonb made of them.");

        public override void Write(Utf8JsonWriter writer, StoredEvent value, JsonSerializerOptions options)
        {
            if (value.IsJson) writer.WriteRawValue(value.Payload.Span, skipInputValidation: true);
            else writer.WriteRawValue(Placeholder);
        }
    }
}
