using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// What holds wherever contacts are kept: their form, a key for each, what a repeat means, that what was erased stays erased. Vaults keep what is sealed and add
/// statements only.
/// </summary>
public abstract class ContactVault : IContactVault
{
    private readonly ContactCipher _cipher;

    private protected ContactVault(MasterKey? master) => _cipher = new ContactCipher(master);

    public async ValueTask KeepAsync(ContactRef reference, Contact contact, Instant now, CancellationToken cancellation)
    {
        ContactRules.ThrowUnlessWellFormed(contact);
        var stored = _cipher.NewKey(reference, out var key);
        var there = await AddAsync(reference, new SealedContact(stored, ContactCipher.Encrypt(key, reference, contact)), now, cancellation);
        if (there is not null && Open(reference, there) is { } kept) ContactRules.ThrowUnlessSame(reference, kept, contact);
    }

    public async ValueTask<Contact?> ReadAsync(ContactRef reference, CancellationToken cancellation) =>
        await FindAsync(reference, cancellation) is { } there ? Open(reference, there) : null;

    public abstract ValueTask<bool> EraseAsync(ContactRef reference, Instant now, CancellationToken cancellation);

    /// <summary>Adds it, unless the reference was used before. Of two at once one adds.</summary>
    /// <returns>What was there, the erased included; null when it was added.</returns>
    internal abstract ValueTask<SealedContact?> AddAsync(ContactRef reference, SealedContact contact, Instant now, CancellationToken cancellation);

    /// <returns>What is there, the erased included; null when it was never kept.</returns>
    internal abstract ValueTask<SealedContact?> FindAsync(ContactRef reference, CancellationToken cancellation);

    private Contact? Open(ContactRef reference, SealedContact there) =>
        there is { Key: { } key, Text: { } text } ? ContactCipher.Decrypt(_cipher.Unwrap(reference, key), reference, text) : null;
}

/// <summary>A contact as it is stored; without one of the two it is erased.</summary>
/// <param name="Key">Wrapped, where there is a master key.</param>
/// <param name="Text">The ciphertext.</param>
internal sealed record SealedContact(byte[]? Key, byte[]? Text);
