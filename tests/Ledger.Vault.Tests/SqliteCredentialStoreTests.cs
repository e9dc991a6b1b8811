using System.Text;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Vault.Tests;

public sealed class SqliteCredentialStoreTests : IDisposable
{
    // Few, so that the suite is quick; the hash's form is the same.
    private const int Iterations = 1_000;
    private const string Password = "a quiet morning";
    private const string Code = "402917";

    private static readonly Instant Now = Instant.FromUtc(2026, 11, 22, 13, 5);
    private static readonly MerchantId Merchant = new("boulangerie-demo");
    private static readonly MerchantId Other = new("fleuriste-demo");
    private static readonly TerminalSerial Terminal = new("MP200A0001");
    private static readonly DeviceGrant Grant = new(Merchant, Terminal, new DeviceId(new Guid(1, 0, 0, new byte[8])), Now);

    private readonly TemporaryFolder _folder = new();
    private readonly SqliteCredentialStore _store;

    public SqliteCredentialStoreTests() => _store = OpenAgain();

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Rule("R097")]
    public async Task The_right_password_names_its_merchant()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        Assert.Equal(new PasswordCheck(Merchant, true), await _store.CheckPasswordAsync("demo.boulangerie", Password, default));
        Assert.Equal(new PasswordCheck(Merchant, false), await _store.CheckPasswordAsync("demo.boulangerie", "a quiet evening", default));
    }

    [Fact]
    [Rule("R075")]
    [Rule("R082")]
    public async Task The_security_code_is_the_merchants_own()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        Assert.True(await _store.CheckSecurityCodeAsync(Merchant, Code, default));
        Assert.False(await _store.CheckSecurityCodeAsync(Merchant, "402918", default));
        Assert.False(await _store.CheckSecurityCodeAsync(Merchant, "", default));
        Assert.False(await _store.CheckSecurityCodeAsync(Other, Code, default));
    }

    [Theory]
    [InlineData("nobody.at.all")]
    [InlineData("")]
    [InlineData("a' OR '1'='1")]
    [Rule("I44")]
    [Rule("R171")]
    public async Task An_unknown_identifier_is_nobodys_even_with_the_dummys_secret(string identifier)
    {
        await SetAsync(Merchant, "demo.boulangerie");

        Assert.Equal(new PasswordCheck(null, false), await _store.CheckPasswordAsync(identifier, Password, default));
        Assert.Equal(new PasswordCheck(null, false), await _store.CheckPasswordAsync(identifier, "the secret of nobody", default));
        Assert.Equal(new PasswordCheck(null, false), await _store.CheckPasswordAsync(identifier, new string('p', 1_000_000), default));
    }

    [Fact]
    public async Task A_changed_secret_replaces_the_old_one_alone()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        await _store.ChangeSecretAsync(Merchant, Credential.Password, "a quiet evening", Now, default);

        Assert.False((await _store.CheckPasswordAsync("demo.boulangerie", Password, default)).IsRight);
        Assert.True((await _store.CheckPasswordAsync("demo.boulangerie", "a quiet evening", default)).IsRight);
        Assert.True(await _store.CheckSecurityCodeAsync(Merchant, Code, default));
        await _store.ChangeSecretAsync(Merchant, Credential.SecurityCode, "000000", Now, default);
        Assert.False(await _store.CheckSecurityCodeAsync(Merchant, Code, default));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.ChangeSecretAsync(Other, Credential.Password, Password, Now, default).AsTask());
    }

    [Fact]
    public async Task An_identifier_belongs_to_one_merchant()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        await Assert.ThrowsAsync<ArgumentException>(() => SetAsync(Other, "demo.boulangerie"));

        Assert.Equal(Merchant, (await _store.CheckPasswordAsync("demo.boulangerie", Password, default)).Merchant);
    }

    [Theory]
    [InlineData("abc", Password, Code)]
    [InlineData("with space", Password, Code)]
    [InlineData("demo.boulangerie", "short", Code)]
    [InlineData("demo.boulangerie", Password, "12345")]
    [InlineData("demo.boulangerie", Password, "1234567")]
    [InlineData("demo.boulangerie", Password, "12345a")]
    [InlineData("demo.boulangerie", Password, "１２３４５６")]
    public async Task What_is_not_well_formed_is_refused_without_being_repeated(string identifier, string password, string code)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _store.SetMerchantAsync(Merchant, identifier, password, code, Now, default).AsTask());

        Assert.DoesNotContain(password, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(code, error.Message, StringComparison.Ordinal);
        Assert.Null((await _store.CheckPasswordAsync("demo.boulangerie", Password, default)).Merchant);
    }

    [Fact]
    [Rule("R098")]
    [Rule("R100")]
    public async Task A_new_device_on_a_terminal_revokes_the_one_before()
    {
        var first = await _store.IssueDeviceTokenAsync(Grant, default);
        Assert.Equal(Grant, await _store.FindDeviceAsync(first, default));

        var later = Grant with { Device = new DeviceId(new Guid(2, 0, 0, new byte[8])), IssuedAt = Now + Duration.FromDays(1) };
        var second = await _store.IssueDeviceTokenAsync(later, default);

        Assert.Null(await _store.FindDeviceAsync(first, default));
        Assert.Equal(later, await _store.FindDeviceAsync(second, default));
    }

    [Fact]
    [Rule("E92")]
    public async Task A_device_whose_payment_is_open_keeps_its_token_when_another_takes_over()
    {
        var older = await _store.IssueDeviceTokenAsync(Grant, default);
        var newer = Grant with { Device = new DeviceId(new Guid("0f0e0d0c-0b0a-0908-0706-050403020100")) };
        await _store.IssueDeviceTokenAsync(newer, Grant.Device, default);

        Assert.Equal(Grant, await _store.FindDeviceAsync(older, default));
        await _store.IssueDeviceTokenAsync(newer, newer.Device, default);
        Assert.Null(await _store.FindDeviceAsync(older, default));
    }

    [Fact]
    public async Task Another_terminals_device_keeps_its_token()
    {
        var elsewhere = await _store.IssueDeviceTokenAsync(Grant with { Terminal = new TerminalSerial("MP200A0002") }, default);
        var here = await _store.IssueDeviceTokenAsync(Grant, default);

        Assert.Equal(1, await _store.RevokeDevicesAsync(Terminal, Now, default));
        Assert.Equal(0, await _store.RevokeDevicesAsync(Terminal, Now, default));
        Assert.Null(await _store.FindDeviceAsync(here, default));
        Assert.NotNull(await _store.FindDeviceAsync(elsewhere, default));
    }

    [Fact]
    [Rule("I46")]
    public async Task A_staff_token_says_who_and_in_which_role_until_it_is_revoked()
    {
        var grant = new StaffGrant("assistance.1", StaffRole.Assistance, Now);
        var first = await _store.IssueStaffTokenAsync(grant, default);
        var second = await _store.IssueStaffTokenAsync(grant, default);

        Assert.Null(await _store.FindStaffAsync(first, default));
        Assert.Equal(grant, await _store.FindStaffAsync(second, default));
        Assert.Null(await _store.FindDeviceAsync(second, default));
        Assert.Equal(1, await _store.RevokeStaffAsync(grant.Name, Now, default));
        Assert.Null(await _store.FindStaffAsync(second, default));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.IssueStaffTokenAsync(grant with { Name = " " }, default).AsTask());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ldgd_")]
    [InlineData("ldgd_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ldgs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_token_that_was_never_issued_is_nobodys(string token)
    {
        await _store.IssueDeviceTokenAsync(Grant, default);

        Assert.Null(await _store.FindDeviceAsync(token, default));
        Assert.Null(await _store.FindStaffAsync(token, default));
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

    private Task SetAsync(MerchantId merchant, string identifier) => _store.SetMerchantAsync(merchant, identifier, Password, Code, Now, default).AsTask();
}
