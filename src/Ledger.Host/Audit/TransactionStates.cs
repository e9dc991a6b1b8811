using System.Collections.Immutable;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Host.Audit;

/// <summary>Every transaction's state, folded from the whole log. For demos and reconciliations of a day; keeps all of them in memory.</summary>
internal static class TransactionStates
{
    private const int PageSize = 1_000;

    public static async Task<ImmutableDictionary<StreamName, TransactionState>> ReadAllAsync(IEventLog log, CancellationToken cancellation)
    {
        var states = ImmutableDictionary.CreateBuilder<StreamName, TransactionState>();
        var position = 0L;
        while (await log.ReadAllAsync(position, PageSize, cancellation) is { IsEmpty: false } page)
        {
            foreach (var recorded in page.Where(static recorded => recorded.Stream.Category == Transaction.Category))
            {
                var before = states.GetValueOrDefault(recorded.Stream) ?? Transaction.Initial;
                states[recorded.Stream] = Transaction.Evolve(before, (TransactionEvent)EventCodec.Default.Decode(recorded));
            }

            position = page[^1].Position;
        }

        return states.ToImmutable();
    }
}
