using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using Ledger.Host.Audit;
using Ledger.Hosting.Composition;
using Ledger.Testing;
using NodaTime;
using TransactionStatus = Ledger.Contracts.V1.TransactionStatus;

namespace Ledger.EndToEnd.Tests;

/// <summary>The host is killed with -9 in the middle of its work, again and again; whoever was told something was told the truth.</summary>
public sealed class KillTests
{
    private const int Kills = 20;
    private const int Phones = 6;

    /// <summary>Answers that one host gives before it is killed: a random number up to this, so that it dies at its first work or well under way.</summary>
    private const int AnswersMax = 60;

    /// <summary>Then so many milliseconds at most, so that it dies anywhere in a request.</summary>
    private const int DelayMax = 20;

    /// <summary>For those answers, on a busy machine.</summary>
    private static readonly TimeSpan AnswersWait = TimeSpan.FromSeconds(30);

    [Fact]
    [Rule("I11")]
    [Rule("I13")]
    [Rule("I38")]
    [Rule("E26")]
    [Rule("E32")]
    [Rule("E33")]
    [Rule("E45")]
    public async Task Killing_the_host_twenty_times_under_load_loses_no_acknowledged_payment()
    {
        using var folder = new TemporaryFolder();
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"Kill test: seed {seed}");

        var acknowledged = await SellAndKillAsync(folder.Path, new Random(seed));
        var completed = acknowledged.Count(static pair => pair.Value is TransactionStatus.Completed);
        Assert.True(completed >= Kills, $"Only {completed} payments came through: no load.");

        await Settling.SettleAsync([new("DATA", folder.Path)]);
        var verified = await LedgerProcess.RunAsync("verify", "--data", folder.Path);
        Assert.True(verified.ExitCode == 0, $"seed {seed}: {verified.Out}{verified.Error}");
        await AssertNothingLostAsync(folder.Path, acknowledged, seed);
    }

    private static async Task<Dictionary<string, TransactionStatus>> SellAndKillAsync(string folder, Random random)
    {
        var cashiers = Array.Empty<Cashier>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var (server, url) = await LedgerProcess.ServeAsync(folder);
            await using var killed = server;
            if (kill == 0) cashiers = [.. (await Branch.ActivateAsync(url, ["--data", folder], Phones)).Select(phone => new Cashier(phone.Token, phone.Serial, new Random(random.Next())))];

            var selling = Task.WhenAll(cashiers.Select(cashier => cashier.SellUntilCutOffAsync(url)));
            await WaitForAnswersAsync(cashiers, random.Next(1, AnswersMax));
            await Task.Delay(random.Next(DelayMax));
            await server.KillAsync();
            await selling;
        }

        return cashiers.SelectMany(static cashier => cashier.Acknowledged).ToDictionary();
    }

    private static async Task WaitForAnswersAsync(Cashier[] cashiers, int count)
    {
        var before = cashiers.Sum(static cashier => cashier.Answers);
        using var limit = new CancellationTokenSource(AnswersWait);
        while (cashiers.Sum(static cashier => cashier.Answers) - before < count) await Task.Delay(1, limit.Token);
    }

    private static async Task AssertNothingLostAsync(string folder, Dictionary<string, TransactionStatus> acknowledged, int seed)
    {
        await using var log = SqliteEventLog.OpenReadOnly(Path.Combine(folder, "ledger.db"));
        await Settling.AssertNothingLostAsync(log, acknowledged, $"seed {seed}");
    }
}
