using System.Text;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Testing;
using Ledger.Vault.Conformance;

namespace Ledger.Vault.Postgres.Tests;

/// <summary>Two vaults over connections of their own, with one key in a file each, stand for two servers.</summary>
public sealed class PostgresContactVaultTests(PostgresFixture fixture) : ContactVaultConformance, IAsyncLifetime
{
    /// <summary>How often two race.</summary>
    private const int Races = 200;

    private readonly TemporaryFolder _folder = new();
    private TwoServers? _servers;
    private PostgresContactVault? _vault, _other;

    protected override IContactVault Vault => _vault!;

    public async ValueTask InitializeAsync()
    {
        _servers = await TwoServers.OpenAsync(fixture);
        _vault = await PostgresContactVault.OpenAsync(_servers.One, _folder["vault.key"], default);
        File.Copy(_folder["vault.key"], _folder["copied.key"]);
        _other = await PostgresContactVault.OpenAsync(_servers.Other, _folder["copied.key"], default);
    }

    public async ValueTask DisposeAsync()
    {
        if (_servers is not null) await _servers.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [Rule("I41")]
    public async Task What_one_server_keeps_or_erases_the_other_reads_or_has_forgotten_at_once()
    {
        await _vault!.KeepAsync(Reference, Email, Now, default);
        Assert.Equal(Email, await _other!.ReadAsync(Reference, default));

        Assert.True(await _other.EraseAsync(Reference, Now, default));

        Assert.Null(await _vault.ReadAsync(Reference, default));
        Assert.False(await _vault.EraseAsync(Reference, Now, default));
        await _vault.KeepAsync(Reference, Email, Now, default);
        Assert.Null(await _other.ReadAsync(Reference, default));
    }

    [Fact]
    public async Task Of_two_contacts_that_are_kept_under_one_reference_at_once_one_stays_and_the_other_is_refused()
    {
        for (var race = 1; race <= Races; race++)
        {
            var reference = new ContactRef(new Guid(race, 0, 0, new byte[8]));
            var refused = await Task.WhenAll(TwoServers.IsRefusedAsync(() => _vault!.KeepAsync(reference, Email, Now, default)), TwoServers.IsRefusedAsync(() => _other!.KeepAsync(reference, Phone, Now, default)));

            Assert.Single(refused, true);
            Assert.Equal(refused[0] ? Phone : Email, await _vault!.ReadAsync(reference, default));
        }
    }

    [Fact]
    public async Task One_contact_that_two_servers_keep_at_once_is_kept_once()
    {
        for (var race = 1; race <= Races; race++)
        {
            var reference = new ContactRef(new Guid(race, 0, 0, new byte[8]));
            Assert.DoesNotContain(true, await Task.WhenAll(TwoServers.IsRefusedAsync(() => _vault!.KeepAsync(reference, Email, Now, default)), TwoServers.IsRefusedAsync(() => _other!.KeepAsync(reference, Email, Now, default))));
            Assert.Equal(Email, await _other!.ReadAsync(reference, default));
        }
    }

    [Fact]
    [Rule("I41")]
    public async Task A_contact_that_one_server_keeps_while_another_erases_it_is_there_whole_or_forgotten_whole()
    {
        for (var race = 1; race <= Races; race++)
        {
            var reference = new ContactRef(new Guid(race, 0, 0, new byte[8]));
            var keeping = Task.Run(async () => await _vault!.KeepAsync(reference, Email, Now, default));
            var erased = false;
            while (!keeping.IsCompleted) erased |= await _other!.EraseAsync(reference, Now, default);
            await keeping;

            Assert.Equal(erased ? null : Email, await _vault!.ReadAsync(reference, default));
        }

        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM ledger.contacts FULL JOIN ledger.contact_keys USING (ref) WHERE (sealed IS NULL) <> (key IS NULL) OR (sealed IS NULL) <> (erased_at IS NOT NULL)"));
    }

    [Fact]
    [Rule("I40")]
    public async Task No_clear_byte_of_a_contact_and_no_master_key_is_in_the_tables()
    {
        await _vault!.KeepAsync(Reference, Email, Now, default);
        await _vault.KeepAsync(new ContactRef(new Guid(7, 0, 0, new byte[8])), Phone, Now, default);

        const string Everything = "SELECT concat((SELECT string_agg(c::text, ' ') FROM ledger.contacts c), (SELECT string_agg(k::text, ' ') FROM ledger.contact_keys k), (SELECT string_agg(m::text, ' ') FROM ledger.master_key m))";
        var text = (string)(await ScalarAsync(Everything))!;
        Assert.Contains(Reference.Value.ToString("D"), text, StringComparison.Ordinal);
        foreach (var clear in (string[])["camille", "9980001"]) Assert.DoesNotContain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(clear)), text, StringComparison.Ordinal);
        var master = Convert.FromBase64String(File.ReadAllLines(_folder["vault.key"])[1]);
        Assert.DoesNotContain(Convert.ToHexStringLower(master), text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("I41")]
    public async Task An_erased_contact_has_neither_key_nor_text_in_the_tables_and_an_old_text_alone_reads_nothing()
    {
        await _vault!.KeepAsync(Reference, Email, Now, default);
        var text = (byte[])(await ScalarAsync("SELECT sealed FROM ledger.contacts"))!;

        await _vault.EraseAsync(Reference, Now, default);

        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM ledger.contact_keys"));
        Assert.Equal(1L, await ScalarAsync($"SELECT count(*) FROM ledger.contacts WHERE sealed IS NULL AND erased_at = {Now.ToUnixTimeTicks()}"));
        await ScalarAsync($"UPDATE ledger.contacts SET erased_at = NULL, sealed = '\\x{Convert.ToHexStringLower(text)}'");
        Assert.Null(await _vault.ReadAsync(Reference, default));
    }

