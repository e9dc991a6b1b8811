using System.Reflection;
using System.Runtime.Loader;
using Ledger.LoadTests.CommandLine;

namespace Ledger.LoadTests.Peers;

/// <summary>Peers whose packages are not on every source come in an assembly of their own, with what it depends on beside it.</summary>
internal static class PeerAssembly
{
    /// <exception cref="UsageException">There is no such file, or no peers in it.</exception>
    public static IReadOnlyList<PeerKind> Load(string path)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new UsageException($"{path} is not there: --with names an assembly with peers. Nothing was run.");

        var sources = new Beside(path).LoadFromAssemblyPath(path).GetExportedTypes().Where(static type => type.IsClass && typeof(IPeerSource).IsAssignableFrom(type)).ToList();
        if (sources.Count == 0) throw new UsageException($"{path} has no public class that implements {nameof(IPeerSource)}. Nothing was run.");

        return [.. sources.SelectMany(static source => ((IPeerSource)Activator.CreateInstance(source)!).Kinds)];
    }

    /// <summary>What the program has comes from the program, so that the interface is the same one; the rest from beside the assembly.</summary>
    private sealed class Beside(string path) : AssemblyLoadContext
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (Default.Assemblies.Any(assembly => assembly.GetName().Name == assemblyName.Name)) return null;
            return _resolver.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
        }
    }
}
