using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using NodaTime;

namespace Ledger.Cluster.Showing;

/// <summary>A payment that a node said was made.</summary>
internal readonly record struct PaidSale(int Number, int Terminal, Instant At);

/// <summary>
/// One caller per terminal, each with one payment at a time, asked of the nodes in turn; a payment without an answer is asked for again, the same one, at the next node.
/// </summary>
internal sealed class Cashiers(int terminals, Func<ImmutableArray<NodeProcess>> nodes, IClock clock)
{
    /// <summary>How often one payment is asked for; a node that is dead answers at once that it is.</summary>
    private const int AttemptsMax = 100;

    private readonly ConcurrentQueue<PaidSale> _paid = [];
    private readonly int[] _count = new int[terminals + 1];
    private readonly CancellationTokenSource _enough = new();
    private int _number;
    private int _asked;
    private int _repeats;

    public IReadOnlyCollection<PaidSale> Paid => _paid;

    /// <summary>How often a payment was asked for again.</summary>
    public int Repeats => Volatile.Read(ref _repeats);

    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(Enumerable.Range(1, terminals).Select(terminal => Task.Run(() => SellAsync(terminal, cancellation), cancellation)));

    /// <summary>Until every terminal has made so many more payments from now on: then every stream that there is has been served since.</summary>
    public async Task AllPaidAsync(int more, CancellationToken cancellation)
    {
        int[] wanted = [.. _count.Select(count => count + more)];
        for (var terminal = 1; terminal <= terminals;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Volatile.Read(ref _count[terminal]) >= wanted[terminal]) terminal++;
            else await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
        }
    }

    /// <summary>After the payments that they are at.</summary>
    public void Stop() => _enough.Cancel();

    private async Task SellAsync(int terminal, CancellationToken cancellation)
    {
        while (!_enough.IsCancellationRequested)
        {
            var sale = new PaidSale(Interlocked.Increment(ref _number), terminal, clock.GetCurrentInstant());
            await SellAsync(sale, cancellation);
            _paid.Enqueue(sale);
            Interlocked.Increment(ref _count[terminal]);
        }
    }

    private async Task SellAsync(PaidSale sale, CancellationToken cancellation)
    {
        string? why = null;
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            var serving = nodes();
            var node = serving[(Interlocked.Increment(ref _asked) & int.MaxValue) % serving.Length];
            why = await node.AskAsync("pay", sale.Number, string.Create(CultureInfo.InvariantCulture, $" {sale.Terminal} {sale.At.ToUnixTimeMilliseconds()}"), cancellation);
            if (why is null) return;
            Interlocked.Increment(ref _repeats);
        }

        throw new TimeoutException($"Payment {sale.Number} has no answer after {AttemptsMax} attempts: {why}");
    }
}
