using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.EventLog.Codec;

/// <summary>What all string-valued members have in common: the text is taken as UTF-8 without making a string of it.</summary>
internal static class JsonText
{
    /// <summary>Longer texts than this are none of ours (identifiers, instants, codes).</summary>
    public const int LengthMax = 128;

    /// <returns>How many unescaped bytes are in <paramref name="buffer"/>.</returns>
    /// <exception cref="JsonException">The value is no string, or too long.</exception>
    public static int Read(ref Utf8JsonReader reader, scoped Span<byte> buffer)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"A string was expected, not {reader.TokenType}.");
        if (buffer.Length < reader.ValueSpan.Length) throw new JsonException($"The text is longer than {buffer.Length} bytes.");

        return reader.CopyString(buffer);
    }
}

/// <summary>32 hexadecimal digits (the « N » form): no other form of an id is ever written.</summary>
internal abstract class GuidIdConverter<T>(Func<Guid, T> create, Func<T, Guid> value) : JsonConverter<T>
{
    private const int Digits = 32;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Span<byte> buffer = stackalloc byte[JsonText.LengthMax];
        var text = buffer[..JsonText.Read(ref reader, buffer)];
        if (!Utf8Parser.TryParse(text, out Guid guid, out var consumed, 'N') || consumed != text.Length) throw new JsonException("The id is not 32 hexadecimal digits.");

        return create(guid);
    }

    public override void Write(Utf8JsonWriter writer, T id, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[Digits];
        Utf8Formatter.TryFormat(value(id), text, out _, 'N');
        writer.WriteStringValue(text);
    }
}

internal sealed class GuidConverter() : GuidIdConverter<Guid>(static value => value, static value => value);

/// <summary>An id or code that is its own text; its constructor says what is allowed.</summary>
internal abstract class TextIdConverter<T>(Func<string, T> create, Func<T, string?> text) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return create(reader.GetString() ?? throw new JsonException("A string was expected, not null."));
        }
        catch (ArgumentException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, T id, JsonSerializerOptions options) =>
        writer.WriteStringValue(text(id) ?? throw new ArgumentException($"A default {typeof(T).Name} has no text and cannot be stored."));
}

/// <summary>
/// Enums by the camel-case name of their case; numbers are never stored. The schemas under specs/events list the names:
/// a renamed case changes them, and the test that compares says so.
/// </summary>
internal sealed class EnumNameConverter<T> : JsonConverter<T>, IStoredNames
    where T : struct, Enum
{
    private static readonly (T Value, JsonEncodedText Name)[] Cases =
        [.. Enum.GetValues<T>().Select(static value => (value, JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(value.ToString()))))];

    public IEnumerable<string> StoredNames => Cases.Select(static row => row.Name.Value);

    /// <param name="text">Without escapes.</param>
    /// <returns>False when no case has this name.</returns>
    public static bool TryFind(ReadOnlySpan<byte> text, out T value)
    {
        foreach (var (known, name) in Cases)
        {
            value = known;
            if (text.SequenceEqual(name.EncodedUtf8Bytes)) return true;
        }

        value = default;
        return false;
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"The name of a {typeof(T).Name} was expected, not {reader.TokenType}.");
        foreach (var (value, name) in Cases)
        {
            if (reader.ValueTextEquals(name.EncodedUtf8Bytes)) return value;
        }

        throw new JsonException($"« {reader.GetString()} » is no {typeof(T).Name}; known are {string.Join(", ", StoredNames)}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        foreach (var (known, name) in Cases)
        {
            if (!EqualityComparer<T>.Default.Equals(known, value)) continue;
            writer.WriteStringValue(name);
            return;
        }

        throw new ArgumentException($"{value} is no {typeof(T).Name} and cannot be stored.");
    }
}
