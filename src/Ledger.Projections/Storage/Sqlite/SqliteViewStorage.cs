using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Ledger.Projections.Storage.Sqlite;

/// <summary>A folder of SQLite files, « history.3.db », and « views.json », which says which one of each serves.</summary>
public sealed class SqliteViewStorage : IViewStorage
{
    private const string ManifestName = "views.json";
    private const int ManifestFormat = 1;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly string _folder;

    /// <summary>Makes the folder when it is not there.</summary>
    public SqliteViewStorage(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public bool IsShared => false;

    private string ManifestPath => Path.Combine(_folder, ManifestName);

    public ImmutableDictionary<string, int> ReadManifest()
    {
        if (!File.Exists(ManifestPath)) return ImmutableDictionary<string, int>.Empty;
        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(ManifestPath), Json);
            if (manifest is { Format: ManifestFormat, Serving: { } serving }) return serving.ToImmutableDictionary(StringComparer.Ordinal);
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
        catch (IOException exception)
        {
            throw new ViewStoreException($"{ManifestPath} cannot be read: {exception.Message}", exception);
        }

        throw Unreadable(null);
    }

    public bool TryServe(string name, int generation)
    {
        WriteManifest(ReadableManifest().SetItem(name, generation));
        return true;
    }

    public IViewStore Create(ViewSchema schema, int generation, bool building)
    {
        Delete(schema.Name, generation);
        return SqliteViewStore.Create(schema, PathOf(schema.Name, generation), generation, building);
    }

    public IViewStore Open(ViewSchema schema, int generation, long logPosition) => SqliteViewStore.Open(schema, PathOf(schema.Name, generation), generation);

    public void Delete(string name, int generation)
    {
        var path = PathOf(name, generation);
        try
        {
            foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm", "-journal"]) File.Delete(path + suffix);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ViewStoreException($"{path} cannot be deleted: {exception.Message}", exception);
        }
    }

    public IReadOnlyList<(string Name, int Generation)> List() =>
        [.. Directory.EnumerateFiles(_folder, "*.db").Select(Path.GetFileName).Select(static file => Parse(file!)).OfType<(string Name, int Generation)>()];

    /// <summary>Where one generation is kept.</summary>
    public string PathOf(string name, int generation) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{name}.{generation}.db"));

    /// <summary>A damaged one says nothing, and is replaced.</summary>
    private ImmutableDictionary<string, int> ReadableManifest()
    {
        try
        {
            return ReadManifest();
        }
        catch (ViewStoreException exception) when (exception.IsUnusable)
        {
            return ImmutableDictionary<string, int>.Empty;
        }
    }

    /// <summary>After a crash there is the old one or the new one, whole.</summary>
    private void WriteManifest(ImmutableDictionary<string, int> generations)
    {
        var temporary = ManifestPath + ".new";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, new Manifest(ManifestFormat, new SortedDictionary<string, int>(generations, StringComparer.Ordinal)), Json);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, ManifestPath, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ViewStoreException($"{ManifestPath} cannot be written: {exception.Message}", exception);
        }
    }

    private static (string Name, int Generation)? Parse(string file)
    {
        var parts = file.Split('.');
        return parts.Length == 3 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? (parts[0], generation) : null;
    }

    private ViewStoreException Unreadable(Exception? inner) =>
        new($"{ManifestPath} is not what this version of Ledger wrote.", inner) { IsUnusable = true };

    private sealed record Manifest(int Format, SortedDictionary<string, int> Serving);
}
