using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Ledger.Vault;

/// <summary>Credentials in one SQLite file. Every change is durable when the call returns; several processes may share the file.</summary>
public sealed class SqliteCredentialStore : CredentialStore
{
    private const int ApplicationId = 0x4C645373; // « LdSs »: stored, so never changed.

    private const string Schema = """
        CREATE TABLE merchants (merchant TEXT PRIMARY KEY, identifier TEXT NOT NULL UNIQUE, password TEXT NOT NULL, code TEXT NOT NULL, changed_at INTEGER NOT NULL) STRICT;
        CREATE TABLE devices (hash BLOB PRIMARY KEY, merchant TEXT NOT NULL, terminal TEXT NOT NULL, device BLOB NOT NULL, issued_at INTEGER NOT NULL, revoked_at INTEGER) STRICT;
        CREATE INDEX devices_by_terminal ON devices (terminal) WHERE revoked_at IS NULL;
        CREATE TABLE staff (hash BLOB PRIMARY KEY, name TEXT NOT NULL, role INTEGER NOT NULL, issued_at INTEGER NOT NULL, revoked_at INTEGER) STRICT;
        """;

    private readonly VaultFile _file;
    private DeviceLookup? _devices;

    private SqliteCredentialStore(VaultFile file, int iterations)
        : base(iterations) => _file = file;

    /// <param name="path">Created, readable by its owner only, when it is not there; « :memory: » for a store that lives as long as this object.</param>
    /// <param name="iterations">Cost of new hashes; the old ones keep theirs. Tests take few.</param>
    /// <exception cref="VaultFileException">Another program's file, or another version.</exception>
    public static SqliteCredentialStore Open(string path, int iterations = IterationsDefault) => new(OpenFile(path), iterations);

    public override void Dispose()
    {
        _devices?.Dispose();
        _file.Dispose();
        base.Dispose();
    }

    /// <exception cref="VaultFileException">Another program's file, or another version.</exception>
    internal static VaultFile OpenFile(string path) => VaultFile.Open(path, ApplicationId, Schema);

    public override ValueTask<int> RevokeDevicesAsync(TerminalSerial terminal, Instant now, CancellationToken cancellation) =>
        _file.WriteAsync(connection => RevokeDevices(connection, terminal, null, now), cancellation);

    public override ValueTask<int> RevokeStaffAsync(string name, Instant now, CancellationToken cancellation) =>
        _file.WriteAsync(connection => RevokeStaff(connection, name, now), cancellation);

    internal override ValueTask<bool> PutMerchantAsync(MerchantRow row, CancellationToken cancellation) => _file.WriteAsync(connection =>
    {
        using var taken = VaultFile.Command(connection, "SELECT 1 FROM merchants WHERE identifier = $1 AND merchant <> $2", row.Identifier, row.Merchant.Value);
        if (taken.ExecuteScalar() is not null) return false;

        VaultFile.Run(
            connection,
            "INSERT INTO merchants (merchant, identifier, password, code, changed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (merchant) DO UPDATE SET identifier = $2, password = $3, code = $4, changed_at = $5",
            row.Merchant.Value, row.Identifier, row.PasswordHash, row.CodeHash, row.ChangedAt.ToUnixTimeTicks());
        return true;
    }, cancellation);

    internal override ValueTask<bool> PutSecretAsync(MerchantId merchant, Credential credential, string hash, Instant now, CancellationToken cancellation)
    {
        var sql = credential switch
        {
            Credential.Password => "UPDATE merchants SET password = $2, changed_at = $3 WHERE merchant = $1",
            Credential.SecurityCode => "UPDATE merchants SET code = $2, changed_at = $3 WHERE merchant = $1",
        };
        return _file.WriteAsync(connection => VaultFile.Run(connection, sql, merchant.Value, hash, now.ToUnixTimeTicks()) == 1, cancellation);
    }

    internal override ValueTask<KnownSecret?> FindPasswordAsync(string identifier, CancellationToken cancellation) =>
        FindSecretAsync("SELECT merchant, password FROM merchants WHERE identifier = $1", identifier, cancellation);

    internal override ValueTask<KnownSecret?> FindSecurityCodeAsync(MerchantId merchant, CancellationToken cancellation) =>
        FindSecretAsync("SELECT merchant, code FROM merchants WHERE merchant = $1", merchant.Value, cancellation);

    internal override async ValueTask ReplaceDevicesAsync(byte[] hash, DeviceGrant grant, DeviceId? spared, CancellationToken cancellation) => await _file.WriteAsync(connection =>
    {
        RevokeDevices(connection, grant.Terminal, spared, grant.IssuedAt);
        return VaultFile.Run(
            connection,
            "INSERT INTO devices (hash, merchant, terminal, device, issued_at) VALUES ($1, $2, $3, $4, $5)",
            hash, grant.Merchant.Value, grant.Terminal.Value, grant.Device.Value.ToByteArray(bigEndian: true), grant.IssuedAt.ToUnixTimeTicks());
    }, cancellation);

    internal override ValueTask<DeviceGrant?> FindDeviceAsync(byte[] hash, CancellationToken cancellation) =>
        _file.ReadAsync(connection => (_devices ??= new DeviceLookup(connection)).Find(hash), cancellation);

    internal override async ValueTask ReplaceStaffAsync(byte[] hash, StaffGrant grant, CancellationToken cancellation) => await _file.WriteAsync(connection =>
    {
        RevokeStaff(connection, grant.Name, grant.IssuedAt);
        return VaultFile.Run(connection, "INSERT INTO staff (hash, name, role, issued_at) VALUES ($1, $2, $3, $4)", hash, grant.Name, (int)grant.Role, grant.IssuedAt.ToUnixTimeTicks());
    }, cancellation);

    internal override ValueTask<StaffGrant?> FindStaffAsync(byte[] hash, CancellationToken cancellation) => _file.ReadAsync(connection =>
    {
        using var command = VaultFile.Command(connection, "SELECT name, role, issued_at FROM staff WHERE hash = $1 AND revoked_at IS NULL", hash);
        using var row = command.ExecuteReader();
        return row.Read() ? new StaffGrant(row.GetString(0), (StaffRole)row.GetInt32(1), Instant.FromUnixTimeTicks(row.GetInt64(2))) : null;
    }, cancellation);

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
}
