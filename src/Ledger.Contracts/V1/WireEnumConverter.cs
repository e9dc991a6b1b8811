using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Contracts.V1;

/// <summary>An enum as its camelCase name, exactly: no numbers, no other case, no lists.</summary>
public sealed class WireEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> ByName = Enum.GetValues<T>().ToDictionary(static v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString()), StringComparer.Ordinal);
    private static readonly Dictionary<T, string> ByValue = ByName.ToDictionary(static p => p.Value, static p => p.Key);

    /// <summary>All names that the wire knows, in order of number.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <returns>False when <paramref name="text"/> is no such name; never throws.</returns>
    public static bool TryParse(string? text, out T value)
    {
        value = default;
        return text is not null && ByName.TryGetValue(text, out value);
    }

    /// <summary>The name on the wire.</summary>
    public static string NameOf(T value) => ByValue[value];

    /// <exception cref="JsonException">Not one of <see cref="Names"/>.</exception>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String && TryParse(reader.GetString(), out var value)) return value;
        throw new JsonException($"Expected one of: {string.Join(", ", Names)}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(NameOf(value));
}
