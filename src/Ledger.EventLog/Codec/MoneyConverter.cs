using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Domain;

namespace Ledger.EventLog.Codec;

/// <summary>{"minorUnits":1500,"currency":"EUR"}: whole cents and the currency, never a decimal number.</summary>
internal sealed class MoneyConverter : JsonConverter<Money>
{
    private static readonly JsonEncodedText MinorUnits = JsonEncodedText.Encode("minorUnits");
    private static readonly JsonEncodedText Currency = JsonEncodedText.Encode("currency");
    private static readonly JsonEncodedText Eur = JsonEncodedText.Encode("EUR");

    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"An amount was expected, not {reader.TokenType}.");
        long? minorUnits = null;
        Currency? currency = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isUnits, isCurrency) = (reader.ValueTextEquals(MinorUnits.EncodedUtf8Bytes), reader.ValueTextEquals(Currency.EncodedUtf8Bytes));
            reader.Read();
            if (isUnits) minorUnits = ReadUnits(ref reader);
            else if (isCurrency) currency = ReadCurrency(ref reader);
            else reader.Skip();
        }

        return new Money(
            minorUnits ?? throw new JsonException("The amount has no minorUnits."),
            currency ?? throw new JsonException("The amount has no currency."));
    }

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        if (value.Currency.Code is null) throw new ArgumentException("An amount without a currency cannot be stored.");
        writer.WriteStartObject();
        writer.WriteNumber(MinorUnits, value.MinorUnits);
        if (value.Currency == Domain.Currency.Eur) writer.WriteString(Currency, Eur);
        else writer.WriteString(Currency, value.Currency.Code);
        writer.WriteEndObject();
    }

    private static long ReadUnits(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var units)) throw new JsonException("minorUnits is no whole number.");
        if (units < 0) throw new JsonException("minorUnits is negative; amounts never are.");

        return units;
    }

    private static Currency ReadCurrency(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("currency is no string.");
        if (reader.ValueTextEquals(Eur.EncodedUtf8Bytes)) return Domain.Currency.Eur;

        var code = reader.GetString()!;
        if (code.Length != 3 || !code.All(char.IsAsciiLetterUpper)) throw new JsonException($"« {code} » is no ISO 4217 code.");
        return new Currency(code);
    }
}
