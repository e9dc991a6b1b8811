using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Ledger.Contracts.V1;
using Ledger.EndToEnd.Tests;
using Ledger.EventLog.Postgres;
using Ledger.Hosting.CommandLine;
using Ledger.Postgres;
using Ledger.Testing.Postgres;
using TransactionStatus = Ledger.Contracts.V1.TransactionStatus;

namespace Ledger.Cluster.Tests;

/// <summary>
/// Servers that are nodes of one cluster, each a process, over one database and one acquirer, and phones that sell on all of them: a phone whose server goes away asks the next, with the request that
/// it had no answer to.
/// </summary>
internal sealed class ServerNodes : IAsyncDisposable
{
    private const int Phones = 6;

    /// <summary>Of one node.</summary>
    private const int StartsMax = 5;

    /// <summary>For whatever is waited for, on a busy machine.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly TemporaryFolder _folder;
    private readonly ImmutableArray<NodePlace> _places;
    private readonly string _connection;
    private readonly LedgerProcess _acquirer;
    private readonly Uri _acquirerUrl;
    private readonly LedgerProcess?[] _nodes;
    private readonly Uri?[] _urls;
    private readonly HttpClient _http = new() { Timeout = PatienceMax };
    private Cashier[] _phones = [];
    private Task _selling = Task.CompletedTask;
    private volatile bool _isEnough;

    private ServerNodes(ImmutableArray<NodePlace> places, string connection, TemporaryFolder folder, LedgerProcess acquirer, Uri acquirerUrl)
    {
        (_places, _connection, _folder, _acquirer, _acquirerUrl) = (places, connection, folder, acquirer, acquirerUrl);
        (_nodes, _urls) = (new LedgerProcess?[places.Length], new Uri?[places.Length]);
    }

