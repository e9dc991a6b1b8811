using System.Text;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using Ledger.Vault.Conformance;
using Microsoft.Data.Sqlite;

namespace Ledger.Vault.Tests;

public sealed class SqliteContactVaultTests : ContactVaultConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteContactVault _vault;

    public SqliteContactVaultTests() => _vault = OpenAgain();

    protected override IContactVault Vault => _vault;

    public void Dispose()
    {
        _vault.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_contact_survives_a_restart()
    {
        await _vault.KeepAsync(Reference, Email, Now, default);
        _vault.Dispose();

        using var reopened = OpenAgain();
        Assert.Equal(Email, await reopened.ReadAsync(Reference, default));
    }

    [Fact]
    [Rule("I41")]
    public async Task An_erasure_survives_a_restart()
    {
        await _vault.KeepAsync(Reference, Email, Now, default);
        await _vault.EraseAsync(Reference, Now, default);
        _vault.Dispose();

        using var reopened = OpenAgain();
        await reopened.KeepAsync(Reference, Email, Now, default);
        Assert.Null(await reopened.ReadAsync(Reference, default));
        Assert.Equal(Now.ToUnixTimeTicks(), Scalar("SELECT erased_at FROM contacts"));
    }

    [Fact]
    public async Task Two_vaults_on_one_file_see_each_others_work()
    {
        using var second = OpenAgain();
        var other = new ContactRef(new Guid(7, 0, 0, new byte[8]));
        await Task.WhenAll(
            Task.Run(async () => await _vault.KeepAsync(Reference, Email, Now, default)),
            Task.Run(async () => await second.KeepAsync(other, Phone, Now, default)));

        Assert.Equal(Email, await second.ReadAsync(Reference, default));
        Assert.Equal(Phone, await _vault.ReadAsync(other, default));
        await second.EraseAsync(Reference, Now, default);
        Assert.Null(await _vault.ReadAsync(Reference, default));
    }

    [Fact]
    [Rule("I40")]
    public async Task No_clear_byte_of_a_contact_reaches_the_files()
    {
        await _vault.KeepAsync(Reference, Email, Now, default);
        await _vault.KeepAsync(new ContactRef(new Guid(7, 0, 0, new byte[8])), Phone, Now, default);

        Assert.DoesNotContain("camille", Latin1(_folder.AllBytes("vault.db")), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("9980001", Latin1(_folder.AllBytes("vault.db")), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("I41")]
    public async Task After_an_erasure_neither_the_key_nor_the_text_is_anywhere_in_the_files()
    {
        await _vault.KeepAsync(Reference, Email, Now, default);
        var (key, sealedText) = ((byte[])Scalar("SELECT key FROM contact_keys"), (byte[])Scalar("SELECT sealed FROM contacts"));
        Assert.True(Contains(_folder.AllBytes("vault.db"), key));

        await _vault.EraseAsync(Reference, Now, default);

        Assert.False(Contains(_folder.AllBytes("vault.db"), key));
        Assert.False(Contains(_folder.AllBytes("vault.db"), sealedText));
    }

    [Fact]
    [Rule("I41")]
    public async Task An_erasure_that_a_reader_keeps_from_being_complete_says_so_and_is_completed_by_the_next()
    {
        await _vault.KeepAsync(Reference, Email, Now, default);
        var key = (byte[])Scalar("SELECT key FROM contact_keys");
        using (var reader = new SqliteConnection($"Data Source={_folder["vault.db"]};Pooling=False"))
        {
            reader.Open();
            using var reading = reader.BeginTransaction(deferred: true);
            using var command = reader.CreateCommand();
            command.CommandText = "SELECT count(*) FROM contacts";
            command.ExecuteScalar();

            var error = await Assert.ThrowsAsync<VaultBusyException>(() => _vault.EraseAsync(Reference, Now, default).AsTask());
            Assert.Contains("Erase it again", error.Message, StringComparison.Ordinal);
        }

        Assert.Null(await _vault.ReadAsync(Reference, default));
        Assert.True(Contains(_folder.AllBytes("vault.db"), key));
        Assert.False(await _vault.EraseAsync(Reference, Now, default));
        Assert.False(Contains(_folder.AllBytes("vault.db"), key));
    }

    [Fact]
    [Rule("I41")]
    public async Task The_text_from_an_old_copy_cannot_be_read_after_an_erasure()
    {
        await _vault.KeepAsync(Reference, Email, Now, default);
        var sealedText = (byte[])Scalar("SELECT sealed FROM contacts");
        await _vault.EraseAsync(Reference, Now, default);

        Change("UPDATE contacts SET sealed = $1, erased_at = NULL", sealedText);
        Assert.Null(await _vault.ReadAsync(Reference, default));

        // Not under another's key either.
        await _vault.KeepAsync(new ContactRef(new Guid(7, 0, 0, new byte[8])), Phone, Now, default);
        Change("INSERT INTO contact_keys (ref, key) SELECT $1, key FROM contact_keys", Reference.Value.ToByteArray(bigEndian: true));
        await Assert.ThrowsAsync<VaultDamagedException>(() => _vault.ReadAsync(Reference, default).AsTask());
    }

    [Theory]
    [InlineData("UPDATE contacts SET sealed = $1", 0)]
    [InlineData("UPDATE contacts SET sealed = $1", 13)]
    [InlineData("UPDATE contacts SET sealed = $1", -1)]
    [InlineData("UPDATE contact_keys SET key = $1", 5)]
    [InlineData("UPDATE contact_keys SET key = $1", -1)]
    public async Task One_changed_byte_is_a_clear_error_and_harms_no_other(string sql, int at)
    {
        var other = new ContactRef(new Guid(7, 0, 0, new byte[8]));
        await _vault.KeepAsync(Reference, Email, Now, default);
        await _vault.KeepAsync(other, Phone, Now, default);
        var column = sql.Contains("sealed", StringComparison.Ordinal) ? "sealed FROM contacts" : "key FROM contact_keys";
        var bytes = (byte[])Scalar($"SELECT {column} WHERE ref = $1", Reference.Value.ToByteArray(bigEndian: true));
        bytes[at < 0 ? ^1 : at] ^= 1;
        Change($"{sql} WHERE ref = $2", bytes, Reference.Value.ToByteArray(bigEndian: true));

        var error = await Assert.ThrowsAsync<VaultDamagedException>(() => _vault.ReadAsync(Reference, default).AsTask());

        Assert.Contains("backup", error.Message, StringComparison.Ordinal);
        Assert.Equal(Phone, await _vault.ReadAsync(other, default));
        Assert.True(await _vault.EraseAsync(Reference, Now, default));
    }

    [Fact]
    public async Task One_contacts_text_cannot_stand_in_for_anothers()
    {
        var other = new ContactRef(new Guid(7, 0, 0, new byte[8]));
        await _vault.KeepAsync(Reference, Email, Now, default);
        await _vault.KeepAsync(other, Phone, Now, default);
        Change("UPDATE contacts SET sealed = (SELECT sealed FROM contacts WHERE ref = $1)", Reference.Value.ToByteArray(bigEndian: true));
        Change("UPDATE contact_keys SET key = (SELECT key FROM contact_keys WHERE ref = $1)", Reference.Value.ToByteArray(bigEndian: true));

        await Assert.ThrowsAsync<VaultDamagedException>(() => _vault.ReadAsync(other, default).AsTask());
    }

    [Fact]
    public void The_files_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes.");
            return;
        }

        foreach (var name in (string[])["vault.db", "vault.db-wal", "vault.key"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder[name]));
    }

    [Fact]
    public async Task Without_its_key_file_a_vault_does_not_open_and_is_not_changed()
    {
        await _vault.KeepAsync(Reference, Email, Now, default);
        _vault.Dispose();

        Assert.Throws<VaultFileException>(() => SqliteContactVault.Open(_folder["vault.db"], null));
        Assert.Throws<VaultFileException>(() => SqliteContactVault.Open(_folder["vault.db"], MasterKey.ReadOrCreate(_folder["other.key"])));

        using var reopened = OpenAgain();
        Assert.Equal(Email, await reopened.ReadAsync(Reference, default));
    }

    [Fact]
    public async Task A_vault_without_a_master_key_works_and_stays_without()
    {
        using (var plain = SqliteContactVault.Open(_folder["plain.db"], null))
        {
            await plain.KeepAsync(Reference, Email, Now, default);
            Assert.Equal(Email, await plain.ReadAsync(Reference, default));
        }

        Assert.Throws<VaultFileException>(() => SqliteContactVault.Open(_folder["plain.db"], MasterKey.ReadOrCreate(_folder["vault.key"])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ledger-vault-key 1\n")]
    [InlineData("ledger-vault-key 2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("ledger-vault-key 1\nAAAA\n")]
    public void A_file_that_is_no_key_is_refused_and_left_alone(string text)
    {
        File.WriteAllText(_folder["bad.key"], text);

        Assert.Throws<VaultFileException>(() => MasterKey.ReadOrCreate(_folder["bad.key"]));

        Assert.Equal(text, File.ReadAllText(_folder["bad.key"]));
    }

    [Fact]
    public async Task Of_many_who_make_the_key_file_at_once_all_get_the_same_key()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => MasterKey.ReadOrCreate(_folder["raced.key"]))));
        var content = File.ReadAllText(_folder["raced.key"]);

        using (var first = SqliteContactVault.Open(_folder["raced.db"], keys[0])) await first.KeepAsync(Reference, Email, Now, default);
        foreach (var key in keys)
        {
            using var vault = SqliteContactVault.Open(_folder["raced.db"], key);
            Assert.Equal(Email, await vault.ReadAsync(Reference, default));
        }

        Assert.Equal(content, File.ReadAllText(_folder["raced.key"]));
    }

    [Fact]
    public void Another_programs_file_is_refused_and_left_alone()
    {
        File.WriteAllText(_folder["text.db"], new string('x', 4096));
        Assert.Throws<VaultFileException>(() => SqliteContactVault.Open(_folder["text.db"], null));
        Assert.Equal(new string('x', 4096), File.ReadAllText(_folder["text.db"]));

        using (var other = new SqliteConnection($"Data Source={_folder["other.db"]};Pooling=False"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE theirs (a)";
            command.ExecuteNonQuery();
        }

        Assert.Throws<VaultFileException>(() => SqliteContactVault.Open(_folder["other.db"], null));
        Assert.Throws<VaultFileException>(() => SqliteCredentialStore.Open(_folder["vault.db"]));
        Change("PRAGMA user_version = 2");
        var error = Assert.Throws<VaultFileException>(() => OpenAgain());
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
    }

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static bool Contains(byte[] bytes, byte[] part) => bytes.AsSpan().IndexOf(part) >= 0;

    private SqliteContactVault OpenAgain() => SqliteContactVault.Open(_folder["vault.db"], MasterKey.ReadOrCreate(_folder["vault.key"]));

    private object Scalar(string sql, params object[] values)
    {
        using var connection = new SqliteConnection($"Data Source={_folder["vault.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command.ExecuteScalar()!;
    }

    private void Change(string sql, params object[] values) => Scalar(sql + "; SELECT 1", values);
}
