using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Ledger.EventLog.Codec;

namespace Ledger.EventLog;

/// <summary>JSON Schema (2020-12) of what is stored under a current type name: specs/events/schemas holds them, and a test that they are true.</summary>
public static class EventSchemas
{
    private static readonly JsonSerializerOptions Options = LedgerJsonOptions.Create();

    private static readonly JsonSchemaExporterOptions Exporter = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    /// <exception cref="UnknownEventTypeException">No current type has this name.</exception>
    public static JsonObject Of(EventCodec codec, string type)
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = type };
        var body = Options.GetJsonSchemaAsNode(codec.ClassOf(type), Exporter).AsObject();
        foreach (var (name, value) in body.ToArray())
        {
            body.Remove(name);
            schema.Add(name, value);
        }

        return schema;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (ValueSchemas.Of(type) is { } value) return value;
        if (ValueSchemas.ItemOf(type) is { } item) return new JsonObject { ["type"] = "array", ["items"] = Options.GetJsonSchemaAsNode(item, Exporter) };

        // The exporter asks for every constructor parameter; ours may be left out when it may be null.
        var required = context.TypeInfo.Properties.Where(static property => property.IsRequired).Select(static property => (JsonNode)property.Name);
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object) schema["required"] = new JsonArray([.. required]);
        return schema;
    }
}
