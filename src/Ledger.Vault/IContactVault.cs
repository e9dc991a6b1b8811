using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// Keeps clients' e-mails and phones, each encrypted under a key of its own, outside the log. Events hold a <see cref="ContactRef"/> only.
/// Destroying the key forgets the person; the log's chain does not notice (I41). Safe for any number of callers.
/// </summary>
public interface IContactVault
{
    /// <summary>
    /// Encrypts and keeps it. The same reference with the same contact again changes nothing; a reference that was erased stays erased,
    /// so that a repeated request cannot bring a forgotten person back.
    /// </summary>
    /// <exception cref="ArgumentException">The reference holds another contact, or the contact is not well formed (<see cref="Contact.TryParse"/>).</exception>
    ValueTask KeepAsync(ContactRef reference, Contact contact, Instant now, CancellationToken cancellation);

    /// <summary>The contact, or null when it was never kept or has been erased.</summary>
    /// <exception cref="VaultDamagedException">What is stored was changed, or does not belong to this reference.</exception>
    ValueTask<Contact?> ReadAsync(ContactRef reference, CancellationToken cancellation);

    /// <summary>Destroys its key, for ever. Erasing twice is harmless.</summary>
    /// <returns>False when there was nothing (any more).</returns>
    /// <exception cref="VaultBusyException">It is erased, but an old copy of the key may still be in the write-ahead file: erase again.</exception>
    ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation);
}
