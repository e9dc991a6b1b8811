using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Ledger.Contracts.Integration.V1;
using Ledger.Contracts.V1;
using Ledger.Testing;
using OpposeCard = Ledger.Contracts.Integration.V1.OpposeCard;

namespace Ledger.Contracts.Tests;

/// <summary>specs/integration and the code say the same, and what was sent once can be read for ever.</summary>
public sealed partial class IntegrationMessageTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    private static readonly JsonSchemaExporterOptions Exporter = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    private static readonly Dictionary<string, Type> All =
        IntegrationMessages.Events.Concat(IntegrationMessages.Commands).Concat(IntegrationMessages.Answers).ToDictionary();

    public static TheoryData<string> Names => [.. All.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> Commands => [.. IntegrationMessages.Commands.Keys.Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public void The_committed_schema_is_that_of_what_is_sent_today(string name) =>
        SpecFile.Compare(SchemaOf(name), Encoding.UTF8.GetBytes(Schema(name).ToJsonString(Indented) + "\n"), mayChange: true);

    [Theory, MemberData(nameof(Names))]
    public void The_golden_message_is_what_is_sent_today_and_keeps_to_its_schema(string name)
    {
        SpecFile.Compare(GoldenOf(name), IntegrationMessages.Write(SampleMessages.Of(name)), mayChange: false);
        JsonSchemaCheck.Holds(JsonNode.Parse(File.ReadAllText(SchemaOf(name)))!, JsonNode.Parse(File.ReadAllText(GoldenOf(name))));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_golden_message_is_read_as_what_it_was(string name) =>
        Assert.Equal(SampleMessages.Of(name), JsonSerializer.Deserialize(File.ReadAllBytes(GoldenOf(name)), All[name], IntegrationMessages.Json));

    [Fact]
    public void Nothing_else_stands_in_the_specification()
    {
        Assert.Equal(All.Keys.Order(StringComparer.Ordinal), NamesIn("schemas"));
        Assert.Equal(All.Keys.Order(StringComparer.Ordinal), NamesIn("golden"));
        Assert.All(All.Keys, static name => Assert.Contains($"`{name}`", File.ReadAllText(SpecFile.PathOf("integration", "README.md")), StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_name_is_ours_and_has_its_version(string name)
    {
        Assert.Matches(NameForm(), name);
        Assert.Equal(name, IntegrationMessages.NameOf(All[name]));
        Assert.EndsWith($".V{VersionOf(name)}", All[name].Namespace, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_reader_passes_over_what_a_newer_ledger_adds(string name)
    {
        var golden = JsonNode.Parse(File.ReadAllText(GoldenOf(name)))!.AsObject();
        golden["added"] = "later";

        Assert.Equal(SampleMessages.Of(name), golden.Deserialize(All[name], IntegrationMessages.Json));
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_command_with_an_unknown_or_missing_member_is_refused(string name)
    {
        var golden = JsonNode.Parse(File.ReadAllText(GoldenOf(name)))!.AsObject();
        Assert.Equal(SampleMessages.Of(name), IntegrationMessages.ReadCommand(All[name], File.ReadAllBytes(GoldenOf(name))));

        Assert.Throws<JsonException>(() => IntegrationMessages.ReadCommand(All[name], Bytes(golden, static body => body["added"] = 1)));
        foreach (var member in golden.Select(static pair => pair.Key)) Assert.Throws<JsonException>(() => IntegrationMessages.ReadCommand(All[name], Bytes(golden, body => body.Remove(member))));
    }

    [Fact]
    public void A_body_that_is_too_long_is_refused_unread()
    {
        var body = new byte[IntegrationMessages.CommandLengthMax + 1];

        Assert.Throws<JsonException>(() => IntegrationMessages.ReadCommand(typeof(OpposeCard), body));
    }

    [Fact]
    public void No_message_has_a_member_for_a_person_or_a_card_number()
    {
        string[] forbidden = ["pan", "cardnumber", "track", "pin", "cvv", "email", "phone", "contact", "name", "address", "lastfour"];
        var members = All.Values.Append(typeof(Origin)).SelectMany(static type => type.GetProperties()).Select(static property => property.Name.ToLowerInvariant()).Distinct();

        Assert.DoesNotContain(members, member => forbidden.Contains(member));
    }

    private static byte[] Bytes(JsonObject golden, Action<JsonObject> change)
    {
        var body = golden.DeepClone().AsObject();
        change(body);
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private static string SchemaOf(string name) => SpecFile.PathOf("integration", "schemas", name + ".json");

    private static string GoldenOf(string name) => SpecFile.PathOf("integration", "golden", name + ".json");

    private static IEnumerable<string?> NamesIn(string folder) =>
        Directory.GetFiles(SpecFile.PathOf("integration", folder), "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);

    private static string VersionOf(string name) => name[(name.LastIndexOf('v') + 1)..];

    private static JsonObject Schema(string name)
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = name };
        foreach (var (keyword, rule) in IntegrationMessages.Json.GetJsonSchemaAsNode(All[name], Exporter).AsObject().ToArray()) schema.Add(keyword, rule?.DeepClone());
        return schema;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(DateTimeOffset)) return Text(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z$");
        if (type == typeof(DateOnly)) return Text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
        if (type == typeof(Guid)) return Text("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");
        if (type == typeof(OppositionReason)) return OneOf(WireEnumConverter<OppositionReason>.Names);
        if (type == typeof(BlockReason)) return OneOf(WireEnumConverter<BlockReason>.Names);
        if (type == typeof(ComplaintReason)) return OneOf(WireEnumConverter<ComplaintReason>.Names);
        if (type == typeof(ComplaintChannel)) return OneOf(WireEnumConverter<ComplaintChannel>.Names);
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            schema["required"] = new JsonArray([.. context.TypeInfo.Properties.Where(static member => !member.IsGetNullable).Select(static member => (JsonNode)member.Name)]);
        }

        // What may be missing is missing, never null.
        if (schema["type"] is JsonArray kinds) schema["type"] = kinds[0]!.DeepClone();
        return schema;
    }

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject OneOf(IEnumerable<string> names) => new() { ["type"] = "string", ["enum"] = new JsonArray([.. names.Select(static name => (JsonNode)name)]) };

    [GeneratedRegex(@"^ledger\.[a-z]+(-[a-z]+)+\.v[1-9][0-9]*$")]
    private static partial Regex NameForm();
}
