using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Ledger.Contracts.V1;

/// <summary>How V1 is written and read as JSON: camelCase, integers only, nothing that is null.</summary>
public static class LedgerJson
{
    /// <summary>Deepest nesting of a body.</summary>
    public const int DepthMax = 16;

    /// <summary>For callers of the API: members that a newer server adds are passed over, and those that are null are not written, so may be missing.</summary>
    public static JsonSerializerOptions Client { get; } = Create(JsonUnmappedMemberHandling.Skip);

    /// <summary>For the server: an unknown or doubled member is an error, so that a typing mistake is never silently dropped.</summary>
    public static JsonSerializerOptions Server { get; } = Create(JsonUnmappedMemberHandling.Disallow);

    /// <summary>Sets everything on options that someone else made.</summary>
    public static void Apply(JsonSerializerOptions options, JsonUnmappedMemberHandling unmapped)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = unmapped;
        options.AllowDuplicateProperties = unmapped is JsonUnmappedMemberHandling.Skip;
        options.RespectNullableAnnotations = true;
        // What is null is not written, so a caller of ours must not miss it.
        options.RespectRequiredConstructorParameters = unmapped is JsonUnmappedMemberHandling.Disallow;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // Where « kind » tells what a body is, it may stand anywhere in it: the order of members means nothing.
        options.AllowOutOfOrderMetadataProperties = true;
        options.MaxDepth = DepthMax;
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        options.Converters.Add(new UtcInstantConverter());
        options.TypeInfoResolverChain.Insert(0, LedgerJsonContext.Default);
    }

    private static JsonSerializerOptions Create(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions();
        Apply(options, unmapped);
        options.MakeReadOnly();
        return options;
    }
}
