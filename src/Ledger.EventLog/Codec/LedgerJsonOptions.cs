using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Ledger.EventLog.Codec;

/// <summary>
/// How payloads are written and read, and how whatever else holds the domain's values is. A change here changes stored bytes: the golden files then say so.
/// </summary>
public static class LedgerJsonOptions
{
    /// <summary>Letters with accents stay readable; what means something to HTML is still escaped.</summary>
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    /// <summary>For records of the domain's values: each value in its one written form, each member that cannot be null asked for.</summary>
    /// <param name="shapes">Knows the members of the records themselves.</param>
    /// <returns>New ones, the caller's to change until they are used.</returns>
    public static JsonSerializerOptions Create(IJsonTypeInfoResolver shapes) => new(LedgerJsonContext.Default.Options)
    {
        Encoder = Encoder,
        AllowDuplicateProperties = false,
        TypeInfoResolver = shapes.WithAddedModifier(LeaveNullableOut),
    };

    internal static JsonSerializerOptions Create() => Create(LedgerJsonContext.Default);

    /// <summary>A member that may be null is not written when it is, so it is not asked for when reading; all others are.</summary>
    private static void LeaveNullableOut(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AssociatedParameter is not { } parameter) continue;
            property.IsRequired = !parameter.IsNullable;
            if (parameter.IsNullable) property.ShouldSerialize = static (_, value) => value is not null;
        }
    }
}
