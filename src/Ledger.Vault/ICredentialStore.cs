using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// Keeps what merchants, devices and staff prove themselves with: hashes of passwords and codes, SHA-256 of tokens; never the thing itself.
/// Counting wrong attempts is the merchant stream's business (I44). Safe for any number of callers; what hashes a secret or checks one may throw
/// <see cref="HashingBusyException"/> when too many do.
/// </summary>
public interface ICredentialStore
{
    /// <summary>Gives a merchant its identifier, password and six-digit security code, or replaces them (R096, R097, R075).</summary>
    /// <exception cref="ArgumentException">A value is not well formed (<see cref="CredentialRules"/>), or the identifier is another merchant's.</exception>
    ValueTask SetMerchantAsync(MerchantId merchant, string identifier, string password, string securityCode, Instant now, CancellationToken cancellation);

    /// <summary>Replaces one of the two secrets.</summary>
    /// <exception cref="ArgumentException">The secret is not well formed, or the merchant has no credentials yet.</exception>
    ValueTask ChangeSecretAsync(MerchantId merchant, Credential credential, string secret, Instant now, CancellationToken cancellation);

    /// <summary>Takes as long for an unknown identifier as for a wrong password (I44, R171).</summary>
    ValueTask<PasswordCheck> CheckPasswordAsync(string identifier, string password, CancellationToken cancellation);

    /// <returns>False for a wrong code and for a merchant without credentials, after the same time.</returns>
    ValueTask<bool> CheckSecurityCodeAsync(MerchantId merchant, string code, CancellationToken cancellation);

    /// <summary>Makes a token for a device and revokes all earlier ones of that terminal (R098, R100).</summary>
    /// <returns>The token, shown this once; it cannot be read back.</returns>
    ValueTask<string> IssueDeviceTokenAsync(DeviceGrant grant, CancellationToken cancellation);

    /// <summary>The same, and leaves the tokens of one other device alone: its payment on that terminal is still open (E92).</summary>
    /// <param name="spared">Null for none. Whoever accepts its tokens must hold them to that payment.</param>
    /// <returns>The token, shown this once; it cannot be read back.</returns>
    ValueTask<string> IssueDeviceTokenAsync(DeviceGrant grant, DeviceId? spared, CancellationToken cancellation);

    /// <returns>Null for a token that was never issued or has been revoked.</returns>
    ValueTask<DeviceGrant?> FindDeviceAsync(string token, CancellationToken cancellation);

    /// <returns>How many tokens were valid until now.</returns>
    ValueTask<int> RevokeDevicesAsync(TerminalSerial terminal, Instant now, CancellationToken cancellation);

    /// <summary>Makes a token for one of the bank's people; earlier ones of the same name are revoked.</summary>
    /// <returns>The token, shown this once; it cannot be read back.</returns>
    /// <exception cref="ArgumentException">The name is empty or longer than <see cref="CredentialRules.StaffNameLengthMax"/>.</exception>
    ValueTask<string> IssueStaffTokenAsync(StaffGrant grant, CancellationToken cancellation);

    /// <returns>Null for a token that was never issued or has been revoked.</returns>
    ValueTask<StaffGrant?> FindStaffAsync(string token, CancellationToken cancellation);

    /// <returns>How many tokens were valid until now.</returns>
    ValueTask<int> RevokeStaffAsync(string name, Instant now, CancellationToken cancellation);
}

/// <param name="Merchant">Whose identifier it is; null when nobody's. Never tell the caller which of the two was wrong.</param>
/// <param name="IsRight">True only with a merchant.</param>
public sealed record PasswordCheck(MerchantId? Merchant, bool IsRight);

/// <summary>What a device token stands for.</summary>
public sealed record DeviceGrant(MerchantId Merchant, TerminalSerial Terminal, DeviceId Device, Instant IssuedAt);

/// <summary>What a staff token stands for.</summary>
/// <param name="Name">Who, for the record of what they did.</param>
public sealed record StaffGrant(string Name, StaffRole Role, Instant IssuedAt);

/// <summary>What the bank's people may do (I46). Stored numbers: append, never reuse.</summary>
public enum StaffRole
{
    /// <summary>Contracts: acceptance, prices, termination.</summary>
    Bank = 1,

    /// <summary>Terminals: block and unblock; unlock credentials.</summary>
    Assistance = 2,

    /// <summary>Reads and replays everything, changes nothing.</summary>
    Auditor = 3,

    /// <summary>A payments switch: records card transactions that were authorised elsewhere, in bulk. No person.</summary>
    Switch = 4,
}
