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
    public void Every_project_is_in_the_cluster_solution_and_in_the_other_all_but_those_of_the_cluster()
    {
        var all = Repository.ProjectFiles().Select(Path.GetFileNameWithoutExtension).ToHashSet();

        Assert.Equal(all.Order(), ProjectsOf("Ledger.Cluster.sln").Order());
        Assert.Equal(all.Where(static project => !IsOfCluster(project!)).Order(), ProjectsOf("Ledger.sln").Order());
    }

    [Fact]
    public void Packages_of_the_cluster_stay_in_its_projects()
    {
        var packages = XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("ItemGroup")
            .Single(static group => group.Attribute("Label")?.Value == "Ledger.Cluster.sln only").Elements()
            .Select(static package => package.Attribute("Include")!.Value).ToList();
        var others = Repository.ProjectFiles().Where(static file => !IsOfCluster(Path.GetFileNameWithoutExtension(file)));

        Assert.NotEmpty(packages);
        Assert.DoesNotContain(others, file => XDocument.Load(file).Descendants("PackageReference").Any(reference => packages.Contains(reference.Attribute("Include")!.Value)));
        Assert.DoesNotContain(others, static file => References(file).Any(IsOfCluster));
    }

    private static bool IsOfCluster(string project) => project.StartsWith("Ledger.Cluster", StringComparison.Ordinal);

    private static IEnumerable<string?> ProjectsOf(string solution) =>
        File.ReadLines(Repository.PathOf(solution))
            .Where(static line => line.Contains(".csproj", StringComparison.Ordinal))
            .Select(static line => Path.GetFileNameWithoutExtension(line.Split('"')[5].Replace('\\', '/')));

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
