using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Contracts.V1;

/// <summary>
/// Instants as ISO 8601 in UTC with « Z », as many decimals as needed, at most seven: « 2026-11-22T13:05:09.25Z ». Other offsets are refused.
/// A leap second, « 23:59:60 », is read as the last tick of the second before it, so that its day is kept (E09); it is never written.
/// </summary>
public sealed class UtcInstantConverter : JsonConverter<DateTimeOffset>
{
    private const string LeapSecond = "T23:59:60";
    private const int DateLength = 10;
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    /// <returns>False when <paramref name="text"/> is none; never throws.</returns>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        if (TryParseExact(text, out instant)) return true;
        if (text is null || text.IndexOf(LeapSecond, StringComparison.Ordinal) != DateLength) return false;
        if (!TryParseExact(string.Concat(text.AsSpan(0, DateLength), "T23:59:59", text.AsSpan(DateLength + LeapSecond.Length)), out instant)) return false;

        instant = new DateTimeOffset(instant.Year, instant.Month, instant.Day, 23, 59, 59, TimeSpan.Zero).AddTicks(TimeSpan.TicksPerSecond - 1);
        return true;
    }

    public static string Format(DateTimeOffset instant) => instant.ToUniversalTime().ToString(Pattern, CultureInfo.InvariantCulture);

    private static bool TryParseExact(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant);

    /// <exception cref="JsonException">Not an instant of this form.</exception>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String && TryParse(reader.GetString(), out var instant)) return instant;
        throw new JsonException("Expected an ISO 8601 instant in UTC, for instance 2026-11-22T13:05:09Z.");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
}
