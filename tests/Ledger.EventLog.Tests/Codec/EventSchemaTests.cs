using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Codec;

public sealed class EventSchemaTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static TheoryData<string> Names => [.. EventCodec.Default.Names];

    [Theory, MemberData(nameof(Names))]
    public void The_committed_schema_is_that_of_what_is_written_today(string name)
    {
        var schema = EventSchemas.Of(EventCodec.Default, name).ToJsonString(Indented) + "\n";
        SpecFile.Compare(SpecFile.PathOf("events", "schemas", name + ".json"), System.Text.Encoding.UTF8.GetBytes(schema), mayChange: true);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_golden_file_keeps_to_its_schema(string name)
    {
        var schema = JsonNode.Parse(File.ReadAllText(SpecFile.PathOf("events", "schemas", name + ".json")))!;
        var golden = JsonNode.Parse(File.ReadAllText(SpecFile.PathOf("events", "golden", name + ".json")));
        JsonSchemaCheck.Holds(schema, golden);
    }
}
