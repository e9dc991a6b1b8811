using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Vault.Conformance;

/// <summary>What every vault must do.</summary>
public abstract class ContactVaultConformance
{
    protected static readonly Instant Now = Instant.FromUtc(2026, 11, 22, 13, 5);
    protected static readonly ContactRef Reference = new(new Guid("0c4f1c2e-6f0e-4c5b-9d8a-2b1f3a7e9d01"));
    protected static readonly Contact Email = new(ContactKind.Email, "camille.demo@example.org");
    protected static readonly Contact Phone = new(ContactKind.Phone, "+33639980001");

    protected abstract IContactVault Vault { get; }

    [Fact]
    public async Task A_contact_comes_back_as_it_was_kept()
    {
        var other = new ContactRef(new Guid("0c4f1c2e-6f0e-4c5b-9d8a-2b1f3a7e9d02"));
        await Vault.KeepAsync(Reference, Email, Now, default);
        await Vault.KeepAsync(other, Phone, Now, default);

        Assert.Equal(Email, await Vault.ReadAsync(Reference, default));
        Assert.Equal(Phone, await Vault.ReadAsync(other, default));
    }

    [Fact]
    public async Task A_contact_that_was_never_kept_is_null() => Assert.Null(await Vault.ReadAsync(Reference, default));

    [Fact]
    public async Task Keeping_the_same_again_changes_nothing()
    {
        await Vault.KeepAsync(Reference, Email, Now, default);
        await Vault.KeepAsync(Reference, Email, Now, default);

        Assert.Equal(Email, await Vault.ReadAsync(Reference, default));
    }

    [Fact]
    public async Task Another_contact_under_a_used_reference_is_refused_without_telling_either()
    {
        await Vault.KeepAsync(Reference, Email, Now, default);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => Vault.KeepAsync(Reference, Phone, Now, default).AsTask());

        Assert.DoesNotContain("camille", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("9980001", error.Message, StringComparison.Ordinal);
        Assert.Equal(Email, await Vault.ReadAsync(Reference, default));
    }

    [Theory]
    [InlineData(ContactKind.Email, "nobody")]
    [InlineData(ContactKind.Email, " camille.demo@example.org")]
    [InlineData(ContactKind.Phone, "0639980001")]
    [InlineData((ContactKind)9, "camille.demo@example.org")]
    public async Task A_contact_that_is_not_well_formed_is_not_kept(ContactKind kind, string address)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Vault.KeepAsync(Reference, new Contact(kind, address), Now, default).AsTask());

        Assert.Null(await Vault.ReadAsync(Reference, default));
    }

    [Fact]
    [Rule("I41")]
    public async Task An_erased_contact_is_gone_and_erasing_again_is_harmless()
    {
        await Vault.KeepAsync(Reference, Email, Now, default);

        Assert.True(await Vault.EraseAsync(Reference, Now, default));
        Assert.Null(await Vault.ReadAsync(Reference, default));
        Assert.False(await Vault.EraseAsync(Reference, Now, default));
    }

    [Fact]
    public async Task Erasing_what_was_never_kept_says_so() => Assert.False(await Vault.EraseAsync(Reference, Now, default));

    [Fact]
    [Rule("I41")]
    public async Task A_repeated_request_does_not_bring_an_erased_contact_back()
    {
        await Vault.KeepAsync(Reference, Email, Now, default);
        await Vault.EraseAsync(Reference, Now, default);

        await Vault.KeepAsync(Reference, Email, Now, default);

        Assert.Null(await Vault.ReadAsync(Reference, default));
    }

    [Fact]
    public async Task Many_callers_at_once_each_get_their_own()
    {
        var all = Enumerable.Range(0, 64).Select(static n => (Reference: new ContactRef(new Guid(n, 0, 0, new byte[8])), Contact: new Contact(ContactKind.Email, $"client{n}@example.org"))).ToList();

        await Task.WhenAll(all.Select(one => Task.Run(async () => await Vault.KeepAsync(one.Reference, one.Contact, Now, default))));

        foreach (var (reference, contact) in all) Assert.Equal(contact, await Vault.ReadAsync(reference, default));
    }
}
