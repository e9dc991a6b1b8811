using Ledger.Domain.Transactions;

namespace Ledger.Vault;

/// <summary>What every vault refuses, in the same words.</summary>
internal static class ContactRules
{
    /// <exception cref="ArgumentException">It is not as <see cref="Contact.TryParse"/> gives it.</exception>
    public static void ThrowUnlessWellFormed(Contact contact)
    {
        if (!Contact.TryParse(contact.Kind, contact.Address, out var parsed, out var reason)) throw new ArgumentException(reason, nameof(contact));
        if (parsed != contact) throw new ArgumentException("There are spaces around the address; take the contact that Contact.TryParse gives.", nameof(contact));
    }

    /// <exception cref="ArgumentException">The reference holds another contact.</exception>
    public static void ThrowUnlessSame(ContactRef reference, Contact kept, Contact contact)
    {
        if (kept != contact) throw new ArgumentException($"Contact {reference} holds another address. Use a new reference for a new address.", nameof(contact));
    }
}
