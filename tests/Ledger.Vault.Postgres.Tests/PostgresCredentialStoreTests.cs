using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Testing;
using Ledger.Vault.Conformance;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Ledger.Vault.Postgres.Tests;

/// <summary>Two stores over connections of their own stand for two servers.</summary>
public sealed class PostgresCredentialStoreTests(PostgresFixture fixture) : CredentialStoreConformance, IAsyncLifetime
{
    /// <summary>How often two race.</summary>
    private const int Races = 40;

    private static readonly StaffGrant Bank = new("bank.1", StaffRole.Bank, Now);

    private TwoServers? _servers;
    private PostgresCredentialStore? _store, _other;

    protected override ICredentialStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        _servers = await TwoServers.OpenAsync(fixture);
        (_store, _other) = (new PostgresCredentialStore(_servers.One, Iterations), new PostgresCredentialStore(_servers.Other, Iterations));
    }

    public async ValueTask DisposeAsync()
    {
        _store?.Dispose();
        _other?.Dispose();
        if (_servers is not null) await _servers.DisposeAsync();
    }

    [Fact]
    [Rule("R098")]
    [Rule("R100")]
    public async Task What_one_server_issues_changes_or_revokes_counts_at_the_other_at_once()
    {
        await SetAsync(Merchant, "demo.boulangerie");
        var (device, staff) = (await _store!.IssueDeviceTokenAsync(Grant, default), await _store.IssueStaffTokenAsync(new StaffGrant("assistance.1", StaffRole.Assistance, Now), default));
        Assert.Equal(Grant, await _other!.FindDeviceAsync(device, default));
        Assert.NotNull(await _other.FindStaffAsync(staff, default));
        Assert.True((await _other.CheckPasswordAsync("demo.boulangerie", Password, default)).IsRight);

        await _store.RevokeDevicesAsync(Terminal, Now, default);
        await _store.RevokeStaffAsync("assistance.1", Now, default);
        await _store.ChangeSecretAsync(Merchant, Credential.Password, "a quiet evening", Now, default);

        Assert.Null(await _other.FindDeviceAsync(device, default));
        Assert.Null(await _other.FindStaffAsync(staff, default));
        Assert.False((await _other.CheckPasswordAsync("demo.boulangerie", Password, default)).IsRight);
    }

    [Fact]
    public async Task Of_two_merchants_that_are_given_one_identifier_at_once_one_has_it_and_the_other_is_refused()
    {
        for (var race = 0; race < Races; race++)
        {
            var (identifier, one, two) = ($"raced.{race}", new MerchantId($"one-{race}"), new MerchantId($"two-{race}"));
            var refused = await Task.WhenAll(
                TwoServers.IsRefusedAsync(() => _store!.SetMerchantAsync(one, identifier, Password, Code, Now, default)),
                TwoServers.IsRefusedAsync(() => _other!.SetMerchantAsync(two, identifier, Password, Code, Now, default)));

            Assert.Single(refused, true);
            Assert.Equal(refused[0] ? two : one, (await _store!.CheckPasswordAsync(identifier, Password, default)).Merchant);
            Assert.Equal(!refused[0], await _store.CheckSecurityCodeAsync(one, Code, default));
            Assert.Equal(!refused[1], await _store.CheckSecurityCodeAsync(two, Code, default));
        }
    }

    [Fact]
    [Rule("R098")]
    public async Task Of_tokens_that_two_servers_issue_for_one_terminal_or_name_at_once_one_counts()
    {
        var later = Grant with { Device = new DeviceId(new Guid(2, 0, 0, new byte[8])) };
        for (var race = 0; race < Races; race++)
        {
            var devices = await Task.WhenAll(Run(() => _store!.IssueDeviceTokenAsync(Grant, default)), Run(() => _other!.IssueDeviceTokenAsync(later, default)));
            var staff = await Task.WhenAll(Run(() => _store!.IssueStaffTokenAsync(Bank, default)), Run(() => _other!.IssueStaffTokenAsync(Bank, default)));

            Assert.Single(await Task.WhenAll(devices.Select(token => Run(() => _store!.FindDeviceAsync(token, default)))), static grant => grant is not null);
            Assert.Single(await Task.WhenAll(staff.Select(token => Run(() => _other!.FindStaffAsync(token, default)))), static grant => grant is not null);
        }
    }

    [Fact]
    public async Task Neither_a_secret_nor_a_token_is_in_the_tables()
    {
        await SetAsync(Merchant, "demo.boulangerie");
        string[] secrets = [Password, Code, await Store.IssueDeviceTokenAsync(Grant, default), await Store.IssueStaffTokenAsync(Bank, default)];

        const string Everything = "SELECT concat((SELECT string_agg(m::text, ' ') FROM ledger.merchant_credentials m), (SELECT string_agg(d::text, ' ') FROM ledger.device_tokens d), (SELECT string_agg(s::text, ' ') FROM ledger.staff_tokens s))";
        var text = (string)(await _servers!.ScalarAsync(Everything))!;

        Assert.Contains("demo.boulangerie", text, StringComparison.Ordinal);
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(secret)), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_that_is_away_is_said_to_be_unavailable_and_asked_again_when_it_is_back()
    {
        await using var own = new PostgresFixture();
        await own.InitializeAsync();
        await using var database = await PostgresDatabase.OpenAsync(await own.CreateLogAsync(), default);
        using var store = new PostgresCredentialStore(database, Iterations);
        await store.SetMerchantAsync(Merchant, "demo.boulangerie", Password, Code, Now, default);
        var token = await store.IssueDeviceTokenAsync(Grant, default);

        await own.Server.CrashAsync(default);
        foreach (var call in (Func<Task>[])
            [
                () => store.SetMerchantAsync(Merchant, "demo.boulangerie", Password, Code, Now, default).AsTask(),
                () => store.ChangeSecretAsync(Merchant, Credential.Password, Password, Now, default).AsTask(),
                () => store.CheckPasswordAsync("demo.boulangerie", Password, default).AsTask(),
                () => store.CheckSecurityCodeAsync(Merchant, Code, default).AsTask(),
                () => store.IssueDeviceTokenAsync(Grant, default).AsTask(),
                () => store.FindDeviceAsync(token, default).AsTask(),
                () => store.RevokeDevicesAsync(Terminal, Now, default).AsTask(),
                () => store.IssueStaffTokenAsync(Bank, default).AsTask(),
                () => store.RevokeStaffAsync("bank.1", Now, default).AsTask(),
            ]) await Assert.ThrowsAsync<EventLogUnavailableException>(call);
        await own.Server.StartAgainAsync(default);

        Assert.Equal(Grant, await store.FindDeviceAsync(token, default));
    }

    private static Task<T> Run<T>(Func<ValueTask<T>> call) => Task.Run(async () => await call());
}
