using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Host.Audit;
using Ledger.Hosting.Composition;
using NodaTime;
using TransactionStatus = Ledger.Contracts.V1.TransactionStatus;

namespace Ledger.EndToEnd.Tests;

/// <summary>What must hold after servers were killed: the acquirer's books agree, and whoever was told something was told the truth.</summary>
internal static class Settling
{
    /// <summary>Past every time-out of the follow-up process, so that what was cut off is settled at once.</summary>
    private static readonly Duration Later = Duration.FromMinutes(20);

    private static readonly Duration Step = Duration.FromSeconds(30);

    private static readonly TimeSpan SettlingMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>A host starts once more, later: the follow-up brings every open question to an end, and the acquirer's books agree to the cent.</summary>
    /// <param name="where">The ledger's settings; the acquirer's books are in its folder.</param>
    internal static async Task SettleAsync(KeyValuePair<string, string?>[] where)
    {
        var clock = new LaterClock();
        var parts = ServerParts.Real(ServerSettings.Read([.. where, new("URLS", "http://127.0.0.1:0"), new("LOG_LEVEL", "error")]), clock);
        await using var server = await LedgerServer.StartAsync(parts, CancellationToken.None);
        using var limit = new CancellationTokenSource(SettlingMax);
        var books = await server.ReconcileAsync(limit.Token);
        while (!books.Unsettled.IsEmpty)
        {
            // An approval that the status query found waits for its completion's time-out: time goes on until that is over as well.
            clock.Advance(Step);
            await Task.Delay(LookEvery, limit.Token);
            books = await server.ReconcileAsync(limit.Token);
        }

        Assert.Empty(books.Differences);
        Assert.True(books.Agreed > 0);
    }

    /// <summary>Each transaction is where it was said to be, or further.</summary>
    public static async Task AssertNothingLostAsync(IEventLog log, IReadOnlyDictionary<string, TransactionStatus> acknowledged, string context)
    {
        var states = await TransactionStates.ReadAllAsync(log, CancellationToken.None);
        foreach (var (id, told) in acknowledged)
        {
            var now = states.GetValueOrDefault(new StreamName("transaction", id))?.StatusOf();
            Assert.True(now is { } status && MayFollow(told, (TransactionStatus)(int)status), $"{context}: {id} was acknowledged as {told} and is {now?.ToString() ?? "lost"}.");
        }
    }

    /// <summary>Whether a transaction that was said to be <paramref name="told"/> can have become <paramref name="found"/>.</summary>
    private static bool MayFollow(TransactionStatus told, TransactionStatus found) => told switch
    {
        TransactionStatus.Completed => found is TransactionStatus.Completed or TransactionStatus.Remitted,
        TransactionStatus.Declined or TransactionStatus.Aborted or TransactionStatus.Reversed => found == told,
        TransactionStatus.ReversalPending => found is TransactionStatus.Reversed,
        TransactionStatus.Approved => found is TransactionStatus.Completed or TransactionStatus.Remitted or TransactionStatus.Reversed,
        _ => found is not (TransactionStatus.AwaitingCard or TransactionStatus.AuthorisationPending or TransactionStatus.InDoubt),
    };

    private sealed class LaterClock : IClock
    {
        private long _aheadTicks = Later.BclCompatibleTicks;

        public Instant GetCurrentInstant() => SystemClock.Instance.GetCurrentInstant() + Duration.FromTicks(Volatile.Read(ref _aheadTicks));

        public void Advance(Duration by) => Interlocked.Add(ref _aheadTicks, by.BclCompatibleTicks);
    }
}
