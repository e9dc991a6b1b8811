using Ledger.Projections.Storage;
using Ledger.Projections.Storage.Sqlite;

namespace Ledger.Projections.Tests.Storage;

public sealed class SqliteStorageTests : ViewStorageConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_manifest_of_another_program_cannot_be_used()
    {
        var storage = await OpenAsync();
        File.WriteAllText(Path.Combine(_folder.Path, "views.json"), """{"Format":2,"Serving":{}}""");

        Assert.True(Assert.Throws<ViewStoreException>(() => storage.ReadManifest()).IsUnusable);
        Assert.True(storage.TryServe("history", 3));
        Assert.Equal(3, storage.ReadManifest()["history"]);
    }

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IViewStorage> OpenAsync() => new(new SqliteViewStorage(_folder.Path));
}
