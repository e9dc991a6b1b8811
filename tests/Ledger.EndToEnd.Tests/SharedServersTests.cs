using Ledger.EventLog.Postgres;
using Ledger.Postgres;
using Ledger.Testing;
using Ledger.Testing.Postgres;
using TransactionStatus = Ledger.Contracts.V1.TransactionStatus;

namespace Ledger.EndToEnd.Tests;

/// <summary>Two servers over one database and one acquirer: any phone may ask either, and either may be killed.</summary>
public sealed class SharedServersTests : IAsyncLifetime
{
    private const int Kills = 4;
    private const int Phones = 4;

    /// <summary>Answers between two kills: a random number up to this.</summary>
    private const int AnswersMax = 40;

    private static readonly TimeSpan AnswersWait = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _serverFolder = new();
    private PostgresServer? _database;

    private string Connection => _database!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _database = await PostgresServer.StartAsync(_serverFolder.Path, [], default);
        }
        catch (PostgresMissingException missing)
        {
            Assert.Skip(missing.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        _serverFolder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Rule("I11")]
    [Rule("I13")]
    [Rule("I38")]
    public async Task Killing_either_of_two_servers_under_load_loses_no_acknowledged_payment()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"Shared servers: seed {seed}");
        var random = new Random(seed);
        Assert.Equal(0, (await LedgerProcess.RunAsync("migrate", "--connection", Connection)).ExitCode);
        var (acquirer, acquirerUrl) = await LedgerProcess.ListenAsync("acquirer", "--data", _folder.In("acquirer"));
        Dictionary<string, TransactionStatus> acknowledged;
        await using (acquirer) acknowledged = await SellAsync(acquirerUrl, random);
        Assert.True(acknowledged.Count(static pair => pair.Value is TransactionStatus.Completed) >= Kills, "No load.");

        // A third server, later, on the acquirer's own books: they agree to the cent.
        File.Copy(Path.Combine(_folder.In("server0"), "vault.key"), Path.Combine(_folder.In("acquirer"), "vault.key"));
        await Settling.SettleAsync([new("DATA", _folder.In("acquirer")), new("LOG", "postgres"), new("CONNECTION", Connection)]);
        var verified = await LedgerProcess.RunAsync("verify", "--log", "postgres", "--connection", Connection);
        Assert.True(verified.ExitCode == 0, $"seed {seed}: {verified.Out}{verified.Error}");
        await AssertNothingLostAsync(acknowledged, seed);
    }

    [Fact]
    public async Task A_database_that_crashes_is_a_503_for_a_while_and_service_resumes_by_itself()
    {
        var random = new Random(1);
        Assert.Equal(0, (await LedgerProcess.RunAsync("migrate", "--connection", Connection)).ExitCode);
        var (acquirer, acquirerUrl) = await LedgerProcess.ListenAsync("acquirer", "--data", _folder.In("acquirer"));
        await using var other = acquirer;
        var (server, url) = await ServeAsync(0, acquirerUrl);
        await using var served = server;
        var phones = (await Branch.ActivateAsync(url, Database, Phones)).Select(phone => new Cashier(phone.Token, phone.Serial, new Random(random.Next()))).ToArray();
        var selling = phones.Select(phone => phone.SellUntilCutOffAsync(url)).ToArray();
        await WaitForAnswersAsync(phones, AnswersMax);

        await _database!.CrashAsync(default);
        using (var limit = new CancellationTokenSource(AnswersWait))
        {
            while (phones.Sum(static phone => phone.Refusals) == 0) await Task.Delay(1, limit.Token);
        }

        await _database.StartAgainAsync(default);
        var before = Completed(phones);
        using (var limit = new CancellationTokenSource(AnswersWait))
        {
            while (Completed(phones) < before + Phones) await Task.Delay(1, limit.Token);
        }

        await server.KillAsync();
        await Task.WhenAll(selling);
        Assert.Equal(0, (await LedgerProcess.RunAsync("verify", "--log", "postgres", "--connection", Connection)).ExitCode);
        await AssertNothingLostAsync(
            phones.SelectMany(static phone => phone.Acknowledged).Where(static pair => pair.Value is TransactionStatus.Completed).ToDictionary(), seed: 1);
    }

    private static int Completed(Cashier[] phones) => phones.Sum(static phone => phone.Acknowledged.Count(static pair => pair.Value is TransactionStatus.Completed));

    /// <summary>Half of the phones ask each server until one is killed, then all ask the other, until that is.</summary>
    private async Task<Dictionary<string, TransactionStatus>> SellAsync(Uri acquirer, Random random)
    {
        var servers = new (LedgerProcess Server, Uri Url)[2];
        servers[0] = await ServeAsync(0, acquirer);
        Directory.CreateDirectory(_folder.In("server1"));
        File.Copy(Path.Combine(_folder.In("server0"), "vault.key"), Path.Combine(_folder.In("server1"), "vault.key"));
        servers[1] = await ServeAsync(1, acquirer);
        var phones = (await Branch.ActivateAsync(servers[0].Url, Database, Phones)).Select(phone => new Cashier(phone.Token, phone.Serial, new Random(random.Next()))).ToArray();
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                var (killed, before) = (kill % 2, phones.Sum(static phone => phone.Answers));
                var selling = phones.Select((phone, index) => phone.SellUntilCutOffAsync(servers[index % 2].Url)).ToArray();
                await WaitForAnswersAsync(phones, before + random.Next(1, AnswersMax));
                await servers[killed].Server.KillAsync();

                // Its phones go to the other, with the requests that they had no answer to, while the other's sell on.
                await Task.WhenAll(selling.Where((_, index) => index % 2 == killed));
                var moved = phones.Where((_, index) => index % 2 == killed).Select(phone => phone.SellUntilCutOffAsync(servers[1 - killed].Url)).ToArray();
                await WaitForAnswersAsync(phones, phones.Sum(static phone => phone.Answers) + random.Next(1, AnswersMax));
                await servers[1 - killed].Server.KillAsync();
                await Task.WhenAll([.. selling, .. moved]);
                for (var number = 0; number < servers.Length; number++)
                {
                    await servers[number].Server.DisposeAsync();
                    servers[number] = await ServeAsync(number, acquirer);
                }
            }
        }
        finally
        {
            foreach (var (server, _) in servers) await server.DisposeAsync();
        }

        return phones.SelectMany(static phone => phone.Acknowledged).ToDictionary();
    }

    private static async Task WaitForAnswersAsync(Cashier[] phones, int count)
    {
        using var limit = new CancellationTokenSource(AnswersWait);
        while (phones.Sum(static phone => phone.Answers) < count) await Task.Delay(1, limit.Token);
    }

    private string[] Database => ["--log", "postgres", "--connection", Connection];

    private Task<(LedgerProcess Server, Uri Url)> ServeAsync(int number, Uri acquirer) =>
        LedgerProcess.ListenAsync(["serve", .. Database, "--data", _folder.In($"server{number}"), "--acquirer", acquirer.ToString()]);

    private async Task AssertNothingLostAsync(Dictionary<string, TransactionStatus> acknowledged, int seed)
    {
        await using var log = await PostgresEventLog.OpenAsync(new PostgresOptions(Connection), default);
        await Settling.AssertNothingLostAsync(log, acknowledged, $"seed {seed}");
    }
}
