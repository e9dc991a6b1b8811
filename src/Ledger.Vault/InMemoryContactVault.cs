using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Vault;

/// <summary>A vault that forgets everything with its process: for tests and trials.</summary>
public sealed class InMemoryContactVault : IContactVault
{
    private readonly Lock _lock = new();

    // Null: erased.
    private readonly Dictionary<ContactRef, Contact?> _contacts = [];

    public ValueTask KeepAsync(ContactRef reference, Contact contact, Instant now, CancellationToken cancellation)
    {
        ContactRules.ThrowUnlessWellFormed(contact);
        lock (_lock)
        {
            if (!_contacts.TryAdd(reference, contact) && _contacts[reference] is { } kept) ContactRules.ThrowUnlessSame(reference, kept, contact);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<Contact?> ReadAsync(ContactRef reference, CancellationToken cancellation)
    {
        lock (_lock) return ValueTask.FromResult(_contacts.GetValueOrDefault(reference));
    }

    public ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_contacts.GetValueOrDefault(reference) is null) return ValueTask.FromResult(false);
            _contacts[reference] = null;
            return ValueTask.FromResult(true);
        }
    }
}
