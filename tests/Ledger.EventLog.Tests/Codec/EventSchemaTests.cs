using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ledger.EventLog.Tests.Codec;

public sealed class EventSchemaTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static TheoryData<string> Names => [.. EventCodec.Default.Names];

    [Theory, MemberData(nameof(Names))]
    public void The_committed_schema_is_that_of_what_is_written_today(string name)
    {
        var schema = EventSchemas.Of(EventCodec.Default, name).ToJsonString(Indented) + "\n";
        Specs.Compare(Path.Combine(Specs.Events, "schemas", name + ".json"), System.Text.Encoding.UTF8.GetBytes(schema), mayChange: true);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_golden_file_keeps_to_its_schema(string name)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Specs.Events, "schemas", name + ".json")))!;
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(Specs.Events, "golden", name + ".json")));
        Check(schema, golden, "$");
    }

    /// <summary>The part of JSON Schema that ours use; anything else in a schema fails the test.</summary>
    private static void Check(JsonNode schema, JsonNode? value, string path)
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
                case "items": Assert.All(value!.AsArray(), item => Check(rule!, item, path + "[]")); break;
                case "properties":
                    foreach (var (name, member) in value!.AsObject()) Check(rule![name] ?? throw new InvalidOperationException($"{path}.{name} is in no schema."), member, $"{path}.{name}");
                    break;
                default: Assert.Fail($"{path}: « {keyword} » is not known to this test."); break;
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
