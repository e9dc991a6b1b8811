using System.Text.Json.Nodes;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.EventLog.Codec;

/// <summary>What our converters write, which the schema exporter cannot see into.</summary>
internal static class ValueSchemas
{
    private const string IdPattern = "^[0-9a-f]{32}$";

    // Patterns of ids and codes as their types allow them.
    private static readonly Dictionary<Type, string> Patterns = new()
    {
        [typeof(Guid)] = IdPattern,
        [typeof(TransactionId)] = IdPattern,
        [typeof(SaleId)] = IdPattern,
        [typeof(RefundId)] = IdPattern,
        [typeof(ExchangeId)] = IdPattern,
        [typeof(DeviceId)] = IdPattern,
        [typeof(ContactRef)] = IdPattern,
        [typeof(ComplaintId)] = IdPattern,
        [typeof(MerchantId)] = "^[a-z0-9-]{3,32}$",
        [typeof(TerminalSerial)] = "^[A-Z0-9]{6,20}$",
        [typeof(CardToken)] = "^(?=.*[^0-9])[A-Za-z0-9_-]{8,64}$",
        [typeof(LastFour)] = "^[0-9]{4}$",
        [typeof(AuthorisationCode)] = "^[A-Za-z0-9]{1,6}$",
        [typeof(ResponseCode)] = "^[A-Za-z0-9]{2}$",
        [typeof(SettlementAccount)] = "^[A-Za-z0-9]{4,34}$",
        [typeof(RemittanceId)] = "^[a-z0-9-]{3,32}-[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        [typeof(Instant)] = @"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$",
        [typeof(LocalDate)] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    };

    /// <returns>Null when the exporter knows better.</returns>
    public static JsonNode? Of(Type type)
    {
        if (Patterns.TryGetValue(type, out var pattern)) return new JsonObject { ["type"] = "string", ["pattern"] = pattern };
        if (type.IsEnum) return new JsonObject { ["enum"] = new JsonArray([.. Names(type).Select(static name => (JsonNode)name)]) };

        return type == typeof(Money) ? Money() : null;
    }

    /// <returns>What a <see cref="ValueList{T}"/> holds; null for another type.</returns>
    public static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>) ? type.GetGenericArguments()[0] : null;

    private static IEnumerable<string> Names(Type type) =>
        LedgerJsonContext.Default.Options.GetConverter(type) is IStoredNames converter
            ? converter.StoredNames
            : throw new InvalidOperationException($"{type} has no converter that stores names. Add EnumNameConverter<{type.Name}> to LedgerJsonContext.");

    private static JsonObject Money() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["minorUnits"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
            ["currency"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Z]{3}$" },
        },
        ["required"] = new JsonArray("minorUnits", "currency"),
    };
}

/// <summary>A converter that writes one of a few names.</summary>
internal interface IStoredNames
{
    /// <summary>In order of their numbers.</summary>
    IEnumerable<string> StoredNames { get; }
}
