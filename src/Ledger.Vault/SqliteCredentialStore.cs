using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Ledger.Vault;

/// <summary>
/// Credentials in one SQLite file. Every change is durable when the call returns; several processes may share the file.
/// Tokens are found by their SHA-256: how long that takes says something about a hash, nothing about a token.
/// </summary>
public sealed class SqliteCredentialStore : ICredentialStore, IDisposable
{
    /// <summary>OWASP's advice of 2023 for PBKDF2 with HMAC-SHA-512.</summary>
    public const int IterationsDefault = 210_000;

    private const int ApplicationId = 0x4C645373; // « LdSs »: stored, so never changed.

    private const string Schema = """
        CREATE TABLE merchants (merchant TEXT PRIMARY KEY, identifier TEXT NOT NULL UNIQUE, password TEXT NOT NULL, code TEXT NOT NULL, changed_at INTEGER NOT NULL) STRICT;
        CREATE TABLE devices (hash BLOB PRIMARY KEY, merchant TEXT NOT NULL, terminal TEXT NOT NULL, device BLOB NOT NULL, issued_at INTEGER NOT NULL, revoked_at INTEGER) STRICT;
        CREATE INDEX devices_by_terminal ON devices (terminal) WHERE revoked_at IS NULL;
        CREATE TABLE staff (hash BLOB PRIMARY KEY, name TEXT NOT NULL, role INTEGER NOT NULL, issued_at INTEGER NOT NULL, revoked_at INTEGER) STRICT;
        """;

    private readonly VaultFile _file;
    private readonly SecretHasher _hasher;
    private readonly HashingTurns _turns = new();
    private DeviceLookup? _devices;

    private SqliteCredentialStore(VaultFile file, SecretHasher hasher) => (_file, _hasher) = (file, hasher);

    /// <param name="path">Created, readable by its owner only, when it is not there; « :memory: » for a store that lives as long as this object.</param>
    /// <param name="iterations">Cost of new hashes; the old ones keep theirs. Tests take few.</param>
    /// <exception cref="VaultFileException">Another program's file, or another version.</exception>
    public static SqliteCredentialStore Open(string path, int iterations = IterationsDefault) =>
        new(VaultFile.Open(path, ApplicationId, Schema), new SecretHasher(iterations));

    public void Dispose()
    {
        _devices?.Dispose();
        _file.Dispose();
        _turns.Dispose();
    }

    public async ValueTask SetMerchantAsync(MerchantId merchant, string identifier, string password, string securityCode, Instant now, CancellationToken cancellation)
    {
        CredentialRules.ThrowUnlessIdentifier(identifier);
        CredentialRules.ThrowUnlessSecret(Credential.Password, password);
        CredentialRules.ThrowUnlessSecret(Credential.SecurityCode, securityCode);
        var (passwordHash, codeHash) = await _turns.RunAsync(() => (_hasher.Hash(password), _hasher.Hash(securityCode)), cancellation);
        await _file.WriteAsync(connection => SetMerchant(connection, merchant, identifier, passwordHash, codeHash, now), cancellation);
    }

    public async ValueTask ChangeSecretAsync(MerchantId merchant, Credential credential, string secret, Instant now, CancellationToken cancellation)
    {
        CredentialRules.ThrowUnlessSecret(credential, secret);
        var sql = credential switch
        {
            Credential.Password => "UPDATE merchants SET password = $2, changed_at = $3 WHERE merchant = $1",
            Credential.SecurityCode => "UPDATE merchants SET code = $2, changed_at = $3 WHERE merchant = $1",
        };
        var hash = await _turns.RunAsync(() => _hasher.Hash(secret), cancellation);
        var count = await _file.WriteAsync(connection => VaultFile.Run(connection, sql, merchant.Value, hash, now.ToUnixTimeTicks()), cancellation);
        if (count == 0) throw new ArgumentException($"Merchant {merchant} has no credentials yet; give it an identifier first.", nameof(merchant));
    }

    public async ValueTask<PasswordCheck> CheckPasswordAsync(string identifier, string password, CancellationToken cancellation)
    {
        var known = CredentialRules.IsIdentifier(identifier)
            ? await FindSecretAsync("SELECT merchant, password FROM merchants WHERE identifier = $1", identifier, cancellation)
            : null;
        var isRight = await IsRightAsync(known?.Hash, password, CredentialRules.PasswordLengthMax, cancellation);
        return new PasswordCheck(known?.Merchant, isRight);
    }

    public async ValueTask<bool> CheckSecurityCodeAsync(MerchantId merchant, string code, CancellationToken cancellation)
    {
        var known = await FindSecretAsync("SELECT merchant, code FROM merchants WHERE merchant = $1", merchant.Value, cancellation);
        return await IsRightAsync(known?.Hash, code, CredentialRules.SecurityCodeLength, cancellation);
    }

    public ValueTask<string> IssueDeviceTokenAsync(DeviceGrant grant, CancellationToken cancellation) => IssueDeviceTokenAsync(grant, null, cancellation);

