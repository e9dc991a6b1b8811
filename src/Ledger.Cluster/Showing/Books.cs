using Ledger.Cluster.Nodes;
using Ledger.Domain.Accounting;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Verification;
using NodaTime;

namespace Ledger.Cluster.Showing;

/// <summary>What the log says of payments that were acknowledged.</summary>
/// <param name="Fault">The first thing that is wrong; null when all is right.</param>
internal sealed record Books(long Events, long Streams, int Payments, TrialBalance Balance, string? Fault)
{
    private const int PageSize = 1000;

    /// <summary>Every chain and posting; each acknowledged payment completed once with its amount, and no other payment.</summary>
    public static async Task<Books> ReadAsync(IEventLog log, IReadOnlyCollection<PaidSale> paid, IClock clock, CancellationToken cancellation)
    {
        var balance = TrialBalance.Empty;
        var completed = new Dictionary<StreamName, int>();
        for (var position = 0L; await log.ReadAllAsync(position, PageSize, cancellation) is { IsEmpty: false } page; position = page[^1].Position)
        {
            foreach (var recorded in page)
            {
                var @event = EventCodec.Default.Decode(recorded);
                balance = balance.Add(Postings.Of(@event));
                if (@event is TransactionEvent.Completed) completed[recorded.Stream] = completed.GetValueOrDefault(recorded.Stream) + 1;
            }
        }

        var report = await new LogVerifier(log, EventCodec.Default, static (_, @event) => Postings.AreBalanced(Postings.Of(@event)) ? null : "Its postings do not balance.", clock).VerifyAsync(null, cancellation);
        return new Books(report.Events, report.Streams, completed.Count, balance, report.FirstBad?.Why ?? FaultOf(completed, paid) ?? (balance.IsBalanced ? null : "Debits and credits differ."));
    }

    private static string? FaultOf(Dictionary<StreamName, int> completed, IReadOnlyCollection<PaidSale> paid)
    {
        foreach (var sale in paid)
        {
            var stream = Sales.IdOf(sale.Number, Sales.SerialOf(sale.Terminal), sale.At).Stream;
            if (!completed.TryGetValue(stream, out var times)) return $"Payment {sale.Number} was acknowledged and is not in the log.";
            if (times != 1) return $"Payment {sale.Number} was completed {times} times.";
        }

        return completed.Count == paid.Count ? null : $"{completed.Count} payments are in the log, {paid.Count} were acknowledged.";
    }
}
