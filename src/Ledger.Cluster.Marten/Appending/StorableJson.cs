using System.Text.Json;
using System.Text.Unicode;

namespace Ledger.Cluster.Marten.Appending;

/// <summary>Whether PostgreSQL's jsonb can hold a payload, asked before anything is sent: one that it cannot would fail its whole batch.</summary>
internal static class StorableJson
{
    /// <summary>Longest number, in characters; jsonb's own limit is far above, and what is longer is no amount of ours.</summary>
    private const int NumberLengthMax = 128;

    /// <summary>Largest exponent: jsonb writes a number out in digits, and has room for 131,072 of them.</summary>
    private const int ExponentDigitsMax = 4;

    /// <returns>False for what is no JSON, has U+0000 or half a surrogate pair in a text, or a number out of bounds; never throws.</returns>
    public static bool Is(ReadOnlySpan<byte> payload)
    {
        if (!Utf8.IsValid(payload)) return false;

        var reader = new Utf8JsonReader(payload);
        try
        {
            while (reader.Read())
            {
                if (!IsStorable(ref reader)) return false;
            }

            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair, written as \u….
            return false;
        }
    }

    private static bool IsStorable(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String or JsonTokenType.PropertyName => !reader.ValueIsEscaped || !reader.GetString()!.Contains('\0', StringComparison.Ordinal),
        JsonTokenType.Number => IsStorableNumber(reader.ValueSpan),
        _ => true,
    };

    private static bool IsStorableNumber(ReadOnlySpan<byte> number)
    {
        if (number.Length > NumberLengthMax) return false;

        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        return exponent < 0 || number[(exponent + 1)..].TrimStart("+-"u8).Length <= ExponentDigitsMax;
    }
}