    public async ValueTask<string> IssueDeviceTokenAsync(DeviceGrant grant, DeviceId? spared, CancellationToken cancellation)
    {
        var token = OpaqueToken.New(OpaqueToken.DevicePrefix);
        await _file.WriteAsync(connection =>
        {
            RevokeDevices(connection, grant.Terminal, spared == grant.Device ? null : spared, grant.IssuedAt);
            return VaultFile.Run(
                connection,
                "INSERT INTO devices (hash, merchant, terminal, device, issued_at) VALUES ($1, $2, $3, $4, $5)",
                OpaqueToken.Hash(OpaqueToken.DevicePrefix, token)!, grant.Merchant.Value, grant.Terminal.Value, grant.Device.Value.ToByteArray(bigEndian: true), grant.IssuedAt.ToUnixTimeTicks());
        }, cancellation);
        return token;
    }

    public async ValueTask<DeviceGrant?> FindDeviceAsync(string token, CancellationToken cancellation)
    {
        if (OpaqueToken.Hash(OpaqueToken.DevicePrefix, token) is not { } hash) return null;
        return await _file.ReadAsync(connection => (_devices ??= new DeviceLookup(connection)).Find(hash), cancellation);
    }

    public ValueTask<int> RevokeDevicesAsync(TerminalSerial terminal, Instant now, CancellationToken cancellation) =>
        _file.WriteAsync(connection => RevokeDevices(connection, terminal, null, now), cancellation);

    public async ValueTask<string> IssueStaffTokenAsync(StaffGrant grant, CancellationToken cancellation)
    {
        if (grant.Name.Trim().Length == 0 || grant.Name.Length > CredentialRules.StaffNameLengthMax)
            throw new ArgumentException($"A staff name has 1 to {CredentialRules.StaffNameLengthMax} characters.", nameof(grant));

        var token = OpaqueToken.New(OpaqueToken.StaffPrefix);
        await _file.WriteAsync(connection =>
        {
            RevokeStaff(connection, grant.Name, grant.IssuedAt);
            return VaultFile.Run(
                connection,
                "INSERT INTO staff (hash, name, role, issued_at) VALUES ($1, $2, $3, $4)",
                OpaqueToken.Hash(OpaqueToken.StaffPrefix, token)!, grant.Name, (int)grant.Role, grant.IssuedAt.ToUnixTimeTicks());
        }, cancellation);
        return token;
    }

    public async ValueTask<StaffGrant?> FindStaffAsync(string token, CancellationToken cancellation)
    {
        if (OpaqueToken.Hash(OpaqueToken.StaffPrefix, token) is not { } hash) return null;
        return await _file.ReadAsync(connection =>
        {
            using var command = VaultFile.Command(connection, "SELECT name, role, issued_at FROM staff WHERE hash = $1 AND revoked_at IS NULL", hash);
            using var row = command.ExecuteReader();
            return row.Read() ? new StaffGrant(row.GetString(0), (StaffRole)row.GetInt32(1), Instant.FromUnixTimeTicks(row.GetInt64(2))) : null;
        }, cancellation);
    }

    public ValueTask<int> RevokeStaffAsync(string name, Instant now, CancellationToken cancellation) =>
        _file.WriteAsync(connection => RevokeStaff(connection, name, now), cancellation);

    private static int SetMerchant(SqliteConnection connection, MerchantId merchant, string identifier, string passwordHash, string codeHash, Instant now)
    {
        using var taken = VaultFile.Command(connection, "SELECT 1 FROM merchants WHERE identifier = $1 AND merchant <> $2", identifier, merchant.Value);
        if (taken.ExecuteScalar() is not null) throw new ArgumentException("That identifier is another merchant's. Choose another one.", nameof(identifier));
        return VaultFile.Run(
            connection,
            "INSERT INTO merchants (merchant, identifier, password, code, changed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (merchant) DO UPDATE SET identifier = $2, password = $3, code = $4, changed_at = $5",
            merchant.Value, identifier, passwordHash, codeHash, now.ToUnixTimeTicks());
    }

    private static int RevokeDevices(SqliteConnection connection, TerminalSerial terminal, DeviceId? spared, Instant now)
    {
        const string All = "UPDATE devices SET revoked_at = $2 WHERE terminal = $1 AND revoked_at IS NULL";
        if (spared is not { } device) return VaultFile.Run(connection, All, terminal.Value, now.ToUnixTimeTicks());
        return VaultFile.Run(connection, All + " AND device <> $3", terminal.Value, now.ToUnixTimeTicks(), device.Value.ToByteArray(bigEndian: true));
    }

    private static int RevokeStaff(SqliteConnection connection, string name, Instant now) =>
        VaultFile.Run(connection, "UPDATE staff SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL", name, now.ToUnixTimeTicks());

    private ValueTask<KnownSecret?> FindSecretAsync(string sql, string key, CancellationToken cancellation) => _file.ReadAsync(connection =>
    {
        using var command = VaultFile.Command(connection, sql, key);
        using var row = command.ExecuteReader();
        return row.Read() ? new KnownSecret(new MerchantId(row.GetString(0)), row.GetString(1)) : null;
    }, cancellation);

    // One verification whatever comes, outside the file's turn: the answer's time tells nobody which identifiers exist.
    private async ValueTask<bool> IsRightAsync(string? hash, string secret, int lengthMax, CancellationToken cancellation)
    {
        var isRight = await _turns.RunAsync(() => _hasher.IsRight(hash ?? _hasher.Dummy, secret.Length <= lengthMax ? secret : ""), cancellation);
        return isRight && hash is not null;
    }

    private sealed record KnownSecret(MerchantId Merchant, string Hash);
}
