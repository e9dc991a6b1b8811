using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;

namespace Ledger.EventLog.Codec;

/// <summary>ISO 8601 in UTC: « 2026-11-22T08:15:30.123456789Z ». To the nanosecond; trailing zeros of the fraction, and a fraction of zero, are left out.</summary>
internal sealed class InstantConverter : JsonConverter<Instant>
{
    private const int WholeLength = 19;
    private const int FractionDigits = 9;
    private const int LengthMax = WholeLength + 1 + FractionDigits + 1;

    public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Span<byte> buffer = stackalloc byte[JsonText.LengthMax];
        return TryParse(buffer[..JsonText.Read(ref reader, buffer)], out var instant) ? instant : throw NoInstant();
    }

    /// <returns>False when the text is no such instant.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out Instant instant)
    {
        instant = default;
        if (text.Length < WholeLength + 1 || LengthMax < text.Length || text[^1] != 'Z') return false;
        if (text[10] != 'T' || text[13] != ':' || text[16] != ':') return false;
        if (IsoDate.Parse(text[..10]) is not { } date) return false;
        if (!IsoDate.TryDigits(text[11..13], out var hour) || !IsoDate.TryDigits(text[14..16], out var minute) || !IsoDate.TryDigits(text[17..19], out var second)) return false;
        if (23 < hour || 59 < minute || 59 < second || !TryFraction(text[WholeLength..^1], out var nanoseconds)) return false;

        instant = Instant.FromUtc(date.Year, date.Month, date.Day, hour, minute, second).PlusNanoseconds(nanoseconds);
        return true;
    }

    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[LengthMax];
        var whole = value.ToDateTimeUtc();
        whole.TryFormat(text, out var length, "s", CultureInfo.InvariantCulture);
        var nanoseconds = (int)(whole.Ticks % TimeSpan.TicksPerSecond * 100) + (int)(value - Instant.FromDateTimeUtc(whole)).ToInt64Nanoseconds();
        if (nanoseconds > 0)
        {
            text[length++] = (byte)'.';
            Utf8Formatter.TryFormat(nanoseconds, text[length..], out _, new System.Buffers.StandardFormat('D', FractionDigits));
            length += text.Slice(length, FractionDigits).LastIndexOfAnyExcept((byte)'0') + 1;
        }

        text[length++] = (byte)'Z';
        writer.WriteStringValue(text[..length]);
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, out int nanoseconds)
    {
        nanoseconds = 0;
        if (text.IsEmpty) return true;
        if (text[0] != '.' || text.Length < 2 || !IsoDate.TryDigits(text[1..], out nanoseconds)) return false;

        for (var digits = text.Length - 1; digits < FractionDigits; digits++) nanoseconds *= 10;
        return true;
    }

    private static JsonException NoInstant() => new("The text is no UTC instant of the form 2026-11-22T08:15:30.123456789Z.");
}

/// <summary>ISO 8601: « 2026-11-22 ».</summary>
internal sealed class LocalDateConverter : JsonConverter<LocalDate>
{
    public override LocalDate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Span<byte> buffer = stackalloc byte[JsonText.LengthMax];
        return IsoDate.Parse(buffer[..JsonText.Read(ref reader, buffer)]) ?? throw new JsonException("The text is no date of the form 2026-11-22.");
    }

    public override void Write(Utf8JsonWriter writer, LocalDate value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[IsoDate.Length];
        value.ToDateOnly().TryFormat(text, out var length, "O", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

internal static class IsoDate
{
    public const int Length = 10;

    /// <returns>Null when the text is no day of the calendar.</returns>
    public static LocalDate? Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length != Length || text[4] != '-' || text[7] != '-') return null;
        if (!TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..], out var day)) return null;
        if (year < 1 || month is < 1 or > 12 || day < 1 || CalendarSystem.Iso.GetDaysInMonth(year, month) < day) return null;

        return new LocalDate(year, month, day);
    }

    public static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
