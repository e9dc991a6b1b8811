using System.Globalization;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Testing;
using Ledger.Vault.Conformance;
using Ledger.Vault.Copying;
using NodaTime;

namespace Ledger.Vault.Postgres.Tests;

/// <summary>Credentials and contacts move from files into a database and back, and open as before with the same master key.</summary>
public sealed class SecretCopyTests(PostgresFixture fixture) : IAsyncLifetime
{
    // Few, so that the suite is quick.
    private const int Iterations = 1;

    /// <summary>More than two pages of a copy.</summary>
    private const int Contacts = 1_001;

    private const int FewContacts = 5;

    private const string Password = "a quiet morning";

    private static readonly Instant Now = Instant.FromUtc(2026, 11, 22, 13, 5);
    private static readonly MerchantId Merchant = new("boulangerie-demo");
    private static readonly DeviceGrant Device = new(Merchant, new TerminalSerial("MP200A0001"), new DeviceId(new Guid("0f0e0d0c-0b0a-0908-0706-050403020100")), Now);
    private static readonly StaffGrant Staff = new("assistance.1", StaffRole.Assistance, Now);

    private readonly TemporaryFolder _folder = new();
    private PostgresOptions? _options;
    private PostgresDatabase? _database;

    private PostgresSecretTables Tables => new(_database!);

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.OpenAsync(_options = await fixture.CreateLogAsync(), default);

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [Rule("I41")]
    public async Task What_is_copied_into_a_database_and_back_opens_as_before_and_what_was_erased_stays_erased()
    {
        string device, revoked, staff;
        using (var store = SqliteCredentialStore.Open(_folder["a.credentials"], Iterations)) (device, revoked, staff) = await FillAsync(store);
        using (var vault = SqliteContactVault.Open(_folder["a.vault"], MasterKey.ReadOrCreate(_folder["vault.key"]))) await FillAsync(vault, Contacts);

        using (var source = SqliteSecretTables.Open(_folder["a.credentials"], _folder["a.vault"]))
        using (var back = SqliteSecretTables.Open(_folder["b.credentials"], _folder["b.vault"]))
        {
            var whole = new SecretCopyReport(Credentials: 4, Contacts);
            Assert.Equal(whole, await new SecretCopy(source, Tables).RunAsync(default));
            Assert.Equal(whole, await new SecretCopy(Tables, back).RunAsync(default));
            Assert.Equal(new SecretCopyReport(0, 0), await new SecretCopy(back, Tables).RunAsync(default));
        }

        using (var store = new PostgresCredentialStore(_database!, Iterations)) await AssertAsync(store, device, revoked, staff);
        await AssertAsync(await PostgresContactVault.OpenAsync(_database!, _folder["vault.key"], default));
        using (var store = SqliteCredentialStore.Open(_folder["b.credentials"], Iterations)) await AssertAsync(store, device, revoked, staff);
        using (var vault = SqliteContactVault.Open(_folder["b.vault"], MasterKey.Read(_folder["vault.key"]))) await AssertAsync(vault);
    }

    [Theory]
    [InlineData("DELETE FROM ledger.contacts WHERE ref > '00000002-0000-0000-0000-000000000000'")]
    [InlineData("DELETE FROM ledger.contact_keys; DELETE FROM ledger.contacts; DELETE FROM ledger.master_key; DELETE FROM ledger.staff_tokens")]
    public async Task What_an_interrupted_copy_left_is_gone_on_with(string lost)
    {
        using var source = await SourceAsync();
        var whole = await new SecretCopy(source, Tables).RunAsync(default);
        await PostgresFixture.ExecuteAsync(_options!.ConnectionString, lost);

        var rest = await new SecretCopy(source, Tables).RunAsync(default);

        Assert.InRange(rest.Contacts, 1, whole.Contacts);
        Assert.Equal(new SecretCopyReport(0, 0), await new SecretCopy(source, Tables).RunAsync(default));
    }

    [Theory]
    [InlineData("INSERT INTO ledger.staff_tokens VALUES ('\\xff', 'somebody', 1, 1, NULL)")]
    [InlineData("INSERT INTO ledger.contact_keys VALUES ('00000000-0000-0000-0000-000000000000', '\\x01')")]
    [InlineData("INSERT INTO ledger.master_key (fingerprint) VALUES ('\\x01')")]
    [InlineData("INSERT INTO ledger.merchant_credentials VALUES ('boulangerie-demo', 'another.identifier', 'p', 'c', 1)")]
    public async Task A_target_with_other_secrets_is_refused_and_stays_as_it_was(string other)
    {
        using var source = await SourceAsync();
        await PostgresFixture.ExecuteAsync(_options!.ConnectionString, other);

        await Assert.ThrowsAsync<VaultFileException>(() => new SecretCopy(source, Tables).RunAsync(default));

        const string Rows = "SELECT (SELECT count(*) FROM ledger.master_key) + (SELECT count(*) FROM ledger.contact_keys) + (SELECT count(*) FROM ledger.contacts) + (SELECT count(*) FROM ledger.merchant_credentials) + (SELECT count(*) FROM ledger.device_tokens) + (SELECT count(*) FROM ledger.staff_tokens)";
        Assert.Equal(1L, Convert.ToInt64(await PostgresFixture.ScalarAsync(_options.ConnectionString, Rows), CultureInfo.InvariantCulture));
    }

    private async Task<SqliteSecretTables> SourceAsync()
    {
        using (var store = SqliteCredentialStore.Open(_folder["a.credentials"], Iterations)) await FillAsync(store);
        using (var vault = SqliteContactVault.Open(_folder["a.vault"], MasterKey.ReadOrCreate(_folder["vault.key"]))) await FillAsync(vault, FewContacts);
        return SqliteSecretTables.Open(_folder["a.credentials"], _folder["a.vault"]);
    }

    private static async Task<(string Device, string Revoked, string Staff)> FillAsync(CredentialStore store)
    {
        await store.SetMerchantAsync(Merchant, "demo.boulangerie", Password, "402917", Now, default);
        var revoked = await store.IssueDeviceTokenAsync(Device, default);
        return (await store.IssueDeviceTokenAsync(Device, default), revoked, await store.IssueStaffTokenAsync(Staff, default));
    }

    private static async Task FillAsync(ContactVault vault, int count)
    {
        for (var number = 1; number <= count; number++) await vault.KeepAsync(Reference(number), Address(number), Now, default);
        await vault.EraseAsync(Reference(1), Now, default);
    }

    private static async Task AssertAsync(CredentialStore store, string device, string revoked, string staff)
    {
        Assert.Equal(new PasswordCheck(Merchant, true), await store.CheckPasswordAsync("demo.boulangerie", Password, default));
        Assert.True(await store.CheckSecurityCodeAsync(Merchant, "402917", default));
        Assert.Equal(Device, await store.FindDeviceAsync(device, default));
        Assert.Null(await store.FindDeviceAsync(revoked, default));
        Assert.Equal(Staff, await store.FindStaffAsync(staff, default));
    }

    private static async Task AssertAsync(ContactVault vault)
    {
        foreach (var number in (int[])[2, 500, 501, Contacts]) Assert.Equal(Address(number), await vault.ReadAsync(Reference(number), default));
        await vault.KeepAsync(Reference(1), Address(1), Now, default);
        Assert.Null(await vault.ReadAsync(Reference(1), default));
    }

    private static ContactRef Reference(int number) => new(new Guid(number, 0, 0, new byte[8]));

    private static Contact Address(int number) => new(ContactKind.Email, $"client{number}@example.org");
}
