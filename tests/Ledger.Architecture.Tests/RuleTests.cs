using System.Text.RegularExpressions;

namespace Ledger.Architecture.Tests;

/// <summary>specs/rules.md and specs/invariants.md say which test holds what, and are made from the tests themselves.</summary>
public partial class RuleTests
{
    /// <summary>Set to 1, the documents are written instead of compared.</summary>
    private const string WriteVariable = "LEDGER_WRITE_SPECS";

    [Fact]
    public void Every_tag_names_a_known_rule()
    {
        var known = RuleCatalogue.Entries.Select(static entry => entry.Id).ToHashSet();

        Assert.Empty(RuleCatalogue.Tags.Where(tag => !known.Contains(tag.Key)).Select(static tag => $"{tag.Key}: {string.Join(", ", tag.Value)}"));
    }

    [Fact]
    public void The_catalogue_has_each_id_once_with_a_text()
    {
        Assert.NotEmpty(RuleCatalogue.Entries);
        Assert.Equal(RuleCatalogue.Entries.Count, RuleCatalogue.Entries.DistinctBy(static entry => entry.Id).Count());
        Assert.All(RuleCatalogue.Entries, static entry => Assert.Matches(Id(), entry.Id));
        Assert.All(RuleCatalogue.Entries, static entry => Assert.NotEqual("", entry.Text.Trim()));
    }

    [Fact]
    public void The_rules_document_agrees_with_the_tests() => AssertDocument("rules.md", RuleCatalogue.RulesDocument());

    [Fact]
    public void The_invariants_document_agrees_with_the_tests() => AssertDocument("invariants.md", RuleCatalogue.InvariantsDocument());

    private static void AssertDocument(string name, string expected)
    {
        var path = Repository.PathOf("specs", name);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1") File.WriteAllText(path, expected);

        Assert.True(
            File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == expected,
            $"specs/{name} is not what the tests' tags say. Run {WriteVariable}=1 dotnet test tests/Ledger.Architecture.Tests and commit it.");
    }

    [GeneratedRegex("^(R[0-9]{3}|[IE][0-9]{2,3})$")]
    private static partial Regex Id();
}
