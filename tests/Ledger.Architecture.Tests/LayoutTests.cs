using System.Xml.Linq;

namespace Ledger.Architecture.Tests;

/// <summary>The root stays empty, versions stand in one place, and what is banned is banned everywhere but in the composition roots.</summary>
public class LayoutTests
{
    private static readonly string[] RootEntries =
    [
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", "benchmarks", "CHANGELOG.md", "Directory.Build.props", "Directory.Packages.props", "global.json",
        "Ledger.Cluster.sln", "Ledger.sln", "LICENSE", "ops", "README.md", "specs", "src", "tests",
    ];

    /// <summary>What git, builds, editors and a run of the program leave; .gitignore has them.</summary>
    private static readonly string[] RootLeftovers = [".git", ".idea", ".vs", ".vscode", "artifacts", "BenchmarkDotNet.Artifacts", "ledger-data", "TestResults"];

    [Fact]
    public void The_root_holds_only_what_belongs_there()
    {
        var strangers = Directory.EnumerateFileSystemEntries(Repository.Root).Select(static path => Path.GetFileName(path)!).Except(RootEntries).Except(RootLeftovers);

        Assert.Empty(strangers);
    }

    [Fact]
    public void Package_versions_stand_in_one_file_only()
    {
        var offenders =
            from file in Repository.ProjectFiles().Concat(Repository.Files("src", "*.props")).Concat(Repository.Files("tests", "*.props")).Append(Repository.PathOf("Directory.Build.props"))
            from element in XDocument.Load(file).Descendants()
            where (element.Name.LocalName == "PackageReference" && (element.Attribute("Version") ?? element.Attribute("VersionOverride")) is not null) || element.Name.LocalName == "PackageVersion"
            select $"{Repository.Relative(file)}: {element.Attribute("Include")?.Value}";

        Assert.Empty(offenders);
    }

    [Fact]
    public void A_package_has_one_version()
    {
        var twice = XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
            .GroupBy(static element => element.Attribute("Include")!.Value, StringComparer.OrdinalIgnoreCase)
            .Where(static group => group.Count() > 1)
            .Select(static group => group.Key);

        Assert.Empty(twice);
    }

    [Fact]
    public void Banned_symbols_apply_to_every_product_project_but_the_composition_roots()
    {
        var props = XDocument.Load(Repository.PathOf("src", "Directory.Build.props"));
        var list = Assert.Single(props.Descendants("AdditionalFiles"), static element => element.Attribute("Include")!.Value.EndsWith("BannedSymbols.txt", StringComparison.Ordinal));

        Assert.Equal("'$(MSBuildProjectName)' != 'Ledger.Hosting' and '$(MSBuildProjectName)' != 'Ledger.Host' and '$(MSBuildProjectName)' != 'Ledger.Cluster'", list.Attribute("Condition")!.Value);
        Assert.Contains(props.Descendants("PackageReference"), static element => element.Attribute("Include")!.Value == "Microsoft.CodeAnalysis.BannedApiAnalyzers");
        Assert.Single(Repository.Files("src", "Directory.Build.props"));
    }

    /// <summary>RS0030 is the banned symbol's warning.</summary>
    [Fact]
    public void No_product_project_switches_a_ban_off()
    {
        var offenders = Repository.Files("src", "*.cs").Concat(Repository.Files("src", "*.csproj"))
            .Where(static file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal))
            .Select(Repository.Relative);

        Assert.Empty(offenders);
    }
}
