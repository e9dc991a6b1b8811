using System.Security.Cryptography;
using System.Text;
using Ledger.Domain;
using Ledger.Domain.Transactions;

namespace Ledger.Vault;

/// <summary>
/// AES-256-GCM: « nonce ‖ tag ‖ ciphertext », with the contact's reference as associated data, so that no entry can stand in for another.
/// Stored, so never changed. A contact's key encrypts one text once, so a random nonce is never repeated under it.
/// </summary>
internal sealed class ContactCipher(MasterKey? master)
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>A new key, as it is stored: wrapped when there is a master key.</summary>
    public byte[] NewKey(ContactRef reference, out byte[] key)
    {
        // Chance from the system is right here: a key must not be repeatable, and nothing is ever decided by it.
        key = RandomNumberGenerator.GetBytes(KeyLength);
        return master is null ? key : Seal(master.Bytes, key, Associated("ledger-contact-key-1", reference));
    }

    /// <exception cref="VaultDamagedException">It does not belong to this reference, or was changed.</exception>
    public byte[] Unwrap(ContactRef reference, byte[] stored)
    {
        var key = master is null ? stored : Open(master.Bytes, stored, Associated("ledger-contact-key-1", reference), reference);
        return key.Length == KeyLength ? key : throw Damaged(reference);
    }

    public static byte[] Encrypt(byte[] key, ContactRef reference, Contact contact)
    {
        Invariant.Holds(key.Length == KeyLength);
        return Seal(key, [(byte)contact.Kind, .. Encoding.UTF8.GetBytes(contact.Address)], Associated("ledger-contact-1", reference));
    }

    /// <exception cref="VaultDamagedException">It does not belong to this reference and key, or was changed.</exception>
    public static Contact Decrypt(byte[] key, ContactRef reference, byte[] sealedText)
    {
        var plain = Open(key, sealedText, Associated("ledger-contact-1", reference), reference);
        var isContact = Contact.TryParse((ContactKind)plain[0], Encoding.UTF8.GetString(plain.AsSpan(1)), out var contact, out _);
        return isContact ? contact! : throw Damaged(reference);
    }

    private static byte[] Seal(byte[] key, byte[] plain, byte[] associated)
    {
        var output = new byte[NonceLength + TagLength + plain.Length];
        var nonce = output.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plain, output.AsSpan(NonceLength + TagLength), output.AsSpan(NonceLength, TagLength), associated);
        return output;
    }

    private static byte[] Open(byte[] key, byte[] input, byte[] associated, ContactRef reference)
    {
        if (input.Length <= NonceLength + TagLength) throw Damaged(reference);
        var plain = new byte[input.Length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(key, TagLength);
            aes.Decrypt(input.AsSpan(0, NonceLength), input.AsSpan(NonceLength + TagLength), input.AsSpan(NonceLength, TagLength), plain, associated);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Damaged(reference);
        }
    }

    private static byte[] Associated(string purpose, ContactRef reference) => [.. Encoding.ASCII.GetBytes(purpose), .. reference.Value.ToByteArray(bigEndian: true)];

    private static VaultDamagedException Damaged(ContactRef reference) =>
        new($"Contact {reference}: what is stored was changed, or belongs to another contact. Restore the vault from its backup, or erase this contact.");
}