    [Fact]
    public async Task One_changed_byte_is_a_clear_error_and_harms_no_other()
    {
        var other = new ContactRef(new Guid(7, 0, 0, new byte[8]));
        await _vault!.KeepAsync(Reference, Email, Now, default);
        await _vault.KeepAsync(other, Phone, Now, default);
        await ScalarAsync($"UPDATE ledger.contacts SET sealed = set_byte(sealed, 13, get_byte(sealed, 13) # 1) WHERE ref = '{Reference.Value}'");

        await Assert.ThrowsAsync<VaultDamagedException>(() => _vault.ReadAsync(Reference, default).AsTask());

        Assert.Equal(Phone, await _vault.ReadAsync(other, default));
        Assert.True(await _vault.EraseAsync(Reference, Now, default));
    }

    [Fact]
    public async Task A_server_without_the_vaults_key_is_refused_and_makes_none()
    {
        var missing = await Assert.ThrowsAsync<VaultFileException>(() => PostgresContactVault.OpenAsync(_servers!.One, _folder["missing.key"], default));
        Assert.Contains("Copy it", missing.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["missing.key"]));

        MasterKey.ReadOrCreate(_folder["another.key"]);
        var another = await Assert.ThrowsAsync<VaultFileException>(() => PostgresContactVault.OpenAsync(_servers!.One, _folder["another.key"], default));
        Assert.Contains("made with another master key", another.Message, StringComparison.Ordinal);

        File.WriteAllText(_folder["bad.key"], "ledger-vault-key 1\nAAAA\n");
        await Assert.ThrowsAsync<VaultFileException>(() => PostgresContactVault.OpenAsync(_servers!.One, _folder["bad.key"], default));
    }

    [Fact]
    public async Task Of_many_servers_that_bring_keys_to_a_fresh_database_at_once_one_is_taken_and_the_others_are_refused()
    {
        await using var fresh = await PostgresDatabase.OpenAsync(await fixture.CreateLogAsync(), default);
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(server => Task.Run(async () =>
        {
            try
            {
                return await PostgresContactVault.OpenAsync(fresh, _folder[$"server{server}.key"], default);
            }
            catch (VaultFileException)
            {
                return null;
            }
        })));

        Assert.Single(opened, static vault => vault is not null);
    }

    [Fact]
    public async Task A_database_that_is_away_is_said_to_be_unavailable_and_asked_again_when_it_is_back()
    {
        await using var own = new PostgresFixture();
        await own.InitializeAsync();
        await using var database = await PostgresDatabase.OpenAsync(await own.CreateLogAsync(), default);
        var vault = await PostgresContactVault.OpenAsync(database, _folder["own.key"], default);
        await vault.KeepAsync(Reference, Email, Now, default);

        await own.Server.CrashAsync(default);
        foreach (var call in (Func<Task>[])
            [
                () => vault.KeepAsync(Reference, Email, Now, default).AsTask(),
                () => vault.ReadAsync(Reference, default).AsTask(),
                () => vault.EraseAsync(Reference, Now, default).AsTask(),
                () => PostgresContactVault.OpenAsync(database, _folder["own.key"], default),
            ]) await Assert.ThrowsAsync<EventLogUnavailableException>(call);
        await own.Server.StartAgainAsync(default);

        Assert.Equal(Email, await vault.ReadAsync(Reference, default));
    }

    private Task<object?> ScalarAsync(string sql) => _servers!.ScalarAsync(sql);
}
