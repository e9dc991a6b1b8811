using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ledger.Architecture.Tests;

/// <summary>One row of rules.tsv.</summary>
/// <param name="Outside">Why no software follows from it, or empty.</param>
internal sealed record CatalogueEntry(string Id, string Text, string Outside);

/// <summary>The rules (R…), invariants (I…) and edge cases (E…), and the tests that say they hold one.</summary>
internal static partial class RuleCatalogue
{
    public static IReadOnlyList<CatalogueEntry> Entries { get; } = ReadEntries();

    /// <summary>From id to the tests that carry it, « Project: Class.Test ».</summary>
    public static IReadOnlyDictionary<string, string[]> Tags { get; } = ReadTags();

    public static string RulesDocument() => Document(
        "Rules",
        "What the offer demands (R…) and the cases that break naive implementations (E…), each with the tests that hold it.",
        ("Rules", 'R'),
        ("Edge cases", 'E'));

    public static string InvariantsDocument() => Document(
        "Invariants",
        "What holds in every reachable state, with the tests that hold it.",
        ("Invariants", 'I'));

    private static string Document(string title, string intro, params (string Title, char Letter)[] sections)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {title}\n\n{intro}\n");
        text.Append("Generated from the tests' [Rule] tags: `LEDGER_WRITE_SPECS=1 dotnet test tests/Ledger.Architecture.Tests`. Not edited by hand.\n");
        foreach (var (name, letter) in sections) AppendSection(text, name, [.. Entries.Where(entry => entry.Id[0] == letter)]);
        return text.ToString();
    }

    private static void AppendSection(StringBuilder text, string title, CatalogueEntry[] entries)
    {
        var met = entries.Count(static entry => Tags.ContainsKey(entry.Id));
        var outside = entries.Count(static entry => !Tags.ContainsKey(entry.Id) && entry.Outside.Length > 0);
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{met} of {entries.Length} met");
        text.Append(outside == 0 ? ".\n" : string.Create(CultureInfo.InvariantCulture, $", {outside} with nothing to build.\n"));
        text.Append("\n| id | in short | state |\n|---|---|---|\n");
        foreach (var entry in entries) text.Append(CultureInfo.InvariantCulture, $"| {entry.Id} | {entry.Text} | {StateOf(entry)} |\n");
    }

    private static string StateOf(CatalogueEntry entry)
    {
        if (Tags.TryGetValue(entry.Id, out var tests)) return $"met by {string.Join(", ", tests)}";
        return entry.Outside.Length > 0 ? entry.Outside : "not yet";
    }

    private static List<CatalogueEntry> ReadEntries() =>
        [.. File.ReadLines(Repository.PathOf("tests", "Ledger.Architecture.Tests", "rules.tsv"))
            .Skip(1)
            .Select(static line => line.Split('\t'))
            .Select(static cells => new CatalogueEntry(cells[0], cells[1], cells.Length > 2 ? cells[2] : ""))];

    private static Dictionary<string, string[]> ReadTags() =>
        Repository.Files("tests", "*.cs").SelectMany(TagsOf)
            .GroupBy(static tag => tag.Id)
            .ToDictionary(static group => group.Key, static group => group.Select(static tag => tag.Test).Distinct().Order(StringComparer.Ordinal).ToArray());

    private static IEnumerable<(string Id, string Test)> TagsOf(string file)
    {
        var project = Repository.Relative(file).Split('/')[1];
        var className = "";
        var pending = new List<string>();
        foreach (var line in File.ReadLines(file))
        {
            if (line.TrimStart().StartsWith("//", StringComparison.Ordinal)) continue;

            pending.AddRange(Tag().Matches(line).Select(static match => match.Groups[1].Value));
            var type = TypeHead().Match(line);
            if (type.Success) className = type.Groups[1].Value;
            var test = type.Success ? className : TestHead().Match(line) is { Success: true } method ? $"{className}.{method.Groups[1].Value}" : null;
            if (test is null) continue;

            foreach (var id in pending) yield return (id, $"{project.Replace("Ledger.", "", StringComparison.Ordinal).Replace(".Tests", "", StringComparison.Ordinal)}: {test}");
            pending.Clear();
        }
    }

    [GeneratedRegex("""\bRule\("([^"]+)"\)""")]
    private static partial Regex Tag();

    [GeneratedRegex(@"^\s*(?:\[.*\]\s*)?(?:(?:public|internal|private|abstract|sealed|static|partial|file)\s+)*(?:class|record|struct)\s+(\w+)")]
    private static partial Regex TypeHead();

    [GeneratedRegex(@"^\s*(?:\[.*\]\s*)?(?:public|protected)\s+(?:(?:virtual|override|async|static|sealed|new)\s+)*[\w<>\[\],.? ]+\s+(\w+)\(")]
    private static partial Regex TestHead();
}
