using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ledger.Domain;

namespace Ledger.EventLog.Codec;

/// <summary>A JSON array of at most <see cref="CountMax"/> items.</summary>
internal sealed class ValueListConverter<T> : JsonConverter<ValueList<T>>
{
    private const int CountMax = 100_000;

    public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException($"A list was expected, not {reader.TokenType}.");
        var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var items = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (CountMax <= items.Count) throw new JsonException($"The list has more than {CountMax} items.");
            items.Add(JsonSerializer.Deserialize(ref reader, item) ?? throw new JsonException("An item of the list is null."));
        }

        return new ValueList<T>(items.DrainToImmutable());
    }

    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options)
    {
        var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var element in value) JsonSerializer.Serialize(writer, element, item);
        writer.WriteEndArray();
    }
}
