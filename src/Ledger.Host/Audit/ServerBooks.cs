using Ledger.Acquiring.Simulation;
using Ledger.Hosting.Composition;

namespace Ledger.Host.Audit;

/// <summary>A server's books beside its simulated acquirer's.</summary>
internal static class ServerBooks
{
    /// <summary>The ledger's transactions beside the simulated acquirer's own books.</summary>
    /// <exception cref="InvalidOperationException">The acquirer is another process, and so are its books.</exception>
    public static async Task<Reconciliation> ReconcileAsync(this LedgerServer server, CancellationToken cancellation)
    {
        var transactions = await TransactionStates.ReadAllAsync(server.Log, cancellation);
        return (server.Acquirer ?? throw new InvalidOperationException("The acquirer is another process; its books are in its own folder.")).Reconcile(transactions.Values);
    }
}
