using System.Text;
using Ledger.Vault.Conformance;

namespace Ledger.Vault.Tests;

public sealed class SqliteCredentialStoreTests : CredentialStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteCredentialStore _store;

    public SqliteCredentialStoreTests() => _store = OpenAgain();

    protected override ICredentialStore Store => _store;

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Everything_survives_a_restart_and_no_secret_is_in_the_files()
    {
        await SetAsync(Merchant, "demo.boulangerie");
        var device = await _store.IssueDeviceTokenAsync(Grant, default);
        var bytes = Encoding.Latin1.GetString(_folder.AllBytes("secrets.db"));
        _store.Dispose();

        using var reopened = OpenAgain();
        Assert.True((await reopened.CheckPasswordAsync("demo.boulangerie", Password, default)).IsRight);
        Assert.Equal(Grant, await reopened.FindDeviceAsync(device, default));
        foreach (var secret in (string[])[Password, Code, device, device[5..]]) Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
    }

    private SqliteCredentialStore OpenAgain() => SqliteCredentialStore.Open(_folder["secrets.db"], Iterations);
}
