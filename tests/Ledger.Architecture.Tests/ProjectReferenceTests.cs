using System.Xml.Linq;

namespace Ledger.Architecture.Tests;

/// <summary>Who may reference whom: the table in specs/architecture.md, held against the project files. A new project fails here until its row is added.</summary>
public class ProjectReferenceTests
{
    private const string Host = "Ledger.Host";

    private static readonly Dictionary<string, string[]> Allowed = ReadTable();

    [Fact]
    public void Projects_reference_exactly_what_the_table_in_the_specification_allows()
    {
        var actual = Repository.Files("src", "*.csproj").ToDictionary(static file => Path.GetFileNameWithoutExtension(file), References);

        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (project, references) in actual) Assert.Equal((project, string.Join(' ', Allowed[project])), (project, string.Join(' ', references)));
    }

    [Fact]
    public void No_product_project_references_the_host()
    {
        Assert.DoesNotContain(Repository.Files("src", "*.csproj"), static file => References(file).Contains(Host));
    }

    [Fact]
    public void Projects_reach_only_what_they_name()
    {
        Assert.Contains("<DisableTransitiveProjectReferences>true<", File.ReadAllText(Repository.PathOf("Directory.Build.props")), StringComparison.Ordinal);
        Assert.DoesNotContain(Repository.ProjectFiles(), static file => File.ReadAllText(file).Contains("DisableTransitiveProjectReferences", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Repository.PathOf("Ledger.sln"));

        Assert.DoesNotContain(Repository.ProjectFiles(), file => !solution.Contains(Path.GetFileName(file), StringComparison.Ordinal));
    }

    private static string[] References(string projectFile) =>
        [.. XDocument.Load(projectFile).Descendants("ProjectReference")
            .Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .Order(StringComparer.Ordinal)];

    /// <summary>Rows like « | Ledger.Engine | what it holds | Domain, EventLog | ».</summary>
    private static Dictionary<string, string[]> ReadTable()
    {
        var rows = File.ReadLines(Repository.PathOf("specs", "architecture.md"))
            .Where(static line => line.StartsWith("| Ledger.", StringComparison.Ordinal))
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(static cells => cells[1], static cells => cells[3]);

        return rows.ToDictionary(static row => row.Key, row => ReadReferences(row.Key, row.Value, rows.Keys));
    }

    private static string[] ReadReferences(string project, string cell, IEnumerable<string> all)
    {
        IEnumerable<string> references = cell switch
        {
            "none" => [],
            "all" => all.Where(other => other != project),
            _ => cell.Split(',', StringSplitOptions.TrimEntries).Select(static name => $"Ledger.{name}"),
        };
        return [.. references.Order(StringComparer.Ordinal)];
    }
}
