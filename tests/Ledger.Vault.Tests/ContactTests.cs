using FsCheck;
using FsCheck.Fluent;
using Ledger.Testing;

namespace Ledger.Vault.Tests;

public sealed class ContactTests
{
    [Theory]
    [InlineData(ContactKind.Email, "a@b.fr")]
    [InlineData(ContactKind.Email, "camille.demo+ticket@sub.example.org")]
    [InlineData(ContactKind.Email, "o'brien@xn--caf-dma.example")]
    [InlineData(ContactKind.Phone, "+33639980001")]
    [InlineData(ContactKind.Phone, "+37799995555")]
    [InlineData(ContactKind.Phone, "+12025550123")]
    public void A_real_address_is_taken(ContactKind kind, string text)
    {
        Assert.True(Contact.TryParse(kind, $"  {text} ", out var contact, out _));
        Assert.Equal(text, contact.Address);
    }

    [Theory]
    [InlineData(ContactKind.Email, null)]
    [InlineData(ContactKind.Email, "")]
    [InlineData(ContactKind.Email, "camille")]
    [InlineData(ContactKind.Email, "@example.org")]
    [InlineData(ContactKind.Email, "camille@")]
    [InlineData(ContactKind.Email, "camille@example")]
    [InlineData(ContactKind.Email, "camille@192.0.2.1")]
    [InlineData(ContactKind.Email, "camille@-example.org")]
    [InlineData(ContactKind.Email, "camille@exa mple.org")]
    [InlineData(ContactKind.Email, "camille@example..org")]
    [InlineData(ContactKind.Email, ".camille@example.org")]
    [InlineData(ContactKind.Email, "camille..demo@example.org")]
    [InlineData(ContactKind.Email, "camille@demo@example.org")]
    [InlineData(ContactKind.Email, "camille\r\nBcc:x@example.org")]
    [InlineData(ContactKind.Email, "camille@café.example")]
    [InlineData(ContactKind.Email, "a,b@example.org")]
    [InlineData(ContactKind.Phone, null)]
    [InlineData(ContactKind.Phone, "")]
    [InlineData(ContactKind.Phone, "+")]
    [InlineData(ContactKind.Phone, "0639980001")]
    [InlineData(ContactKind.Phone, "+33 6 39 98 00 01")]
    [InlineData(ContactKind.Phone, "+330639980001")]
    [InlineData(ContactKind.Phone, "+0639980001")]
    [InlineData(ContactKind.Phone, "+3363998")]
    [InlineData(ContactKind.Phone, "+3363998000112345")]
    [InlineData(ContactKind.Phone, "+٣٣٦٣٩٩٨٠٠٠١")]
    [InlineData((ContactKind)0, "a@b.fr")]
    public void What_cannot_be_an_address_is_refused_with_a_reason(ContactKind kind, string? text)
    {
        Assert.False(Contact.TryParse(kind, text, out var contact, out var reason));
        Assert.Null(contact);
        Assert.EndsWith(".", reason, StringComparison.Ordinal);
        if (text is { Length: > 1 }) Assert.DoesNotContain(text, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_e_mail_is_taken_and_one_more_letter_is_not()
    {
        var label = new string('d', 60);
        var domain = $"{label}.{label}.{label}.fr";
        var name = new string('n', 64);
        Assert.True(Contact.TryParse(ContactKind.Email, $"{name}@{domain}", out _, out _));
        Assert.False(Contact.TryParse(ContactKind.Email, $"{name}n@{domain}", out _, out _));
        Assert.False(Contact.TryParse(ContactKind.Email, $"{name}@{label}.{domain}", out _, out _));
    }

    [Fact]
    public void Any_text_at_all_is_taken_or_refused_without_an_exception() =>
        Prop.ForAll<string?, bool>((text, isPhone) =>
        {
            var kind = isPhone ? ContactKind.Phone : ContactKind.Email;
            return Contact.TryParse(kind, text, out var contact, out var reason) ? contact is not null && reason is null : reason is { Length: > 0 };
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("I40")]
    public void A_contact_prints_itself_masked()
    {
        Assert.Equal("Email c… (24)", new Contact(ContactKind.Email, "camille.demo@example.org").ToString());
        Assert.Equal("Phone +… (12)", new Contact(ContactKind.Phone, "+33639980001").ToString());
    }
}
