using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Postgres;
using NodaTime;
using Npgsql;

namespace Ledger.Vault.Postgres;

/// <summary>
/// Credentials in a database that any number of processes share. Nothing is remembered between calls: what one process revokes counts at all others at once. Every
/// change is durable when the call returns. Where the database cannot be asked, each member throws <see cref="EventLogUnavailableException"/>.
/// </summary>
/// <param name="database">Stays the caller's: disposed after this.</param>
/// <param name="iterations">Cost of new hashes; the old ones keep theirs. Tests take few.</param>
public sealed class PostgresCredentialStore(PostgresDatabase database, int iterations = CredentialStore.IterationsDefault) : CredentialStore(iterations)
{
    // Stored, so never renamed.
    private const string IdentifierConstraint = "merchant_credentials_identifier";

    private const string PutMerchantSql =
        """
        INSERT INTO ledger.merchant_credentials (merchant, identifier, password, code, changed_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (merchant) DO UPDATE SET identifier = $2, password = $3, code = $4, changed_at = $5
        """;

    // Who makes or revokes tokens of one terminal or name does so after the other who does: each then sees what the other made. « LDdv » and « LDst » in ASCII.
    private const string DeviceTurnSql = "SELECT pg_advisory_xact_lock(1279550582, hashtext($1))";

    private const string StaffTurnSql = "SELECT pg_advisory_xact_lock(1279554420, hashtext($1))";

    private const string RevokeDevicesSql = "UPDATE ledger.device_tokens SET revoked_at = $2 WHERE terminal = $1 AND revoked_at IS NULL AND device IS DISTINCT FROM $3";

    private const string AddDeviceSql = "INSERT INTO ledger.device_tokens (hash, merchant, terminal, device, issued_at) VALUES ($1, $2, $3, $4, $5)";

    private const string FindDeviceSql = "SELECT merchant, terminal, device, issued_at FROM ledger.device_tokens WHERE hash = $1 AND revoked_at IS NULL";

    private const string RevokeStaffSql = "UPDATE ledger.staff_tokens SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL";

    private const string AddStaffSql = "INSERT INTO ledger.staff_tokens (hash, name, role, issued_at) VALUES ($1, $2, $3, $4)";

    private const string FindStaffSql = "SELECT name, role, issued_at FROM ledger.staff_tokens WHERE hash = $1 AND revoked_at IS NULL";

    private readonly NpgsqlDataSource _source = database.Source;

    public override async ValueTask<int> RevokeDevicesAsync(TerminalSerial terminal, Instant now, CancellationToken cancellation) =>
        await RunAsync(cancellation, DeviceTurn(terminal), RevokeDevices(terminal, null, now));

    public override async ValueTask<int> RevokeStaffAsync(string name, Instant now, CancellationToken cancellation) =>
        await RunAsync(cancellation, StaffTurn(name), RevokeStaff(name, now));

