using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Vault.Conformance;

/// <summary>What every credential store must do.</summary>
public abstract class CredentialStoreConformance
{
    // Few, so that the suite is quick; the hash's form is the same.
    protected const int Iterations = 1_000;
    protected const string Password = "a quiet morning";
    protected const string Code = "402917";

    protected static readonly Instant Now = Instant.FromUtc(2026, 11, 22, 13, 5);
    protected static readonly MerchantId Merchant = new("boulangerie-demo");
    protected static readonly MerchantId Other = new("fleuriste-demo");
    protected static readonly TerminalSerial Terminal = new("MP200A0001");
    protected static readonly DeviceGrant Grant = new(Merchant, Terminal, new DeviceId(new Guid(1, 0, 0, new byte[8])), Now);

    /// <summary>Made with <see cref="Iterations"/>.</summary>
    protected abstract ICredentialStore Store { get; }

    [Fact]
    [Rule("R097")]
    public async Task The_right_password_names_its_merchant()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        Assert.Equal(new PasswordCheck(Merchant, true), await Store.CheckPasswordAsync("demo.boulangerie", Password, default));
        Assert.Equal(new PasswordCheck(Merchant, false), await Store.CheckPasswordAsync("demo.boulangerie", "a quiet evening", default));
    }

    [Fact]
    [Rule("R075")]
    [Rule("R082")]
    public async Task The_security_code_is_the_merchants_own()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        Assert.True(await Store.CheckSecurityCodeAsync(Merchant, Code, default));
        Assert.False(await Store.CheckSecurityCodeAsync(Merchant, "402918", default));
        Assert.False(await Store.CheckSecurityCodeAsync(Merchant, "", default));
        Assert.False(await Store.CheckSecurityCodeAsync(Other, Code, default));
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

        Assert.Equal(new PasswordCheck(null, false), await Store.CheckPasswordAsync(identifier, Password, default));
        Assert.Equal(new PasswordCheck(null, false), await Store.CheckPasswordAsync(identifier, "the secret of nobody", default));
        Assert.Equal(new PasswordCheck(null, false), await Store.CheckPasswordAsync(identifier, new string('p', 1_000_000), default));
    }

    [Fact]
    public async Task A_changed_secret_replaces_the_old_one_alone()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        await Store.ChangeSecretAsync(Merchant, Credential.Password, "a quiet evening", Now, default);

        Assert.False((await Store.CheckPasswordAsync("demo.boulangerie", Password, default)).IsRight);
        Assert.True((await Store.CheckPasswordAsync("demo.boulangerie", "a quiet evening", default)).IsRight);
        Assert.True(await Store.CheckSecurityCodeAsync(Merchant, Code, default));
        await Store.ChangeSecretAsync(Merchant, Credential.SecurityCode, "000000", Now, default);
        Assert.False(await Store.CheckSecurityCodeAsync(Merchant, Code, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ChangeSecretAsync(Other, Credential.Password, Password, Now, default).AsTask());
    }

    [Fact]
    public async Task An_identifier_belongs_to_one_merchant()
    {
        await SetAsync(Merchant, "demo.boulangerie");

        await Assert.ThrowsAsync<ArgumentException>(() => SetAsync(Other, "demo.boulangerie"));

        Assert.Equal(Merchant, (await Store.CheckPasswordAsync("demo.boulangerie", Password, default)).Merchant);
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
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Store.SetMerchantAsync(Merchant, identifier, password, code, Now, default).AsTask());

        Assert.DoesNotContain(password, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(code, error.Message, StringComparison.Ordinal);
        Assert.Null((await Store.CheckPasswordAsync("demo.boulangerie", Password, default)).Merchant);
    }

    [Fact]
    [Rule("R098")]
    [Rule("R100")]
    public async Task A_new_device_on_a_terminal_revokes_the_one_before()
    {
        var first = await Store.IssueDeviceTokenAsync(Grant, default);
        Assert.Equal(Grant, await Store.FindDeviceAsync(first, default));

        var later = Grant with { Device = new DeviceId(new Guid(2, 0, 0, new byte[8])), IssuedAt = Now + Duration.FromDays(1) };
        var second = await Store.IssueDeviceTokenAsync(later, default);

        Assert.Null(await Store.FindDeviceAsync(first, default));
        Assert.Equal(later, await Store.FindDeviceAsync(second, default));
    }

    [Fact]
    [Rule("E92")]
    public async Task A_device_whose_payment_is_open_keeps_its_token_when_another_takes_over()
    {
        var older = await Store.IssueDeviceTokenAsync(Grant, default);
        var newer = Grant with { Device = new DeviceId(new Guid("0f0e0d0c-0b0a-0908-0706-050403020100")) };
        await Store.IssueDeviceTokenAsync(newer, Grant.Device, default);

        Assert.Equal(Grant, await Store.FindDeviceAsync(older, default));
        await Store.IssueDeviceTokenAsync(newer, newer.Device, default);
        Assert.Null(await Store.FindDeviceAsync(older, default));
    }

    [Fact]
    public async Task Another_terminals_device_keeps_its_token()
    {
        var elsewhere = await Store.IssueDeviceTokenAsync(Grant with { Terminal = new TerminalSerial("MP200A0002") }, default);
        var here = await Store.IssueDeviceTokenAsync(Grant, default);

        Assert.Equal(1, await Store.RevokeDevicesAsync(Terminal, Now, default));
        Assert.Equal(0, await Store.RevokeDevicesAsync(Terminal, Now, default));
        Assert.Null(await Store.FindDeviceAsync(here, default));
        Assert.NotNull(await Store.FindDeviceAsync(elsewhere, default));
    }

    [Fact]
    [Rule("I46")]
    public async Task A_staff_token_says_who_and_in_which_role_until_it_is_revoked()
    {
        var grant = new StaffGrant("assistance.1", StaffRole.Assistance, Now);
        var first = await Store.IssueStaffTokenAsync(grant, default);
        var second = await Store.IssueStaffTokenAsync(grant, default);

        Assert.Null(await Store.FindStaffAsync(first, default));
        Assert.Equal(grant, await Store.FindStaffAsync(second, default));
        Assert.Null(await Store.FindDeviceAsync(second, default));
        Assert.Equal(1, await Store.RevokeStaffAsync(grant.Name, Now, default));
        Assert.Null(await Store.FindStaffAsync(second, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.IssueStaffTokenAsync(grant with { Name = " " }, default).AsTask());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ldgd_")]
    [InlineData("ldgd_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ldgs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_token_that_was_never_issued_is_nobodys(string token)
    {
        await Store.IssueDeviceTokenAsync(Grant, default);

        Assert.Null(await Store.FindDeviceAsync(token, default));
        Assert.Null(await Store.FindStaffAsync(token, default));
    }

    protected Task SetAsync(MerchantId merchant, string identifier) => Store.SetMerchantAsync(merchant, identifier, Password, Code, Now, default).AsTask();
}
