using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Ledger.Vault;

/// <summary>Finds what a device's token stands for, with one statement that is kept: every request of a phone asks this. Used in the file's turn.</summary>
internal sealed class DeviceLookup(SqliteConnection connection) : IDisposable
{
    private readonly SqliteCommand _command = VaultFile.Command(connection, "SELECT merchant, terminal, device, issued_at FROM devices WHERE hash = $1 AND revoked_at IS NULL", Array.Empty<byte>());

    public DeviceGrant? Find(byte[] hash)
    {
        _command.Parameters[0].Value = hash;
        using var row = _command.ExecuteReader();
        if (!row.Read()) return null;

        var device = new DeviceId(new Guid(row.GetFieldValue<byte[]>(2), bigEndian: true));
        return new DeviceGrant(new MerchantId(row.GetString(0)), new TerminalSerial(row.GetString(1)), device, Instant.FromUnixTimeTicks(row.GetInt64(3)));
    }

    public void Dispose() => _command.Dispose();
}
