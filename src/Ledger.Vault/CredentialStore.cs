using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// What holds wherever credentials are kept: their form, the hashing and its turns, tokens that are shown once, refusals that tell nothing. Stores keep hashes and
/// add statements only. Tokens are found by their SHA-256: how long that takes says something about a hash, nothing about a token.
/// </summary>
public abstract class CredentialStore : ICredentialStore, IDisposable
{
    /// <summary>OWASP's advice of 2023 for PBKDF2 with HMAC-SHA-512.</summary>
    public const int IterationsDefault = 210_000;

    private readonly SecretHasher _hasher;
    private readonly HashingTurns _turns = new();

    private protected CredentialStore(int iterations) => _hasher = new SecretHasher(iterations);

    public virtual void Dispose()
    {
        _turns.Dispose();
        GC.SuppressFinalize(this);
    }

    public async ValueTask SetMerchantAsync(MerchantId merchant, string identifier, string password, string securityCode, Instant now, CancellationToken cancellation)
    {
        CredentialRules.ThrowUnlessIdentifier(identifier);
        CredentialRules.ThrowUnlessSecret(Credential.Password, password);
        CredentialRules.ThrowUnlessSecret(Credential.SecurityCode, securityCode);
        var (passwordHash, codeHash) = await _turns.RunAsync(() => (_hasher.Hash(password), _hasher.Hash(securityCode)), cancellation);
        if (await PutMerchantAsync(new MerchantRow(merchant, identifier, passwordHash, codeHash, now), cancellation)) return;
        throw new ArgumentException("That identifier is another merchant's. Choose another one.", nameof(identifier));
    }

    public async ValueTask ChangeSecretAsync(MerchantId merchant, Credential credential, string secret, Instant now, CancellationToken cancellation)
    {
        CredentialRules.ThrowUnlessSecret(credential, secret);
        var hash = await _turns.RunAsync(() => _hasher.Hash(secret), cancellation);
        if (await PutSecretAsync(merchant, credential, hash, now, cancellation)) return;
        throw new ArgumentException($"Merchant {merchant} has no credentials yet; give it an identifier first.", nameof(merchant));
    }

    public async ValueTask<PasswordCheck> CheckPasswordAsync(string identifier, string password, CancellationToken cancellation)
    {
        var known = CredentialRules.IsIdentifier(identifier) ? await FindPasswordAsync(identifier, cancellation) : null;
        var isRight = await IsRightAsync(known?.Hash, password, CredentialRules.PasswordLengthMax, cancellation);
        return new PasswordCheck(known?.Merchant, isRight);
    }

    public async ValueTask<bool> CheckSecurityCodeAsync(MerchantId merchant, string code, CancellationToken cancellation)
    {
        var known = await FindSecurityCodeAsync(merchant, cancellation);
        return await IsRightAsync(known?.Hash, code, CredentialRules.SecurityCodeLength, cancellation);
    }

    public ValueTask<string> IssueDeviceTokenAsync(DeviceGrant grant, CancellationToken cancellation) => IssueDeviceTokenAsync(grant, null, cancellation);

    public async ValueTask<string> IssueDeviceTokenAsync(DeviceGrant grant, DeviceId? spared, CancellationToken cancellation)
    {
        var token = OpaqueToken.New(OpaqueToken.DevicePrefix);
        await ReplaceDevicesAsync(OpaqueToken.Hash(OpaqueToken.DevicePrefix, token)!, grant, spared == grant.Device ? null : spared, cancellation);
        return token;
    }

    public async ValueTask<DeviceGrant?> FindDeviceAsync(string token, CancellationToken cancellation) =>
        OpaqueToken.Hash(OpaqueToken.DevicePrefix, token) is { } hash ? await FindDeviceAsync(hash, cancellation) : null;

    public abstract ValueTask<int> RevokeDevicesAsync(TerminalSerial terminal, Instant now, CancellationToken cancellation);

    public async ValueTask<string> IssueStaffTokenAsync(StaffGrant grant, CancellationToken cancellation)
    {
        if (grant.Name.Trim().Length == 0 || grant.Name.Length > CredentialRules.StaffNameLengthMax)
            throw new ArgumentException($"A staff name has 1 to {CredentialRules.StaffNameLengthMax} characters.", nameof(grant));

        var token = OpaqueToken.New(OpaqueToken.StaffPrefix);
        await ReplaceStaffAsync(OpaqueToken.Hash(OpaqueToken.StaffPrefix, token)!, grant, cancellation);
        return token;
    }

    public async ValueTask<StaffGrant?> FindStaffAsync(string token, CancellationToken cancellation) =>
        OpaqueToken.Hash(OpaqueToken.StaffPrefix, token) is { } hash ? await FindStaffAsync(hash, cancellation) : null;

    public abstract ValueTask<int> RevokeStaffAsync(string name, Instant now, CancellationToken cancellation);

    /// <summary>Adds it, or replaces what the merchant had.</summary>
    /// <returns>False when the identifier is another merchant's; nothing was changed then.</returns>
    internal abstract ValueTask<bool> PutMerchantAsync(MerchantRow row, CancellationToken cancellation);

    /// <returns>False when the merchant has no row.</returns>
    internal abstract ValueTask<bool> PutSecretAsync(MerchantId merchant, Credential credential, string hash, Instant now, CancellationToken cancellation);

    internal abstract ValueTask<KnownSecret?> FindPasswordAsync(string identifier, CancellationToken cancellation);

    internal abstract ValueTask<KnownSecret?> FindSecurityCodeAsync(MerchantId merchant, CancellationToken cancellation);

    /// <summary>In one transaction revokes what the terminal's devices have, but for the one that is spared, and adds this. Of two at once the later one revokes the other's.</summary>
    internal abstract ValueTask ReplaceDevicesAsync(byte[] hash, DeviceGrant grant, DeviceId? spared, CancellationToken cancellation);

    /// <returns>Null when there is none that counts.</returns>
    internal abstract ValueTask<DeviceGrant?> FindDeviceAsync(byte[] hash, CancellationToken cancellation);

    /// <summary>In one transaction revokes what that name has, and adds this. Of two at once the later one revokes the other's.</summary>
    internal abstract ValueTask ReplaceStaffAsync(byte[] hash, StaffGrant grant, CancellationToken cancellation);

    /// <returns>Null when there is none that counts.</returns>
    internal abstract ValueTask<StaffGrant?> FindStaffAsync(byte[] hash, CancellationToken cancellation);

    // One verification whatever comes, outside the store's turn: the answer's time tells nobody which identifiers exist.
    private async ValueTask<bool> IsRightAsync(string? hash, string secret, int lengthMax, CancellationToken cancellation)
    {
        var isRight = await _turns.RunAsync(() => _hasher.IsRight(hash ?? _hasher.Dummy, secret.Length <= lengthMax ? secret : ""), cancellation);
        return isRight && hash is not null;
    }
}

/// <summary>What is kept of a merchant's credentials.</summary>
internal sealed record MerchantRow(MerchantId Merchant, string Identifier, string PasswordHash, string CodeHash, Instant ChangedAt);

/// <summary>The hash that a secret is compared with, and whose it is.</summary>
internal sealed record KnownSecret(MerchantId Merchant, string Hash);
