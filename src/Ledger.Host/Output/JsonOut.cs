using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Ledger.Host.Output;

/// <summary>What --json prints: camelCase names, invariant numbers and ISO instants, one document, stable between versions (members are only added).</summary>
internal static class JsonOut
{
    private static readonly JsonSerializerOptions Indented = Create(indented: true);
    private static readonly JsonSerializerOptions Line = Create(indented: false);

    public static void Write<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, Indented));

    /// <summary>One document on one line.</summary>
    public static string ToLine<T>(T document) => JsonSerializer.Serialize(document, Line);

    private static JsonSerializerOptions Create(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };
}
