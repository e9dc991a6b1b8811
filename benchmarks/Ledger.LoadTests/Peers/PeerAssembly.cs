using System.Reflection;
using System.Runtime.Loader;
using Ledger.LoadTests.CommandLine;

namespace Ledger.LoadTests.Peers;

/// <summary>Peers, logs and runtimes whose packages are not on every source come in an assembly of their own, with what it depends on beside it.</summary>
internal static class PeerAssembly
{
    /// <summary>The peers in it.</summary>
    /// <exception cref="UsageException">There is no such file, or no peers in it.</exception>
    public static IReadOnlyList<PeerKind> Load(string path) => [.. Load<IPeerSource>(path).SelectMany(static source => source.Kinds)];

    /// <summary>What it says to have of this kind.</summary>
    /// <exception cref="UsageException">There is no such file, or nothing of the kind in it.</exception>
    public static IReadOnlyList<TSource> Load<TSource>(string path)
        where TSource : class
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new UsageException($"{path} is not there: --with names an assembly. Nothing was run.");

        var sources = new Beside(path).LoadFromAssemblyPath(path).GetExportedTypes().Where(static type => type.IsClass && typeof(TSource).IsAssignableFrom(type)).ToList();
        if (sources.Count == 0) throw new UsageException($"{path} has no public class that implements {typeof(TSource).Name}. Nothing was run.");

        return [.. sources.Select(static source => (TSource)Activator.CreateInstance(source)!)];
    }

    /// <summary>What the program has comes from the program, so that the interface is the same one; the rest from beside the assembly.</summary>
    private sealed class Beside(string path) : AssemblyLoadContext
    {
        private static readonly HashSet<string?> Own =
            [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static file => Path.GetFileNameWithoutExtension(file))];

        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (Own.Contains(assemblyName.Name)) return null;
            return _resolver.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
        }
    }
}