    /// <summary>Starts all nodes, the first before the others, and, when each is ready and sees all, the phones.</summary>
    /// <param name="acquirerHost">An address of this machine that all places reach.</param>
    public static async Task<ServerNodes> StartAsync(ImmutableArray<NodePlace> places, string connection, string acquirerHost)
    {
        AssertDone(await LedgerProcess.RunAsync("migrate", "--connection", connection));
        var folder = new TemporaryFolder();
        var acquirer = LedgerProcess.Start("acquirer", "--data", folder.In("acquirer"), "--urls", $"http://{acquirerHost}:0");
        var nodes = new ServerNodes(places, connection, folder, acquirer, await acquirer.WaitForUrlAsync());
        try
        {
            for (var number = 0; number < places.Length; number++) await nodes.StartNodeAsync(number);
            await nodes.WaitForAllReadyAsync();
            await nodes.StartSellingAsync();
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when it serves.</summary>
    public async Task StartNodeAsync(int number)
    {
        var folder = _folder.In($"node{number}");
        if (number > 0 && !Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(_folder.In("node0"), "vault.key"), Path.Combine(folder, "vault.key"));
        }

        var place = _places[number];
        string[] arguments =
        [
            "serve", "--log", "postgres", "--connection", _connection, "--data", folder, "--acquirer", _acquirerUrl.ToString(), "--urls", $"http://{place.Host}:0", "--cluster-host", place.ClusterHost,
            "--cluster-port", place.ClusterPort.ToString(CultureInfo.InvariantCulture), "--seed", .. _places.Select(static seed => string.Create(CultureInfo.InvariantCulture, $"{seed.ClusterHost}:{seed.ClusterPort}")),
        ];
        for (var start = 1; _urls[number] is null; start++)
        {
            var node = _nodes[number] = LedgerProcess.StartProgram("Ledger.Cluster", "Ledger.Cluster", place.Through, arguments);
            try
            {
                _urls[number] = await node.WaitForUrlAsync();
            }
            catch (InvalidOperationException)
            {
                // « Unavailable for now », as when the machine is too busy for the database to answer in time: whatever keeps servers running starts it again (ops/compose).
                if (start == StartsMax || (await node.WaitForExitAsync()).ExitCode != ExitCode.Unavailable) throw;
                await node.DisposeAsync();
            }
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(int number)
    {
        _urls[number] = null;
        await _nodes[number]!.KillAsync();
    }

    /// <summary>SIGTERM, and its end.</summary>
    public Task<LedgerRun> StopAsync(int number)
    {
        _urls[number] = null;
        return _nodes[number]!.StopAsync();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<LedgerRun> WaitForEndAsync(int number)
    {
        var run = await _nodes[number]!.WaitForExitAsync();
        _urls[number] = null;
        return run;
    }

    /// <summary>Asks a node how it is until the answer is such.</summary>
    public Task WaitForReadinessAsync(int number, HttpStatusCode status, Func<string, bool> isSuch) => UntilAsync($"node {number} to be {status}", async () =>
    {
        using var response = await _http.GetAsync(new Uri(_urls[number]!, "health/ready"));
        return response.StatusCode == status && isSuch((await response.Content.ReadFromJsonAsync<HealthReply>(LedgerJson.Client))!.Checks["cluster"]);
    });

    /// <summary>Until every node says that it is ready and sees all.</summary>
    public async Task WaitForAllReadyAsync()
    {
        for (var number = 0; number < _places.Length; number++)
        {
            if (_urls[number] is not null) await WaitForReadinessAsync(number, HttpStatusCode.OK, static cluster => cluster == "ok");
        }
    }

    /// <summary>Until every phone has been paid so often again: then every stream that there is has been served since.</summary>
    public async Task WaitForPaymentsAsync(int more)
    {
        int[] wanted = [.. _phones.Select(phone => CompletedOf(phone) + more)];
        await UntilAsync("every phone to be paid", () => Task.FromResult(_selling.IsCompleted || _phones.Index().All(phone => CompletedOf(phone.Item) >= wanted[phone.Index])));
        if (_selling.IsCompleted) await _selling;
    }

    /// <summary>Stops the phones, then the nodes, and proves the books: the acquirer's agree, every chain holds, and what was acknowledged is there.</summary>
    public async Task ProveAsync()
    {
        await StopSellingAsync();
        for (var number = 0; number < _places.Length; number++)
        {
            if (_urls[number] is null) continue;

            AssertDone(await StopAsync(number));
        }

        AssertDone(await _acquirer.StopAsync());
        File.Copy(Path.Combine(_folder.In("node0"), "vault.key"), Path.Combine(_folder.In("acquirer"), "vault.key"));
        await Settling.SettleAsync([new("DATA", _folder.In("acquirer")), new("LOG", "postgres"), new("CONNECTION", _connection)]);
        AssertDone(await LedgerProcess.RunAsync("verify", "--log", "postgres", "--connection", _connection));
        var acknowledged = _phones.SelectMany(static phone => phone.Acknowledged).ToDictionary();
        await using var log = await PostgresEventLog.OpenAsync(new PostgresOptions(_connection), default);
        await Settling.AssertNothingLostAsync(log, acknowledged, "cluster");
    }

    public async ValueTask DisposeAsync()
    {
        await StopSellingAsync();
        foreach (var node in _nodes.OfType<LedgerProcess>()) await node.DisposeAsync();
        await _acquirer.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    public static void AssertDone(LedgerRun run) => Assert.True(run.ExitCode == 0, $"{run.ExitCode} {run.Error}{run.Out}");

    private static int CompletedOf(Cashier phone) => phone.Acknowledged.Count(static pair => pair.Value is TransactionStatus.Completed);

    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(PatienceMax);
        while (!await holds())
        {
            if (patience.IsCancellationRequested) throw new TimeoutException($"Waited {PatienceMax} for {what}.");
            await Task.Delay(LookEvery);
        }
    }

    private async Task StartSellingAsync()
    {
        var random = new Random(1);
        var activated = await Branch.ActivateAsync(_urls[0]!, ["--log", "postgres", "--connection", _connection], Phones);
        _phones = [.. activated.Select(phone => new Cashier(phone.Token, phone.Serial, new Random(random.Next())) { MeetsFaults = false })];
        _selling = Task.WhenAll(_phones.Select((phone, index) => Task.Run(() => SellAsync(phone, index))));
    }

    private async Task SellAsync(Cashier phone, int number)
    {
        while (!_isEnough)
        {
            if (_urls[number % _urls.Length] is { } server) await phone.SellAsync(server, () => _isEnough);
            number++;
            await Task.Delay(LookEvery);
        }
    }

    private async Task StopSellingAsync()
    {
        _isEnough = true;
        await _selling.WaitAsync(PatienceMax);
    }
}
