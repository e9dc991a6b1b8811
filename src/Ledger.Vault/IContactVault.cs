using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// Keeps clients' e-mails and phones, each encrypted under a key of its own, outside the log. Events hold a <see cref="ContactRef"/> only.
/// Destroying the key forgets the person; the log's chain does not notice (I41).
/// </summary>
public interface IContactVault
{
    /// <summary>Encrypts and keeps it. The same reference with the same contact again changes nothing.</summary>
    /// <exception cref="ArgumentException">The reference holds another contact.</exception>
    ValueTask KeepAsync(ContactRef reference, Contact contact, Instant now, CancellationToken cancellation);

    /// <summary>The contact, or null when it was never kept or has been erased.</summary>
    ValueTask<Contact?> ReadAsync(ContactRef reference, CancellationToken cancellation);

    /// <summary>Destroys its key, for ever. Erasing twice is harmless.</summary>
    /// <returns>False when there was nothing (any more).</returns>
    ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation);
}

/// <summary>A client's address. Never in a log line: it prints itself masked.</summary>
/// <param name="Address">An e-mail address, or a phone number in E.164 form (+33…).</param>
public sealed record Contact(ContactKind Kind, string Address)
{
    /// <summary>First character and length only.</summary>
    public override string ToString() => $"{Kind} {(Address.Length > 0 ? Address[0] : ' ')}… ({Address.Length})";
}

public enum ContactKind
{
    Email = 1,
    Phone = 2,
}
