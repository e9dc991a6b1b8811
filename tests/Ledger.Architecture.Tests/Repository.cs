using System.Runtime.CompilerServices;

namespace Ledger.Architecture.Tests;

/// <summary>The working copy that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Path below the root, with « / ».</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Files below a folder, without what builds make.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Where(static path => !Relative(path).Split('/').Any(static part => part is "bin" or "obj" or "artifacts"))
            .Order(StringComparer.Ordinal);

    public static IEnumerable<string> ProjectFiles() => Files("src", "*.csproj").Concat(Files("tests", "*.csproj")).Concat(Files("benchmarks", "*.csproj"));

    public static IEnumerable<string> SourceFiles() => Files("src", "*.cs").Concat(Files("tests", "*.cs")).Concat(Files("benchmarks", "*.cs"));

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
        return File.Exists(Path.Combine(root, "Ledger.sln")) ? root : throw new DirectoryNotFoundException($"{root} is not the repository: these tests run where they were built.");
    }
}