    internal override async ValueTask<bool> PutMerchantAsync(MerchantRow row, CancellationToken cancellation)
    {
        var put = Statement.Of(PutMerchantSql, Parameter.Text(row.Merchant.Value), Parameter.Text(row.Identifier), Parameter.Text(row.PasswordHash), Parameter.Text(row.CodeHash), Stored(row.ChangedAt));
        return await PostgresFaults.GuardAsync(async () =>
        {
            try
            {
                return await Statement.RunAsync(_source, cancellation, put) == 1;
            }
            catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: IdentifierConstraint })
            {
                return false;
            }
        });
    }

    internal override async ValueTask<bool> PutSecretAsync(MerchantId merchant, Credential credential, string hash, Instant now, CancellationToken cancellation)
    {
        var sql = credential switch
        {
            Credential.Password => "UPDATE ledger.merchant_credentials SET password = $2, changed_at = $3 WHERE merchant = $1",
            Credential.SecurityCode => "UPDATE ledger.merchant_credentials SET code = $2, changed_at = $3 WHERE merchant = $1",
        };
        return await RunAsync(cancellation, Statement.Of(sql, Parameter.Text(merchant.Value), Parameter.Text(hash), Stored(now))) == 1;
    }

    internal override ValueTask<KnownSecret?> FindPasswordAsync(string identifier, CancellationToken cancellation) =>
        FindAsync("SELECT merchant, password FROM ledger.merchant_credentials WHERE identifier = $1", Parameter.Text(identifier), Known, cancellation);

    internal override ValueTask<KnownSecret?> FindSecurityCodeAsync(MerchantId merchant, CancellationToken cancellation) =>
        FindAsync("SELECT merchant, code FROM ledger.merchant_credentials WHERE merchant = $1", Parameter.Text(merchant.Value), Known, cancellation);

    internal override async ValueTask ReplaceDevicesAsync(byte[] hash, DeviceGrant grant, DeviceId? spared, CancellationToken cancellation) => await RunAsync(
        cancellation,
        DeviceTurn(grant.Terminal),
        RevokeDevices(grant.Terminal, spared, grant.IssuedAt),
        Statement.Of(AddDeviceSql, Parameter.Bytes(hash), Parameter.Text(grant.Merchant.Value), Parameter.Text(grant.Terminal.Value), Parameter.Id(grant.Device.Value), Stored(grant.IssuedAt)));

    internal override ValueTask<DeviceGrant?> FindDeviceAsync(byte[] hash, CancellationToken cancellation) => FindAsync(
        FindDeviceSql,
        Parameter.Bytes(hash),
        static row => new DeviceGrant(new MerchantId(row.GetString(0)), new TerminalSerial(row.GetString(1)), new DeviceId(row.GetGuid(2)), Instant.FromUnixTimeTicks(row.GetInt64(3))),
        cancellation);

    internal override async ValueTask ReplaceStaffAsync(byte[] hash, StaffGrant grant, CancellationToken cancellation) => await RunAsync(
        cancellation,
        StaffTurn(grant.Name),
        RevokeStaff(grant.Name, grant.IssuedAt),
        Statement.Of(AddStaffSql, Parameter.Bytes(hash), Parameter.Text(grant.Name), Parameter.Number((int)grant.Role), Stored(grant.IssuedAt)));

    internal override ValueTask<StaffGrant?> FindStaffAsync(byte[] hash, CancellationToken cancellation) => FindAsync(
        FindStaffSql,
        Parameter.Bytes(hash),
        static row => new StaffGrant(row.GetString(0), (StaffRole)row.GetInt32(1), Instant.FromUnixTimeTicks(row.GetInt64(2))),
        cancellation);

    private static NpgsqlBatchCommand DeviceTurn(TerminalSerial terminal) => Statement.Of(DeviceTurnSql, Parameter.Text(terminal.Value));

    private static NpgsqlBatchCommand StaffTurn(string name) => Statement.Of(StaffTurnSql, Parameter.Text(name));

    private static NpgsqlBatchCommand RevokeDevices(TerminalSerial terminal, DeviceId? spared, Instant now) =>
        Statement.Of(RevokeDevicesSql, Parameter.Text(terminal.Value), Stored(now), Parameter.Id(spared?.Value));

    private static NpgsqlBatchCommand RevokeStaff(string name, Instant now) => Statement.Of(RevokeStaffSql, Parameter.Text(name), Stored(now));

    private static NpgsqlParameter Stored(Instant at) => Parameter.Number(at.ToUnixTimeTicks());

    private static KnownSecret Known(NpgsqlDataReader row) => new(new MerchantId(row.GetString(0)), row.GetString(1));

    private Task<int> RunAsync(CancellationToken cancellation, params NpgsqlBatchCommand[] commands) => PostgresFaults.GuardAsync(() => Statement.RunAsync(_source, cancellation, commands));

    private async ValueTask<T?> FindAsync<T>(string sql, NpgsqlParameter key, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
        where T : class => await PostgresFaults.GuardAsync(() => Statement.FindAsync(_source, sql, key, read, cancellation));
}
