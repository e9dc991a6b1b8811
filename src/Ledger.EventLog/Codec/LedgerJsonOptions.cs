using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Ledger.EventLog.Codec;

/// <summary>How payloads are written and read. A change here changes stored bytes: the golden files then say so.</summary>
internal static class LedgerJsonOptions
{
    /// <summary>Letters with accents stay readable; what means something to HTML is still escaped.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    public static JsonSerializerOptions Create() => new(LedgerJsonContext.Default.Options)
    {
        Encoder = Encoder,
        AllowDuplicateProperties = false,
        TypeInfoResolver = LedgerJsonContext.Default.WithAddedModifier(LeaveNullableOut),
    };

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
