using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Ledger.Testing;

/// <summary>Whether a value keeps to a schema of ours.</summary>
public static class JsonSchemaCheck
{
    /// <summary>Fails where it does not. Knows the part of JSON Schema that ours use; anything else in a schema fails too.</summary>
    public static void Holds(JsonNode schema, JsonNode? value, string path = "$")
    {
        foreach (var (keyword, rule) in schema.AsObject())
        {
            switch (keyword)
            {
                case "$schema" or "title": break;
                case "type": Assert.Contains(KindOf(value), rule is JsonArray kinds ? kinds.Select(kind => (string)kind!) : [(string)rule!]); break;
                case "pattern": Assert.Matches(new Regex((string)rule!), (string)value!); break;
                case "enum": Assert.Contains((string)value!, rule!.AsArray().Select(name => (string)name!)); break;
                case "minimum": Assert.True((long)rule! <= (long)value!, path); break;
                case "required": Assert.All(rule!.AsArray(), name => Assert.True(value!.AsObject().ContainsKey((string)name!), $"{path}.{name}")); break;
                case "items": Assert.All(value!.AsArray(), item => Holds(rule!, item, path + "[]")); break;
                case "properties":
                    foreach (var (name, member) in value!.AsObject()) Holds(rule![name] ?? throw new InvalidOperationException($"{path}.{name} is in no schema."), member, $"{path}.{name}");
                    break;
                default: Assert.Fail($"{path}: « {keyword} » is not known to this check."); break;
            }
        }
    }

    private static string KindOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "integer",
        _ => "boolean",
    };
}
