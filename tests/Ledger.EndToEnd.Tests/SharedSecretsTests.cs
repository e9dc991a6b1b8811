using System.Net;
using Ledger.Contracts.V1;
using Ledger.Postgres.Fixture;
using Ledger.Testing;

namespace Ledger.EndToEnd.Tests;

/// <summary>Two servers with nothing in common but a database and the master key: what one is told of people's secrets counts at the other.</summary>
public sealed class SharedSecretsTests : IAsyncLifetime
{
    private readonly PostgresFixture _postgres = new();
    private readonly TemporaryFolder _folder = new();
    private string[] _database = [];

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        var connection = await _postgres.CreateDatabaseAsync();
        Assert.Equal(0, (await LedgerProcess.RunAsync("migrate", "--connection", connection)).ExitCode);
        _database = ["--log", "postgres", "--connection", connection];
    }

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [Rule("R098")]
    [Rule("R100")]
    public async Task A_merchant_activated_at_one_server_pays_at_the_other_and_what_is_revoked_at_one_is_refused_at_the_other()
    {
        var (acquirer, acquirerUrl) = await LedgerProcess.ListenAsync("acquirer", "--data", _folder.In("acquirer"));
        await using var asked = acquirer;
        var (first, firstUrl) = await LedgerProcess.ListenAsync(Serve(1, acquirerUrl));
        await using var one = first;
        CopyKey();
        var (second, secondUrl) = await LedgerProcess.ListenAsync(Serve(2, acquirerUrl));
        await using var two = second;

        var (token, serial) = (await Branch.ActivateAsync(firstUrl, _database, phones: 1)).Single();
        var cashier = new Cashier(token, serial, new Random(1));
        await cashier.SellAsync(secondUrl, () => cashier.Acknowledged.Values.Contains(TransactionStatus.Completed));
        Assert.Contains(TransactionStatus.Completed, cashier.Acknowledged.Values);

        // New credentials at the second, a new device at the first: the old device is refused by both.
        using var bank = Branch.Caller(secondUrl, await Branch.StaffTokenAsync("bank.1", "bank", _database));
        var letter = await Branch.PostAsync<CredentialsReply>(bank, $"/v1/bank/merchants/{Branch.Merchant}/credentials", new SetCredentials("kill.test"));
        using var nobody = new HttpClient { BaseAddress = firstUrl };
        var later = await Branch.PostAsync<ActivationReply>(nobody, "/v1/activation", new ActivationRequest(letter.Identifier, letter.Password, serial, LinkedSerial: serial));
        foreach (var server in (Uri[])[firstUrl, secondUrl])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(server, token));
            Assert.Equal(HttpStatusCode.OK, await MeAsync(server, later.DeviceToken));
        }

        // Another token of the same name, given by the command beside the servers: the first one is refused by both.
        var auditor = await Branch.StaffTokenAsync("auditor.1", "auditor", _database);
        foreach (var server in (Uri[])[firstUrl, secondUrl]) Assert.Equal(HttpStatusCode.OK, await GetAsync(server, auditor, "/v1/audit/trial-balance"));
        await Branch.StaffTokenAsync("auditor.1", "auditor", _database);
        foreach (var server in (Uri[])[firstUrl, secondUrl]) Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(server, auditor, "/v1/audit/trial-balance"));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "credentials.db*", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(_folder.Path, "vault.db*", SearchOption.AllDirectories)));
    }

    [Fact]
    public async Task A_server_without_the_vaults_key_does_not_start_and_says_where_to_get_it()
    {
        var acquirer = new Uri("http://127.0.0.1:1");
        await using (var first = (await LedgerProcess.ListenAsync(Serve(1, acquirer))).Server) await first.KillAsync();

        var refused = await LedgerProcess.RunAsync([.. Serve(2, acquirer), "--urls", "http://127.0.0.1:0"]);

        Assert.True(refused.ExitCode == 3, $"{refused.ExitCode} {refused.Out}{refused.Error}");
        Assert.Contains("vault.key", refused.Error, StringComparison.Ordinal);
        CopyKey();
        await using var second = (await LedgerProcess.ListenAsync(Serve(2, acquirer))).Server;
    }

    private string[] Serve(int server, Uri acquirer) => ["serve", .. _database, "--data", _folder.In($"server{server}"), "--acquirer", acquirer.ToString()];

    /// <summary>As an operator does.</summary>
    private void CopyKey()
    {
        Directory.CreateDirectory(_folder.In("server2"));
        File.Copy(Path.Combine(_folder.In("server1"), "vault.key"), Path.Combine(_folder.In("server2"), "vault.key"));
    }

    private static Task<HttpStatusCode> MeAsync(Uri server, string token) => GetAsync(server, token, "/v1/me");

    private static async Task<HttpStatusCode> GetAsync(Uri server, string token, string path)
    {
        using var http = Branch.Caller(server, token);
        using var response = await http.GetAsync(path);
        return response.StatusCode;
    }
}
